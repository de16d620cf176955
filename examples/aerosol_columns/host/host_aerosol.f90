! SPDX-License-Identifier: BSD-3-Clause
!> The call site: M7 through the library. The fields' names and units are here and nowhere else.
module host_aerosol
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_call, hybrid_error_backend, hybrid_ok
  use m7_driver, only: m7
  use m7_tracers, only: nmass
  use host_columns, only: area, lat, layer_mass, lon, latitude_index, longitude_index
  use host_ranks, only: communicator
  use host_state
  implicit none
  private
  public :: create_aerosol, open_aerosol_step, begin_aerosol, end_aerosol, flush_aerosol, &
    destroy_aerosol

  character(len=*), parameter :: scheme_name = "aerosol_microphysics"
  !> What the scheme reads
  character(len=*), parameter :: air_temperature = "air_temperature", &
    air_pressure = "air_pressure", humidity = "relative_humidity", &
    cloud_area = "cloud_area_fraction_in_atmosphere_layer", &
    acid_production = "tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production", &
    boundary = "atmosphere_boundary_layer_mask", step_length = "time_step"
  !> Air of a layer: the scheme does not read it, budgets of columns do
  character(len=*), parameter :: air_mass = "atmosphere_mass_per_unit_area"
  !> What it reads and overwrites: H2SO4 and the 18 masses; the seven numbers
  character(len=*), parameter :: masses = "aerosol_mass_mixing_ratios", &
    numbers = "aerosol_number_mixing_ratios"
  !> What it writes
  character(len=*), parameter :: aerosol_water = "aerosol_water_mixing_ratios"

  integer, parameter :: last_mass = nmass + 1
  type(hybrid_domain), save :: atmosphere
  type(hybrid_scheme), save :: microphysics
  type(hybrid_call), allocatable :: calls(:)

contains

  !> communicator is absent where it is not allocated.
  subroutine create_aerosol(configuration, errmsg)
    character(len=*), intent(in) :: configuration
    character(len=*), intent(inout) :: errmsg
    integer :: column(ncol), i, stat
    column = [(first_column + i - 1, i=1, ncol)]
    allocate (calls(ngpblks))
    call atmosphere%create(configuration, column=column, lat=lat(latitude_index(column)), &
      lon=lon(longitude_index(column)), area=areas(column), comm=communicator, stat=stat, &
      errmsg=errmsg)
    if (stat == 0) call microphysics%create(atmosphere, scheme_name, stat=stat, errmsg=errmsg)
    call declare(air_temperature, "K")
    call declare(air_pressure, "Pa")
    call declare(humidity, "1")
    call declare(cloud_area, "1")
    call declare(acid_production, "kg kg-1 s-1", role="tendency")
    call declare(boundary, "1")
    call declare(step_length, "s")
    call declare(air_mass, "kg m-2")
    call declare(masses, "kg kg-1")
    call declare(numbers, "kg-1")
    call declare(aerosol_water, "kg kg-1")
  contains
    subroutine declare(name, unit, role)
      character(len=*), intent(in) :: name, unit
      character(len=*), intent(in), optional :: role
      if (stat == 0) call microphysics%field(name, unit, role=role, stat=stat, errmsg=errmsg)
    end subroutine declare
  end subroutine create_aerosol

  elemental real(dp) function areas(column)
    integer, intent(in) :: column
    areas = area(longitude_index(column), latitude_index(column))
  end function areas

  subroutine open_aerosol_step(step, date, dt, errmsg)
    integer, intent(in) :: step
    character(len=*), intent(in) :: date
    real(dp), intent(in) :: dt
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call atmosphere%step(step, date, dt, stat=stat, errmsg=errmsg)
  end subroutine open_aerosol_step

  !> The first half of a call: what the scheme reads. An emulator may run from here on.
  subroutine begin_aerosol(jb, dt, errmsg)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt
    character(len=*), intent(inout) :: errmsg
    integer :: nc, stat
    nc = ncols(jb)
    call microphysics%open(calls(jb), ncol=nc, first=block_start(jb), stat=stat, errmsg=errmsg)
    if (stat /= 0) return
    associate (this => calls(jb))
      call this%put(air_temperature, t(:nc, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(air_pressure, pressure(:nc, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(humidity, rh(:nc, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(cloud_area, cloud(:nc, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(acid_production, production(:nc, :, jb), stat=stat, &
        errmsg=errmsg)
      if (stat == 0) call this%put(boundary, boundary_layer(:nc, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(step_length, dt, stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(air_mass, spread(layer_mass, 1, nc), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(masses, xt(:nc, :, :last_mass, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%put(numbers, xt(:nc, :, last_mass + 1:nm7, jb), stat=stat, &
        errmsg=errmsg)
      if (stat == 0) call this%run(stat=stat, errmsg=errmsg)
      call forgive_emulator(stat, errmsg)
    end associate
  end subroutine begin_aerosol

  !> The second half: the native scheme, if the library wants it, and what the scheme writes.
  subroutine end_aerosol(jb, dt, errmsg)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt
    character(len=*), intent(inout) :: errmsg
    integer :: nc, stat
    logical :: wanted
    nc = ncols(jb)
    associate (this => calls(jb))
      wanted = this%native_wanted(stat=stat, errmsg=errmsg)
      call forgive_emulator(stat, errmsg)
      if (stat == 0 .and. wanted) call m7(nc, nproma, nlev, dt, pressure(:, :, jb), t(:, :, jb), &
        rh(:, :, jb), cloud(:, :, jb), production(:, :, jb), boundary_layer(:, :, jb), &
        xt(:, :, :nm7, jb), wet_radius(:, :, :, jb), dry_radius(:, :, :, jb), &
        density(:, :, :, jb), water(:, :, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%get(masses, xt(:nc, :, :last_mass, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%get(numbers, xt(:nc, :, last_mass + 1:nm7, jb), stat=stat, &
        errmsg=errmsg)
      if (stat == 0) call this%get(aerosol_water, water(:nc, :, :, jb), stat=stat, errmsg=errmsg)
      if (stat == 0) call this%close(stat=stat, errmsg=errmsg)
    end associate
  end subroutine end_aerosol

  !> Where an emulator failed, native_wanted is true and M7 does its work. All else is a mistake, of
  !! this call site or of the emulator's card, and would go unnoticed for a whole run.
  subroutine forgive_emulator(stat, errmsg)
    integer, intent(inout) :: stat
    character(len=*), intent(inout) :: errmsg
    if (stat /= hybrid_error_backend) return
    stat = hybrid_ok
    errmsg = ""
  end subroutine forgive_emulator

  !> Waits until the library has written what it recorded: NetCDF serves one thread at a time, and
  !! the model is about to use it.
  subroutine flush_aerosol(errmsg)
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call atmosphere%flush(stat=stat, errmsg=errmsg)
  end subroutine flush_aerosol

  subroutine destroy_aerosol(errmsg)
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call microphysics%destroy(stat=stat, errmsg=errmsg)
    if (stat == 0) call atmosphere%destroy(stat=stat, errmsg=errmsg)
  end subroutine destroy_aerosol

end module host_aerosol
