! SPDX-License-Identifier: BSD-3-Clause
!> A host that stops and starts again: in a file where there is a plug-in for it (its argument is
!> "netcdf" then), and in arrays of its own.
program host_state
  use, intrinsic :: iso_fortran_env, only: real64
  use check, only: expect, expect_failure, finish
  use hybrid, only: hybrid_domain, hybrid_error_argument, hybrid_error_plugin, hybrid_error_shape, &
    hybrid_error_state, hybrid_ok, hybrid_scheme
  implicit none

  integer, parameter :: ncol = 5
  character(len=*), parameter :: path = "host_state.nc"
  character(len=6) :: argument
  integer :: stat
  character(len=400) :: errmsg

  call get_command_argument(1, argument)
  call arrays()
  call wrong_arrays()
  if (argument == "netcdf") then
    call one_file()
    call wrong_files()
  else
    call no_plugin()
  end if
  call finish()

contains

  !> Three steps of 0.1 s, whose sum no other way of adding has.
  subroutine start(domain, scheme)
    type(hybrid_domain), intent(inout) :: domain
    type(hybrid_scheme), intent(inout) :: scheme
    integer :: i
    call domain%create(text="", ncol=ncol)
    call scheme%create(domain, "radiation")
    do i = 1, 3
      call domain%step(i, dt=0.1_real64)
    end do
  end subroutine start

  subroutine read_state(domain, shared, columns)
    type(hybrid_domain), intent(inout) :: domain
    real(real64), allocatable, intent(out) :: shared(:), columns(:, :)
    integer :: nshared, ncolumn, nrow
    call domain%state_shape(nshared, ncolumn, nrow)
    allocate (shared(nshared), columns(ncolumn, nrow))
    call domain%state_get(shared, columns)
  end subroutine read_state

  subroutine expect_same_after_a_step(one, other, what)
    type(hybrid_domain), intent(inout) :: one, other
    character(len=*), intent(in) :: what
    real(real64), allocatable :: expected(:), found(:), columns(:, :)
    call one%step(4, dt=0.1_real64)
    call other%step(4, dt=0.1_real64)
    call read_state(one, expected, columns)
    call expect(size(columns, 1) == ncol, what // ": columns of the domain")
    call read_state(other, found, columns)
    call expect(size(found) == size(expected), what // ": as many values")
    call expect(all(transfer(found, [0]) == transfer(expected, [0])), what // ": the same bits")
  end subroutine expect_same_after_a_step

  subroutine arrays()
    type(hybrid_domain) :: one, other
    type(hybrid_scheme) :: radiation, again
    real(real64), allocatable :: shared(:), columns(:, :)
    call start(one, radiation)
    call other%create(text="", ncol=ncol)
    call again%create(other, "radiation")
    call read_state(one, shared, columns)
    call other%state_set(shared, columns)
    call expect_same_after_a_step(one, other, "arrays")
  end subroutine arrays

  subroutine wrong_arrays()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: radiation
    real(real64), allocatable :: shared(:), columns(:, :)
    call start(domain, radiation)
    call read_state(domain, shared, columns)
    call domain%state_get(shared(2:), columns, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "an array that is too short")
    call domain%state_set(shared(2:), columns, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "half a state")
    call domain%state_set(shared, columns(2:, :), stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "fewer columns")
    shared(:) = 0
    call domain%state_set(shared, columns, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "an array of zeros")
  end subroutine wrong_arrays

  subroutine one_file()
    type(hybrid_domain) :: one, other
    type(hybrid_scheme) :: radiation, again
    call start(one, radiation)
    call one%save(path)
    call other%create(text="", ncol=ncol)
    call again%create(other, "radiation")
    call other%load(path)
    call expect_same_after_a_step(one, other, "file")
  end subroutine one_file

  subroutine wrong_files()
    type(hybrid_domain) :: domain
    integer :: unit
    call domain%create(text="", ncol=ncol + 1)
    call domain%load(path, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "another number of columns")
    call domain%load("no such file", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "no file")
    call domain%save("no such folder/restart.nc", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "no folder", "No such file")
    open (newunit=unit, file="text.nc", action="write")
    write (unit, "(a)") "no NetCDF"
    close (unit)
    call domain%load("text.nc", stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_state, "no NetCDF file")
    call domain%save(path, stat)
    call expect(stat == hybrid_ok, "the domain goes on")
  end subroutine wrong_files

  subroutine no_plugin()
    type(hybrid_domain) :: domain
    call domain%save(path, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "no domain")
    call domain%create(text="", ncol=ncol)
    call domain%save(path, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_plugin, "save without a plug-in")
    call domain%load(path, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_plugin, "load without a plug-in")
  end subroutine no_plugin

end program host_state
