! SPDX-License-Identifier: BSD-3-Clause
!> The model's NetCDF files: output along the run, and the restart, which is whole or is not there.
!!
!! Ranks write one after the other, each its own columns. Rows without a column are never written.
module host_files
  use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use netcdf
  use host_columns, only: layer_mass
  use host_layout, only: define
  use host_netcdf, only: find, note
  use host_ranks, only: rank, nranks, wait_for_ranks, all_well
  use host_settings, only: part_of, path_length, settings_type
  use host_state
  use host_weather, only: longitude
  implicit none
  private
  public :: try_restart, create_output, discard_output, write_output, write_restart

  integer, parameter :: message_length = 256
  integer :: columns = 0, records = 0   ! of all ranks; written so far
  logical :: created = .false.          ! the output, by this rank

  interface
    function c_rename(from, to) result(status) bind(c, name="rename")
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: from(*), to(*)
      integer(c_int) :: status
    end function c_rename
  end interface

contains

  !> A message now if the restart could not be written later, after all the work.
  subroutine try_restart(settings, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    character(len=path_length) :: part
    logical :: there
    integer :: unit, status
    character(len=message_length) :: why
    if (rank /= 0) return
    part = part_of(settings%restart_out)
    there = exists(part)
    open (newunit=unit, file=part, action="write", position="append", iostat=status, iomsg=why)
    if (status /= 0) errmsg = "restart_out: expected a path that can be written, found: "//why
    if (status == 0) close (unit, status=trim(merge("keep  ", "delete", there)))
    if (exists(trim(settings%restart_out)//"/.")) &
      errmsg = "restart_out: expected a file, found the folder '"//trim(settings%restart_out)//"'"
    if (errmsg /= "") return
    if (exists(settings%restart_out)) call check_replaced(settings%restart_out, errmsg)
  end subroutine try_restart

  !> Only a restart of this model may be replaced; output may have the tracers too.
  subroutine check_replaced(path, errmsg)
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: file, variable, tracers, burden, unheard
    tracers = NF90_ENOTVAR
    if (nf90_open(path, NF90_NOWRITE, file) == NF90_NOERR) then
      tracers = nf90_inq_varid(file, "tracers", variable)
      burden = nf90_inq_varid(file, "burden", variable)
      if (burden == NF90_NOERR) tracers = NF90_ENOTVAR
      unheard = nf90_close(file)
    end if
    if (tracers /= NF90_NOERR) errmsg = "restart_out: expected no such file yet, or a restart"// &
      " to be replaced, found '"//trim(path)//"', which is none"
  end subroutine check_replaced

  !> A new output file. One that is there already is left alone: it may be all of another run.
  subroutine create_output(settings, ncolumns, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: ncolumns
    character(len=*), intent(inout) :: errmsg
    integer :: file, status
    logical :: before(2), after(2)
    columns = ncolumns
    if (rank == 0) then
      before = restarts(settings)
      status = nf90_create(settings%output, ior(NF90_NETCDF4, NF90_NOCLOBBER), file)
      call note(status, settings%output, errmsg)
      if (status == NF90_EEXIST) errmsg = "output '"//trim(settings%output)// &
        "': expected no such file yet, found one"
      created = status == NF90_NOERR
      if (created) call define(file, settings, columns, .true., settings%output, errmsg)
      after = restarts(settings)
      if (errmsg == "" .and. any(after .neqv. before)) &
        errmsg = "restart_out: expected a file of its own, found another path of the output"
    end if
    call wait_for_ranks()
  end subroutine create_output

  !> Whether a restart is there, and its part.
  function restarts(settings) result(there)
    type(settings_type), intent(in) :: settings
    logical :: there(2)
    there = [exists(settings%restart_out), exists(part_of(settings%restart_out))]
  end function restarts

  logical function exists(path)
    character(len=*), intent(in) :: path
    inquire (file=path, exist=exists)
  end function exists

  !> Takes away an output without a record: it would be in the way of the next run.
  subroutine discard_output(settings)
    type(settings_type), intent(in) :: settings
    if (created .and. records == 0) call delete(settings%output)
  end subroutine discard_output

  subroutine delete(path)
    character(len=*), intent(in) :: path
    integer :: unit, status
    open (newunit=unit, file=path, status="old", iostat=status)
    if (status == 0) close (unit, status="delete", iostat=status)
  end subroutine delete

  !> Appends one record to the output.
  subroutine write_output(settings, step, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step
    character(len=*), intent(inout) :: errmsg
    records = records + 1
    call write_in_turn(settings%output, step, settings%time_step, records, .true., &
      settings%output_state, errmsg)
  end subroutine write_output

  !> Writes beside the old restart and takes its place only when all is on disk.
  subroutine write_restart(settings, step, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step
    character(len=*), intent(inout) :: errmsg
    character(len=:), allocatable :: part
    logical :: whole
    integer :: file, status
    part = part_of(settings%restart_out)
    if (rank == 0) then
      status = nf90_create(part, ior(NF90_NETCDF4, NF90_CLOBBER), file)
      call note(status, part, errmsg)
      if (status == NF90_NOERR) call define(file, settings, columns, .false., part, errmsg)
    end if
    call wait_for_ranks()
    call write_in_turn(part, step, settings%time_step, 1, .false., .true., errmsg)
    whole = all_well(errmsg)
    if (rank == 0 .and. whole) then
      if (c_rename(part//c_null_char, trim(settings%restart_out)//c_null_char) /= 0) &
        errmsg = "restart '"//trim(settings%restart_out)//"': expected to be replaced by "//part
    end if
    call wait_for_ranks()
  end subroutine write_restart

  subroutine write_in_turn(path, step, time_step, record, burdens, state, errmsg)
    character(len=*), intent(in) :: path
    integer, intent(in) :: step, record
    real(dp), intent(in) :: time_step
    logical, intent(in) :: burdens, state
    character(len=*), intent(inout) :: errmsg
    integer :: turn, file, jb, id
    do turn = 0, nranks - 1
      if (turn == rank .and. errmsg == "") then
        call note(nf90_open(path, NF90_WRITE, file), path, errmsg)
        call find(file, "step", id, path, errmsg)
        if (errmsg == "") call note(nf90_put_var(file, id, step, [record]), path, errmsg)
        do jb = 1, ngpblks
          if (burdens) call write_burdens(file, jb, record, step*time_step, path, errmsg)
          if (state) call write_state(file, jb, record, path, errmsg)
        end do
        call note(nf90_close(file), path, errmsg)
      end if
      call wait_for_ranks()
    end do
  end subroutine write_in_turn

  subroutine write_burdens(file, jb, record, time, path, errmsg)
    integer, intent(in) :: file, jb, record
    real(dp), intent(in) :: time
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    real(dp) :: burden(ncols(jb), ntrac), water_burden(ncols(jb), size(water, 3))
    integer :: id, jk, nc, first
    nc = ncols(jb)
    first = global_start(jb)
    burden = 0
    water_burden = 0
    do jk = 1, nlev
      burden = burden + layer_mass(jk)*xt(:nc, jk, :, jb)
      water_burden = water_burden + layer_mass(jk)*water(:nc, jk, :, jb)
    end do
    call find(file, "burden", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, burden, [first, 1, record], &
      [nc, ntrac, 1]), path, errmsg)
    call find(file, "water_burden", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, water_burden, [first, 1, record], &
      [nc, size(water, 3), 1]), path, errmsg)
    call find(file, "surface", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, xt(:nc, nlev, :, jb), &
      [first, 1, record], [nc, ntrac, 1]), path, errmsg)
    call find(file, "lon", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, &
      longitude([(first + jk, jk=0, nc - 1)], time), [first, record], [nc, 1]), path, errmsg)
    call find(file, "surface_air_density", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, pressure(:nc, nlev, jb)/ &
      (287.05_dp*t(:nc, nlev, jb)), [first, record], [nc, 1]), path, errmsg)
  end subroutine write_burdens

  subroutine write_state(file, jb, record, path, errmsg)
    integer, intent(in) :: file, jb, record
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: id, nc, first
    nc = ncols(jb)
    first = global_start(jb)
    call find(file, "tracers", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, xt(:nc, :, :, jb), [first, 1, 1, record], &
      [nc, nlev, ntrac, 1]), path, errmsg)
    call find(file, "budget", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, budget(:nc, :, :, jb), &
      [first, 1, 1, record], [nc, nspecies, 3, 1]), path, errmsg)
  end subroutine write_state

end module host_files
