! SPDX-License-Identifier: BSD-3-Clause
!> The model's NetCDF files: X along the run, and the restart, which is whole or is not there.
!! Ranks write one after the other, each its own members.
module host_files
  use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use netcdf
  use lorenz_equations, only: nlarge, nring
  use host_netcdf, only: find, note
  use host_ranks, only: all_well, nranks, rank, wait_for_ranks
  use host_settings, only: mtu, settings_type
  use host_state
  implicit none
  private
  public :: create_output, write_output, write_restart

  integer :: records = 0

  interface
    function c_rename(from, to) result(status) bind(c, name="rename")
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: from(*), to(*)
      integer(c_int) :: status
    end function c_rename
  end interface

contains

  !> A new output file, in place of an earlier one. Writing the restart is tried, too.
  subroutine create_output(settings, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    if (rank == 0) then
      call define(settings, settings%output, .true., errmsg)
      call define(settings, part_of(settings), .false., errmsg)
    end if
    call wait_for_ranks()
  end subroutine create_output

  !> Dimensions, variables and attributes of output, or of a restart.
  subroutine define(settings, path, output, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(in) :: path
    logical, intent(in) :: output
    character(len=*), intent(inout) :: errmsg
    integer :: file, column, ring, time
    if (errmsg /= "") return
    call note(nf90_create(path, ior(NF90_NETCDF4, NF90_CLOBBER), file), path, errmsg)
    if (errmsg /= "") return
    call note(nf90_def_dim(file, "column", settings%members*nlarge, column), path, errmsg)
    call note(nf90_def_dim(file, "time", merge(NF90_UNLIMITED, 1, output), time), path, errmsg)
    call variable("large_scale_variable", NF90_DOUBLE, [column, time], "1")
    call variable("step", NF90_INT, [time], "1")
    if (output) call variable("time", NF90_DOUBLE, [time], "seconds since 2001-01-01")
    if (.not. output) then
      call note(nf90_def_dim(file, "small_scale", nring/nlarge, ring), path, errmsg)
      call variable("small_scale_variables", NF90_DOUBLE, [ring, column, time], "1")
      call variable("small_scale_step", NF90_INT, [column, time], "1")
    end if
    call attributes(settings, file, path, errmsg)
    call note(nf90_close(file), path, errmsg)
  contains
    subroutine variable(name, kind, dimensions, unit)
      character(len=*), intent(in) :: name, unit
      integer, intent(in) :: kind, dimensions(:)
      integer :: id
      call note(nf90_def_var(file, name, kind, dimensions, id), path, errmsg)
      if (errmsg == "") call note(nf90_put_att(file, id, "units", unit), path, errmsg)
      if (name == "time" .and. errmsg == "") &
        call note(nf90_put_att(file, id, "calendar", "360_day"), path, errmsg)
    end subroutine variable
  end subroutine define

  !> By which a restart is known to belong to a run.
  subroutine attributes(settings, file, path, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: file
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    call put("time_step", settings%time_step)
    call put("forcing", settings%lorenz%forcing)
    call put("coupling", settings%lorenz%coupling)
    call put("damping", settings%lorenz%damping)
    call put("space_ratio", settings%lorenz%space)
    call put("time_ratio", settings%lorenz%time)
  contains
    subroutine put(name, value)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: value
      call note(nf90_put_att(file, NF90_GLOBAL, name, value), path, errmsg)
    end subroutine put
  end subroutine attributes

  !> Appends X after a step to the output.
  subroutine write_output(settings, step, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step
    character(len=*), intent(inout) :: errmsg
    integer :: turn
    records = records + 1
    do turn = 0, nranks - 1
      if (turn == rank .and. errmsg == "") &
        call append(settings%output, step, records, settings%time_step, errmsg)
      call wait_for_ranks()
    end do
  end subroutine write_output

  subroutine append(path, step, record, time_step, errmsg)
    character(len=*), intent(in) :: path
    integer, intent(in) :: step, record
    real(dp), intent(in) :: time_step
    character(len=*), intent(inout) :: errmsg
    integer :: file, id
    call note(nf90_open(path, NF90_WRITE, file), path, errmsg)
    if (errmsg /= "") return
    call put_large(file, step, record, path, errmsg)
    call find(file, "time", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, step*time_step*mtu, [record]), path, errmsg)
    call note(nf90_close(file), path, errmsg)
  end subroutine append

  subroutine put_large(file, step, record, path, errmsg)
    integer, intent(in) :: file, step, record
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: id
    call find(file, "large_scale_variable", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, reshape(transpose(x), [ncol]), &
      [first_column(), record]), path, errmsg)
    call find(file, "step", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, step, [record]), path, errmsg)
  end subroutine put_large

  integer function first_column()
    first_column = (first_member - 1)*nlarge + 1
  end function first_column

  !> Writes beside the old restart and takes its place only when all is on disk.
  subroutine write_restart(settings, step, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step
    character(len=*), intent(inout) :: errmsg
    logical :: whole
    integer :: turn
    do turn = 0, nranks - 1
      if (turn == rank .and. errmsg == "") call write_state(part_of(settings), step, errmsg)
      call wait_for_ranks()
    end do
    whole = all_well(errmsg)
    if (rank == 0 .and. whole) then
      if (c_rename(part_of(settings)//c_null_char, trim(settings%restart_out)//c_null_char) /= 0) &
        errmsg = "restart_out '"//trim(settings%restart_out)//"': expected to be replaced by "// &
        part_of(settings)
    end if
    call wait_for_ranks()
  end subroutine write_restart

  subroutine write_state(path, step, errmsg)
    character(len=*), intent(in) :: path
    integer, intent(in) :: step
    character(len=*), intent(inout) :: errmsg
    integer :: file, id
    call note(nf90_open(path, NF90_WRITE, file), path, errmsg)
    if (errmsg /= "") return
    call put_large(file, step, 1, path, errmsg)
    call find(file, "small_scale_variables", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, reshape(transpose(y), &
      [nring/nlarge, ncol]), [1, first_column(), 1]), path, errmsg)
    call find(file, "small_scale_step", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, y_step, [first_column(), 1]), path, errmsg)
    call note(nf90_close(file), path, errmsg)
  end subroutine write_state

  !> Where a restart is written before it is whole.
  pure function part_of(settings) result(path)
    type(settings_type), intent(in) :: settings
    character(len=:), allocatable :: path
    path = trim(settings%restart_out)//".part"
  end function part_of

end module host_files
