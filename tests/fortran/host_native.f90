! SPDX-License-Identifier: BSD-3-Clause
!> The call site of the design, without any plug-in: the host's own routine runs, undisturbed.
program host_native
  use, intrinsic :: iso_fortran_env, only: real32, real64
  use check, only: expect, finish
  use host_model, only: advance, declare, expect_native, model, start
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_ok, hybrid_scheme, hybrid_version
  implicit none

  call expect(index(hybrid_version(), ".") > 1, "a version")
  call whole_model()
  call configured("[scheme.radiation]" // new_line("a") // 'mode = "native"')
  call configured("")
  call block_sizes()
  call scheme_without_domain()
  call finish()

contains

  !> A configuration file, columns, steps, statistics, and the end.
  subroutine whole_model()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: radiation, convection
    type(model) :: host
    character(len=:), allocatable :: json
    integer :: i, unit
    open (newunit=unit, file="host_native.toml", action="write")
    write (unit, "(a)") "[scheme.radiation]", 'mode = "native"'
    close (unit)
    call domain%create("host_native.toml", column=[(i, i = 1, 12)], &
      lat=[(real(i, real64), i = 1, 12)], lon=[(real(i, real64), i = 1, 12)])
    call radiation%create(domain, "radiation")
    call convection%create(domain, "convection", "bottom_up")
    call declare(radiation)
    do i = 1, 3
      call domain%step(i, "2026-11-20T12:00:00", 600._real32)
      call start(host, ncol=12, nproma=5)
      call advance(host, radiation)
      call expect_native(host, "native")
    end do
    call domain%flush()
    call domain%statistics(json)
    call expect(index(json, "radiation") > 0, "statistics name the scheme")
    call radiation%destroy()
    call domain%destroy()
  end subroutine whole_model

  subroutine configured(text)
    character(len=*), intent(in) :: text
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: radiation
    call domain%create(text=text)
    call radiation%create(domain, "radiation")
    call expect(radiation%mode() == "native", "a scheme without another mode runs natively")
  end subroutine configured

  !> No column, one, and more than before; fewer blocks than before.
  subroutine block_sizes()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: radiation
    type(hybrid_call) :: this
    type(model) :: host
    integer :: i, stat
    integer, parameter :: nproma(5) = [1, 5, 7, 12, 100]
    call domain%create(text="", ncol=12)
    call radiation%create(domain, "radiation")
    do i = 1, size(nproma)
      call start(host, 12, nproma(i))
      call advance(host, radiation)
      call expect_native(host, "native")
    end do
    call radiation%open(this, 0, stat=stat)
    call expect(stat == hybrid_ok, "no column")
    call this%run(stat)
    call expect(this%native_wanted(), "the host decides what to do with no column")
    call this%close(stat)
    call expect(stat == hybrid_ok, "closed")
  end subroutine block_sizes

  subroutine scheme_without_domain()
    type(hybrid_scheme) :: radiation
    type(model) :: host
    call make(radiation)
    call start(host, 12, 4)
    call advance(host, radiation)
    call expect_native(host, "a scheme that outlives its domain")
  end subroutine scheme_without_domain

  subroutine make(radiation)
    type(hybrid_scheme), intent(inout) :: radiation
    type(hybrid_domain) :: domain
    call domain%create(text="")
    call radiation%create(domain, "radiation")
  end subroutine make

end program host_native
