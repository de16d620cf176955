! SPDX-License-Identifier: BSD-3-Clause
!> Domains, schemes and failures, without libhybrid. With the argument "stop" it makes a mistake
!> that nobody looks at, which must end the program with a message.
module test_handles_helpers
  use, intrinsic :: iso_c_binding, only: c_int32_t, c_ptr
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_text
  implicit none
  integer :: failures = 0
  character(len=:), allocatable :: last_failure, last_log

  type :: pair
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
  end type pair

  type :: several
    type(hybrid_scheme), allocatable :: schemes(:)
  end type several

contains

  subroutine count_failure(message)
    character(len=*), intent(in) :: message
    failures = failures + 1
    last_failure = message
  end subroutine count_failure

  subroutine keep_log(level, text, data) bind(c)
    integer(c_int32_t), value :: level
    type(c_ptr), value :: text, data
    last_log = achar(iachar("0") + level) // hybrid_text(text) // hybrid_text(data)
  end subroutine keep_log

end module test_handles_helpers

program test_handles
  use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
  use check, only: expect, expect_failure, finish
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_error_argument, hybrid_error_config, &
    hybrid_error_phase, hybrid_error_shape, hybrid_error_state, hybrid_ok, hybrid_on_failure, hybrid_scheme, &
    hybrid_version
  use mock, only: expect_alive, mock_column, mock_comm, mock_ncol, mock_number, mock_text, &
    expect_numbers
  use test_handles_helpers, only: count_failure, failures, keep_log, last_failure, last_log, pair, &
    several
  implicit none

  character(len=8) :: argument
  integer :: stat
  character(len=200) :: errmsg

  call get_command_argument(1, argument)
  if (argument == "stop") call unwatched_mistake()
  call expect(index(hybrid_version(), ".") > 1, "the version has a dot")
  call columns()
  call wrong_columns()
  call steps()
  call restarts()
  call scheme_and_fields()
  call calls()
  call handler()
  call copies()
  call lifetimes()
  call finish()

