! SPDX-License-Identifier: BSD-3-Clause
!> The model's NetCDF files: output along the run, and the restart, which is whole or is not there.
!!
!! Ranks write one after the other, each its own columns. Rows without a column are never written.
module host_files
  use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use netcdf
  use host_columns, only: area, checksum, lat, latitude_index, layer_mass, levels, &
    longitude_index, pressure_of
  use host_ranks, only: rank, nranks, wait_for_ranks, all_well
  use host_settings, only: settings_type
  use host_state
  use host_weather, only: longitude
  implicit none
  private
  public :: create_output, write_output, write_restart, note, text_length

  integer, parameter :: text_length = 8   !< of the names of tracers
  integer :: columns = 0, records = 0   ! of all ranks; written so far

  interface
    function c_rename(from, to) result(status) bind(c, name="rename")
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: from(*), to(*)
      integer(c_int) :: status
    end function c_rename
  end interface

contains

  !> A new output file. One that is there already is left alone: it may be all of another run.
  subroutine create_output(settings, ncolumns, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: ncolumns
    character(len=*), intent(inout) :: errmsg
    integer :: file, status
    columns = ncolumns
    if (rank == 0) then
      status = nf90_create(settings%output, ior(NF90_NETCDF4, NF90_NOCLOBBER), file)
      call note(status, settings%output, errmsg)
      if (status == NF90_EEXIST) errmsg = "output '"//trim(settings%output)// &
        "': expected no such file yet, found one"
      if (status == NF90_NOERR) call define(file, settings, .true., settings%output, errmsg)
    end if
    call wait_for_ranks()
  end subroutine create_output

  !> Dimensions, coordinates and variables of both kinds of file; closes the file.
  subroutine define(file, settings, output, path, errmsg)
    integer, intent(in) :: file
    type(settings_type), intent(in) :: settings
    logical, intent(in) :: output
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: column, level, tracer, species, soluble, way, time, text, id, i
    integer :: all_columns(columns)
    all_columns = [(i, i=1, columns)]
    call note(nf90_def_dim(file, "column", columns, column), path, errmsg)
    call note(nf90_def_dim(file, "level", levels, level), path, errmsg)
    call note(nf90_def_dim(file, "tracer", ntrac, tracer), path, errmsg)
    call note(nf90_def_dim(file, "species", nspecies, species), path, errmsg)
    call note(nf90_def_dim(file, "soluble_mode", size(water, 3), soluble), path, errmsg)
    call note(nf90_def_dim(file, "way", 3, way), path, errmsg)
    call note(nf90_def_dim(file, "text", text_length, text), path, errmsg)
    call note(nf90_def_dim(file, "time", NF90_UNLIMITED, time), path, errmsg)
    call variable("step", [time], "1", NF90_INT)
    if (output) then
      call variable("burden", [column, tracer, time], "kg m-2, of numbers m-2")
      call variable("water_burden", [column, soluble, time], "kg m-2; after the last M7")
      call variable("surface", [column, tracer, time], "kg kg-1, of numbers kg-1")
      call variable("surface_air_density", [column, time], "kg m-3")
      call variable("lon", [column, time], "degrees_east")
    end if
    if (.not. output .or. settings%output_state) &
      call variable("tracers", [column, level, tracer, time], "kg kg-1, of numbers kg-1")
    if (.not. output .or. settings%output_state) &
      call variable("budget", [column, species, way, time], "kg m-2; emitted, lost dry, lost wet")
    call variable("lat", [column], "degrees_north")
    call variable("area", [column], "m2")
    call variable("pressure", [level], "Pa")
    call variable("tracer_name", [text, tracer], "", NF90_CHAR)
    call variable("species_name", [text, species], "", NF90_CHAR)
    call note(nf90_put_att(file, NF90_GLOBAL, "time_step", settings%time_step), path, errmsg)
    call note(nf90_put_att(file, NF90_GLOBAL, "month", settings%scenario%month), path, errmsg)
    call note(nf90_put_att(file, NF90_GLOBAL, "scenario", trim(settings%scenario%name)), path, &
      errmsg)
    call note(nf90_put_att(file, NF90_GLOBAL, "columns_checksum", checksum()), path, errmsg)
    call note(nf90_enddef(file), path, errmsg)
    call put("lat", lat(latitude_index(all_columns)))
    call put("area", [(area(longitude_index(i), latitude_index(i)), i=1, columns)])
    call put("pressure", pressure_of)
    if (errmsg == "") call note(nf90_inq_varid(file, "tracer_name", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, tracer_name), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "species_name", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, species_name), path, errmsg)
    call note(nf90_close(file), path, errmsg)
  contains
    subroutine variable(name, dims, unit, kind)
      character(len=*), intent(in) :: name, unit
      integer, intent(in) :: dims(:)
      integer, intent(in), optional :: kind
      integer :: type
      type = NF90_DOUBLE
      if (present(kind)) type = kind
      call note(nf90_def_var(file, name, type, dims, id), path, errmsg)
      if (unit /= "" .and. errmsg == "") &
        call note(nf90_put_att(file, id, "units", unit), path, errmsg)
    end subroutine variable

    subroutine put(name, values)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: values(:)
      if (errmsg == "") call note(nf90_inq_varid(file, name, id), path, errmsg)
      if (errmsg == "") call note(nf90_put_var(file, id, values), path, errmsg)
    end subroutine put
  end subroutine define

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
    part = trim(settings%restart_out)//".part"
    if (rank == 0) then
      status = nf90_create(part, ior(NF90_NETCDF4, NF90_CLOBBER), file)
      call note(status, part, errmsg)
      if (status == NF90_NOERR) call define(file, settings, .false., part, errmsg)
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
        if (errmsg == "") call note(nf90_inq_varid(file, "step", id), path, errmsg)
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
    if (errmsg == "") call note(nf90_inq_varid(file, "burden", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, burden, [first, 1, record], &
      [nc, ntrac, 1]), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "water_burden", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, water_burden, [first, 1, record], &
      [nc, size(water, 3), 1]), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "surface", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, xt(:nc, nlev, :, jb), &
      [first, 1, record], [nc, ntrac, 1]), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "lon", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, &
      longitude([(first + jk, jk=0, nc - 1)], time), [first, record], [nc, 1]), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "surface_air_density", id), path, errmsg)
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
    if (errmsg == "") call note(nf90_inq_varid(file, "tracers", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, xt(:nc, :, :, jb), [first, 1, 1, record], &
      [nc, nlev, ntrac, 1]), path, errmsg)
    if (errmsg == "") call note(nf90_inq_varid(file, "budget", id), path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, budget(:nc, :, :, jb), &
      [first, 1, 1, record], [nc, nspecies, 3, 1]), path, errmsg)
  end subroutine write_state

  !> Keeps the first message.
  subroutine note(status, path, errmsg)
    integer, intent(in) :: status
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    if (status /= NF90_NOERR .and. errmsg == "") &
      errmsg = "'"//trim(path)//"': "//trim(nf90_strerror(status))
  end subroutine note

end module host_files
