! SPDX-License-Identifier: BSD-3-Clause
!> What is in the model's NetCDF files, before anything has happened.
module host_layout
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use netcdf
  use host_columns, only: area, checksum, lat, latitude_index, levels, longitude_index, pressure_of
  use host_netcdf, only: find, note
  use host_settings, only: settings_type
  use host_state, only: ntrac, nspecies, species_name, tracer_name, water
  implicit none
  private
  public :: define, text_length

  integer, parameter :: text_length = 8   !< of the names of tracers

  type :: dimensions_type
    integer :: column, level, tracer, species, soluble, way, time, text
  end type dimensions_type

contains

  !> Dimensions, variables, attributes and coordinates of both kinds of file; closes the file.
  subroutine define(file, settings, columns, output, path, errmsg)
    integer, intent(in) :: file, columns
    type(settings_type), intent(in) :: settings
    logical, intent(in) :: output
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    type(dimensions_type) :: of
    call define_dimensions(file, columns, of, path, errmsg)
    if (output) call define_burdens(file, of, path, errmsg)
    if (.not. output .or. settings%output_state) call define_state(file, of, path, errmsg)
    call define_coordinates(file, of, path, errmsg)
    call define_attributes(file, settings, path, errmsg)
    call note(nf90_enddef(file), path, errmsg)
    call write_coordinates(file, columns, path, errmsg)
    call note(nf90_close(file), path, errmsg)
  end subroutine define

  subroutine define_dimensions(file, columns, of, path, errmsg)
    integer, intent(in) :: file, columns
    type(dimensions_type), intent(out) :: of
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    call note(nf90_def_dim(file, "column", columns, of%column), path, errmsg)
    call note(nf90_def_dim(file, "level", levels, of%level), path, errmsg)
    call note(nf90_def_dim(file, "tracer", ntrac, of%tracer), path, errmsg)
    call note(nf90_def_dim(file, "species", nspecies, of%species), path, errmsg)
    call note(nf90_def_dim(file, "soluble_mode", size(water, 3), of%soluble), path, errmsg)
    call note(nf90_def_dim(file, "way", 3, of%way), path, errmsg)
    call note(nf90_def_dim(file, "text", text_length, of%text), path, errmsg)
    call note(nf90_def_dim(file, "time", NF90_UNLIMITED, of%time), path, errmsg)
  end subroutine define_dimensions

  !> What is only in output.
  subroutine define_burdens(file, of, path, errmsg)
    integer, intent(in) :: file
    type(dimensions_type), intent(in) :: of
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    call define_variable(file, "burden", NF90_DOUBLE, [of%column, of%tracer, of%time], &
      "kg m-2, of numbers m-2", path, errmsg)
    call define_variable(file, "water_burden", NF90_DOUBLE, [of%column, of%soluble, of%time], &
      "kg m-2; after the last M7", path, errmsg)
    call define_variable(file, "surface", NF90_DOUBLE, [of%column, of%tracer, of%time], &
      "kg kg-1, of numbers kg-1", path, errmsg)
    call define_variable(file, "surface_air_density", NF90_DOUBLE, [of%column, of%time], &
      "kg m-3", path, errmsg)
    call define_variable(file, "lon", NF90_DOUBLE, [of%column, of%time], "degrees_east", path, &
      errmsg)
  end subroutine define_burdens

  !> What a run goes on from.
  subroutine define_state(file, of, path, errmsg)
    integer, intent(in) :: file
    type(dimensions_type), intent(in) :: of
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    call define_variable(file, "tracers", NF90_DOUBLE, &
      [of%column, of%level, of%tracer, of%time], "kg kg-1, of numbers kg-1", path, errmsg)
    call define_variable(file, "budget", NF90_DOUBLE, &
      [of%column, of%species, of%way, of%time], "kg m-2; emitted, lost dry, lost wet", path, errmsg)
  end subroutine define_state

  subroutine define_coordinates(file, of, path, errmsg)
    integer, intent(in) :: file
    type(dimensions_type), intent(in) :: of
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    call define_variable(file, "step", NF90_INT, [of%time], "1", path, errmsg)
    call define_variable(file, "lat", NF90_DOUBLE, [of%column], "degrees_north", path, errmsg)
    call define_variable(file, "area", NF90_DOUBLE, [of%column], "m2", path, errmsg)
    call define_variable(file, "pressure", NF90_DOUBLE, [of%level], "Pa", path, errmsg)
    call define_variable(file, "tracer_name", NF90_CHAR, [of%text, of%tracer], "", path, errmsg)
    call define_variable(file, "species_name", NF90_CHAR, [of%text, of%species], "", path, errmsg)
  end subroutine define_coordinates

  !> A text has no unit.
  subroutine define_variable(file, name, kind, dimensions, unit, path, errmsg)
    integer, intent(in) :: file, kind, dimensions(:)
    character(len=*), intent(in) :: name, unit, path
    character(len=*), intent(inout) :: errmsg
    integer :: id
    call note(nf90_def_var(file, name, kind, dimensions, id), path, errmsg)
    if (unit /= "" .and. errmsg == "") &
      call note(nf90_put_att(file, id, "units", unit), path, errmsg)
  end subroutine define_variable

  !> By which a restart is known to belong to a run.
  subroutine define_attributes(file, settings, path, errmsg)
    integer, intent(in) :: file
    type(settings_type), intent(in) :: settings
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer, parameter :: all = NF90_GLOBAL
    call note(nf90_put_att(file, all, "time_step", settings%time_step), path, errmsg)
    call note(nf90_put_att(file, all, "month", settings%scenario%month), path, errmsg)
    call note(nf90_put_att(file, all, "scenario", trim(settings%scenario%name)), path, errmsg)
    call note(nf90_put_att(file, all, "columns_checksum", checksum()), path, errmsg)
  end subroutine define_attributes

  subroutine write_coordinates(file, columns, path, errmsg)
    integer, intent(in) :: file, columns
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: all_columns(columns), id, i
    all_columns = [(i, i=1, columns)]
    call put("lat", lat(latitude_index(all_columns)))
    call put("area", [(area(longitude_index(i), latitude_index(i)), i=1, columns)])
    call put("pressure", pressure_of)
    call find(file, "tracer_name", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, tracer_name), path, errmsg)
    call find(file, "species_name", id, path, errmsg)
    if (errmsg == "") call note(nf90_put_var(file, id, species_name), path, errmsg)
  contains
    subroutine put(name, values)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: values(:)
      call find(file, name, id, path, errmsg)
      if (errmsg == "") call note(nf90_put_var(file, id, values), path, errmsg)
    end subroutine put
  end subroutine write_coordinates

end module host_layout