contains

  subroutine unwatched_mistake()
    type(hybrid_domain) :: domain
    call domain%create("missing.toml")
  end subroutine unwatched_mistake

  subroutine columns()
    type(hybrid_domain) :: domain
    call domain%create("plain.toml")
    call expect(mock_text() == "plain.toml", "the file")
    call expect(mock_ncol() == -1, "no columns")
    call expect(mock_comm() == -1, "no communicator")
    call domain%destroy()
    call domain%create("n.toml", ncol=12, comm=77)
    call expect(mock_ncol() == 12, "ncol")
    call expect(mock_comm() == 77, "comm")
    call domain%destroy()
    call domain%create("real32.toml", column=[3, 9], lat=[1., 2.], lon=[3., 4.])
    call expect(mock_ncol() == 2, "columns are counted")
    call expect(mock_column(2) == 9, "and named")
    call expect_numbers(2, 4, "default reals")
    call domain%destroy()
    call domain%create(text="[scheme.x]", lat=real([1, 2], real64), lon=real([3, 4], real64), &
                       area=real([5, 6], real64), log=keep_log)
    call expect(mock_text() == "text:[scheme.x]", "configuration in memory")
    call expect(nint(mock_number(3)) == 6, "real64 area")
    call expect(last_log == "2a warning", "log handler")
    call domain%destroy()
    call domain%create("none.toml", lat=[real(real32) :: ], lon=[real(real32) :: ])
    call expect(mock_ncol() == 0, "a rank without columns")
  end subroutine columns

  subroutine wrong_columns()
    type(hybrid_domain) :: domain
    call domain%create("x.toml", ncol=3, column=[1, 2], stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "ncol against column")
    call domain%create("x.toml", lat=[1., 2.], lon=[1.], stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "lat against lon")
    call domain%create("x.toml", text="both", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "config and text")
    call domain%create(stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "neither config nor text")
    call domain%create("missing.toml", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_config, "a missing file")
    errmsg = "untouched"
    call domain%create("x.toml", stat=stat, errmsg=errmsg)
    call expect(stat == hybrid_ok .and. errmsg == "untouched", "success leaves errmsg")
    call domain%create("again.toml", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "created twice")
  end subroutine wrong_columns

  subroutine restarts()
    type(hybrid_domain) :: domain
    real(real64) :: shared(3), wide(9, 2)
    integer :: nshared, ncol, nrow
    call domain%save("x.nc", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "save of no domain")
    call domain%state_shape(nshared, ncol, nrow, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "state of no domain")
    call domain%create("x.toml")
    call domain%save("out/restart.nc   ")
    call expect(mock_text() == "out/restart.nc", "path of save")
    call domain%load("in/restart.nc")
    call expect(mock_text() == "in/restart.nc", "path of load")
    call domain%load("missing.nc", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "a missing restart")
    call domain%state_shape(nshared, ncol, nrow)
    call expect(all([nshared, ncol, nrow] == [3, 4, 2]), "shape of the state")
    wide = -1
    call domain%state_get(shared, wide(1:8:2, :)) ! not contiguous
    call expect_numbers(3, 2, "shape that is lent")
    call expect(nint(mock_number(3)) == 4, "columns that are lent")
    call expect(all(nint(shared) == [1, 2, 3]), "shared values")
    call expect(all(nint(wide(1:7:2, 2)) == [104, 105, 106, 107]), "rows follow columns")
    call expect(all(nint(wide(2:8:2, :)) == -1), "nothing beside them")
    call domain%state_set(shared, wide(1:8:2, :))
    call expect(nint(mock_number(4)) == 3, "shared values go back")
    call expect(nint(mock_number(5)) == 107, "columns go back")
    call domain%state_set(shared(1:2), wide(1:8:2, :), stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "too few values")
  end subroutine restarts

  subroutine steps()
    type(hybrid_domain) :: domain
    character(len=:), allocatable :: json
    call domain%step(1, dt=600., stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "step of a domain never created")
    call domain%statistics(json, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "statistics of no domain")
    call expect(json == "", "no statistics")
    call domain%create("x.toml")
    call domain%step(7_int32, "2026-11-20T12:00", 600._real64)
    call expect(mock_text() == "2026-11-20T12:00", "date")
    call expect_numbers(7, 600, "step and dt")
    call domain%step(2_int64**40, dt=1.5_real32)
    call expect(mock_text() == "(null)", "no date")
    call expect(mock_number(1) > 1e12_real64, "an int64 step")
    call domain%step(1_int64, "d", 1._real64)
    call domain%step(1_int32, "d", 1._real32)
    call domain%step(1, repeat("2", 256), 1., stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "a long date")
    call domain%flush()
    call domain%statistics(json)
    call expect(json == '{"calls": 1}', "statistics")
  end subroutine steps

  subroutine scheme_and_fields()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    call scheme%create(domain, "radiation", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "scheme of a domain never created")
    call domain%create("x.toml")
    call scheme%create(domain, "radiation", "sideways", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "orientation")
    call scheme%create(domain, repeat("x", 256), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "a long name")
    call scheme%create(domain, repeat("x", 255), "bottom_up")
    call expect(mock_text() == repeat("x", 255), "longest name")
    call expect(nint(mock_number(1)) == 1, "orientation")
    call scheme%create(domain, "again", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "created twice")
    call expect(scheme%mode() == "native", "mode")
    call scheme%field("t", "K")
    call expect(mock_text() == "t|K|(null)|1", "a state")
    call scheme%field("dt", "K s-1", "increment", "x z y")
    call expect(mock_text() == "dt|K s-1|x z y|3", "an increment")
    call scheme%field("dt", "K s-1", "other", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "role")
    call expect(index(errmsg, "state, tendency, increment, flag") > 0, "the roles are listed")
  end subroutine scheme_and_fields

  subroutine calls()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this, garbage
    call domain%create("x.toml")
    call scheme%open(garbage, 4, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "open of a scheme never created")
    call scheme%create(domain, "radiation")
    call garbage%run(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "run of no call", "expected")
    call expect(garbage%native_wanted(), "native is wanted after a failure")
    call scheme%open(this, 4)
    call expect_numbers(4, 1, "first is 1")
    call scheme%open(this, ncol=4, first=9, stat=stat)
    call expect(stat == hybrid_ok, "open")
    call expect_numbers(4, 9, "first")
    call this%run()
    call expect(.not. this%native_wanted(), "the mock wants no native routine")
    call this%put("t", 1._real64, dims="nonsense", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "dims")
    call this%put("t", 1._real64, dims=repeat("x", 256), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "long dims")
    call this%put(repeat("x", 256), 1._real64, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "a long name")
    call this%close()
  end subroutine calls

  subroutine handler()
    type(hybrid_domain) :: domain
    call hybrid_on_failure(count_failure)
    call domain%create("missing.toml")
    call expect(failures == 1 .and. index(last_failure, "expected") > 0, "a host's own handler")
    call domain%create("missing.toml", stat=stat)
    call expect(failures == 1 .and. stat == hybrid_error_config, "stat comes first")
    call domain%create("missing.toml", errmsg=errmsg)
    call expect(failures == 2 .and. errmsg == last_failure, "errmsg alone is no stat")
  end subroutine handler

  subroutine copies()
    type(hybrid_domain) :: one, two
    type(hybrid_scheme) :: first, second
    type(pair) :: a, b
    call one%create("x.toml")
    call first%create(one, "radiation")
    failures = 0
    two = one
    second = first
    call expect(failures == 2 .and. index(last_failure, "copy") > 0, "copies are refused")
    one = one
    call expect(failures == 2, "a handle may be assigned to itself")
    call a%domain%create("x.toml")
    b = a
    call expect(failures > 2, "a copy of what contains a handle is refused")
  end subroutine copies

  !> Finalizers destroy what a procedure leaves, once, in whatever order.
  subroutine lifetimes()
    call expect_alive(0, 0, "nothing is left alive")
    call leave()
    call expect_alive(0, 0, "finalizers destroy")
    call outlive()
    call expect_alive(0, 0, "each is destroyed once")
  end subroutine lifetimes

  subroutine leave()
    type(hybrid_scheme) :: few(2)
    type(pair) :: here
    type(pair), allocatable :: there
    type(several) :: more
    call here%domain%create("x.toml")
    call here%scheme%create(here%domain, "a")
    call few(2)%create(here%domain, "b")
    allocate (there, more%schemes(3))
    call there%domain%create("x.toml")
    call there%scheme%create(there%domain, "c")
    call more%schemes(3)%create(there%domain, "d")
    call expect_alive(2, 4, "two domains, four schemes")
    deallocate (there)
    call expect_alive(1, 3, "deallocate destroys")
  end subroutine leave

  subroutine outlive()
    type(hybrid_domain), allocatable :: domain
    type(hybrid_scheme) :: scheme
    allocate (domain)
    call domain%create("x.toml")
    call scheme%create(domain, "survivor")
    call domain%destroy()
    call domain%destroy()
    deallocate (domain)
    call expect_alive(0, 1, "a scheme survives its domain")
    call expect(scheme%mode() == "native", "and answers")
  end subroutine outlive

end program test_handles
