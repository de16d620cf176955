! SPDX-License-Identifier: BSD-3-Clause
!> Mistakes of a host, without any plug-in: each has a status and says what was expected and found,
!> and the host lives on.
program host_errors
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use check, only: expect, expect_failure, finish
  use hybrid
  implicit none

  character(len=*), parameter :: newline = new_line("a")
  integer :: stat
  character(len=400) :: errmsg

  call configurations()
  call domains()
  call schemes()
  call stale_calls()
  call step_inside_a_call()
  call plugins()
  call finish()

contains

  subroutine configurations()
    call refuse("mod = 'native'", "mode")
    call refuse("mode = 'nativ'", "native")
    call refuse("mode = 3")
    call refuse("mode = ")
    call refuse("mode = 'emulate'")
    call refuse("mode = 'shadow'" // newline // "emulator = 7")
  end subroutine configurations

  subroutine refuse(line, hint)
    character(len=*), intent(in) :: line
    character(len=*), intent(in), optional :: hint
    type(hybrid_domain) :: domain
    call domain%create(text="[scheme.x]" // newline // line, stat=stat, errmsg=errmsg)
    call expect(stat == hybrid_error_config, line // ": status")
    call expect(len_trim(errmsg) > 10, line // ": a message")
    if (present(hint)) call expect(index(errmsg, hint) > 0, line // ": '" // trim(errmsg) // "'")
  end subroutine refuse

  subroutine domains()
    type(hybrid_domain) :: domain
    call domain%create("no_such_file.toml", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_config, "a missing file")
    call domain%step(1, dt=1.0, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "step of no domain")
    call domain%flush(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "flush of no domain")
    call domain%create(text="", ncol=-3, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "ncol < 0")
    call domain%create(text="", stat=stat)
    call expect(stat == hybrid_ok, "the same variable, in the end")
  end subroutine domains

  subroutine schemes()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme, twin
    call scheme%create(domain, "x", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "no domain")
    call domain%create(text="")
    call scheme%field("t", "K", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "field of no scheme")
    call scheme%create(domain, repeat("x", 300), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "a long name")
    call scheme%create(domain, "x", stat=stat)
    call expect(stat == hybrid_ok, "a scheme")
    call twin%create(domain, "x", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "two of one name")
  end subroutine schemes

  !> Whatever a hybrid_call may hold when it is used.
  subroutine stale_calls()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this, first
    integer :: i
    call domain%create(text="", ncol=12)
    call scheme%open(this, 3, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "open of no scheme")
    call expect_no_call(this, "a call that failed to open")
    call scheme%create(domain, "x")
    call scheme%open(this, -1, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "ncol < 0")
    call scheme%open(this, 3, first=11, stat=stat, errmsg=errmsg)
    call expect(stat /= hybrid_ok, "columns beyond the domain's")
    do i = 0, 100
      this = transfer(int(i, int64) * 2_int64**56 + i - 50, this)
      call expect_no_call(this, "garbage")
    end do
    call scheme%open(first, 3)
    call first%close()
    call expect_no_call(first, "closed")
    call scheme%open(this, 3)
    call expect_no_call(first, "its slot used again")
    call this%close()
    call scheme%open(this, 3)
    call scheme%destroy()
    call expect_no_call(this, "its scheme destroyed")
  end subroutine stale_calls

  subroutine expect_no_call(this, what)
    type(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: what
    real(real64) :: x(3)
    x = 1
    call this%put("t", x, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, what // ": put")
    call this%run(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, what // ": run")
    call expect(this%native_wanted(), what // ": native is wanted")
    call this%get("t", x, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, what // ": get")
    call expect(all(nint(x) == 1), what // ": get writes nothing")
    call this%close(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, what // ": close")
  end subroutine expect_no_call

  subroutine step_inside_a_call()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this
    call domain%create(text="")
    call scheme%create(domain, "x")
    call scheme%open(this, 3)
    call domain%step(1, dt=1.0, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "step inside a call")
    call expect_no_call(this, "discarded by step")
    call domain%step(2, dt=1.0, stat=stat)
    call expect(stat == hybrid_ok, "the next step")
  end subroutine step_inside_a_call

  !> Every mode but native needs a plug-in, and an emulator that is there.
  subroutine plugins()
    integer :: unit
    open (newunit=unit, file="emulator.py", action="write")
    close (unit)
    call refuse_scheme("mode = 'record'", hybrid_error_plugin)
    call refuse_scheme("mode = 'emulate'" // newline // "emulator = 'emulator.py'", &
                       hybrid_error_plugin)
    call refuse_scheme("mode = 'emulate'" // newline // "emulator = 'missing.py'", &
                       hybrid_error_file)
  end subroutine plugins

  subroutine refuse_scheme(lines, status)
    character(len=*), intent(in) :: lines
    integer, intent(in) :: status
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    call domain%create(text="[scheme.x]" // newline // lines)
    call scheme%create(domain, "x", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, status, lines)
    call scheme%create(domain, "y", stat=stat)
    call expect(stat == hybrid_ok, "the domain lives on")
  end subroutine refuse_scheme

end program host_errors
