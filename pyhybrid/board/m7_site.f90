! SPDX-License-Identifier: BSD-3-Clause
!> The smallest host of M7: a block of arrays like a model's, the native scheme on them, and the call
!! site with which an emulator takes its place. With the interface of C, for a caller that measures:
!! `seconds` are of the CPU, of all threads of the process, in what a model has in its loop over
!! blocks: other work on the machine does not count.
module m7_site
  use, intrinsic :: iso_c_binding, only: c_char, c_double, c_f_pointer, c_int, c_loc, c_null_char, &
    c_null_ptr, c_ptr
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme, hybrid_text
  use m7_driver, only: m7
  use m7_tracers, only: nmass, nmode, nsoluble, ntracer
  implicit none
  private
  public :: m7_site_arrays, m7_site_results, m7_site_create, m7_site_destroy, m7_site_emulated, &
    m7_site_native

  type :: site
    type(hybrid_domain) :: atmosphere
    type(hybrid_scheme) :: microphysics
    integer :: step = 0
  end type site

  integer, parameter :: last_mass = nmass + 1     ! H2SO4 and the masses come first
  integer, parameter :: text_length = 512         ! of messages for C
  integer, parameter :: nenvironment = 6

  integer :: nproma = 0, nlev = 0
  real(dp) :: dt                                                          ! [s]
  real(dp), allocatable, dimension(:, :) :: t, pressure, rh, cloud, production, boundary_layer
  real(dp), allocatable, dimension(:, :, :) :: xt, before, water, wet_radius, dry_radius, density

contains

  !> Fills the block's arrays with samples, as pyhybrid.m7.samples.Boxes has them.
  subroutine m7_site_arrays(ncol, nlevel, x) bind(c)
    integer(c_int), value :: ncol, nlevel
    real(c_double), intent(in) :: x(ncol, nlevel, nenvironment + ntracer)
    nproma = ncol
    nlev = nlevel
    t = x(:, :, 1)
    pressure = x(:, :, 2)
    rh = x(:, :, 3)
    cloud = x(:, :, 4)
    production = x(:, :, 5)
    dt = x(1, 1, 6)
    before = x(:, :, nenvironment + 1:)
    xt = before
    boundary_layer = 0 * t
    water = spread(boundary_layer, 3, nsoluble)
    dry_radius = water
    wet_radius = spread(boundary_layer, 3, nmode)
    density = wet_radius
  end subroutine m7_site_arrays

  !> The tracers and the water that the last step left.
  subroutine m7_site_results(y) bind(c)
    real(c_double), intent(out) :: y(nproma, nlev, ntracer + nsoluble)
    y(:, :, :ntracer) = xt
    y(:, :, ntracer + 1:) = water
  end subroutine m7_site_results

  !> A call site for the domain of a configuration; c_null_ptr and a message where it fails.
  type(c_ptr) function m7_site_create(configuration, message) result(handle) bind(c)
    type(c_ptr), value :: configuration
    character(kind=c_char), intent(inout) :: message(text_length)
    type(site), pointer :: new
    character(len=text_length) :: errmsg
    integer :: stat
    allocate (new)
    errmsg = ""
    call new%atmosphere%create(text=hybrid_text(configuration), ncol=nproma, stat=stat, &
      errmsg=errmsg)
    if (stat == 0) call new%microphysics%create(new%atmosphere, "aerosol_microphysics", &
      stat=stat, errmsg=errmsg)
    if (stat == 0) call declare_all(new%microphysics, stat, errmsg)
    call tell(errmsg, message)
    handle = c_loc(new)
    if (stat == 0) return
    handle = c_null_ptr
    deallocate (new)
  end function m7_site_create

  subroutine declare_all(scheme, stat, errmsg)
    type(hybrid_scheme), intent(in) :: scheme
    integer, intent(inout) :: stat
    character(len=*), intent(inout) :: errmsg
    call declare("air_temperature", "K")
    call declare("air_pressure", "Pa")
    call declare("relative_humidity", "1")
    call declare("cloud_area_fraction_in_atmosphere_layer", "1")
    call declare("tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production", &
      "kg kg-1 s-1", "tendency")
    call declare("atmosphere_boundary_layer_mask", "1")
    call declare("time_step", "s")
    call declare("aerosol_mass_mixing_ratios", "kg kg-1")
    call declare("aerosol_number_mixing_ratios", "kg-1")
    call declare("aerosol_water_mixing_ratios", "kg kg-1")
  contains
    subroutine declare(name, unit, role)
      character(len=*), intent(in) :: name, unit
      character(len=*), intent(in), optional :: role
      if (stat == 0) call scheme%field(name, unit, role=role, stat=stat, errmsg=errmsg)
    end subroutine declare
  end subroutine declare_all

  subroutine m7_site_destroy(handle) bind(c)
    type(c_ptr), value :: handle
    type(site), pointer :: old
    integer :: unheard
    call c_f_pointer(handle, old)
    call old%microphysics%destroy(unheard)
    call old%atmosphere%destroy(unheard)
    deallocate (old)
  end subroutine m7_site_destroy

  !> One block through the call site, and how long that took.
  integer(c_int) function m7_site_emulated(handle, seconds, message) result(stat) bind(c)
    type(c_ptr), value :: handle
    real(c_double), intent(out) :: seconds
    character(kind=c_char), intent(inout) :: message(text_length)
    type(site), pointer :: this
    character(len=text_length) :: errmsg
    real(dp) :: start
    call c_f_pointer(handle, this)
    xt = before
    errmsg = ""
    this%step = this%step + 1
    call this%atmosphere%step(this%step, "2001-01-01T00:00:00", dt, stat=stat, errmsg=errmsg)
    start = now()
    if (stat == 0) call emulated_block(this%microphysics, nproma, stat, errmsg)
    seconds = now() - start
    call tell(errmsg, message)
  end function m7_site_emulated

  subroutine emulated_block(scheme, nc, stat, errmsg)
    type(hybrid_scheme), intent(in) :: scheme
    integer, intent(in) :: nc
    integer, intent(inout) :: stat
    character(len=*), intent(inout) :: errmsg
    type(hybrid_call) :: this
    call scheme%open(this, ncol=nc, first=1, stat=stat, errmsg=errmsg)
    call put("air_temperature", t(:nc, :))
    call put("air_pressure", pressure(:nc, :))
    call put("relative_humidity", rh(:nc, :))
    call put("cloud_area_fraction_in_atmosphere_layer", cloud(:nc, :))
    call put("tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production", &
      production(:nc, :))
    call put("atmosphere_boundary_layer_mask", boundary_layer(:nc, :))
    if (stat == 0) call this%put("time_step", dt, stat=stat, errmsg=errmsg)
    if (stat == 0) call this%put("aerosol_mass_mixing_ratios", xt(:nc, :, :last_mass), &
      stat=stat, errmsg=errmsg)
    if (stat == 0) call this%put("aerosol_number_mixing_ratios", xt(:nc, :, last_mass + 1:), &
      stat=stat, errmsg=errmsg)
    if (stat == 0) call this%run(stat=stat, errmsg=errmsg)
    if (stat == 0 .and. this%native_wanted()) call refuse()
    call get("aerosol_mass_mixing_ratios", xt(:nc, :, :last_mass))
    call get("aerosol_number_mixing_ratios", xt(:nc, :, last_mass + 1:))
    call get("aerosol_water_mixing_ratios", water(:nc, :, :))
    if (stat == 0) call this%close(stat=stat, errmsg=errmsg)
  contains
    subroutine put(name, x)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: x(:, :)
      if (stat == 0) call this%put(name, x, stat=stat, errmsg=errmsg)
    end subroutine put

    subroutine get(name, x)
      character(len=*), intent(in) :: name
      real(dp), intent(inout) :: x(:, :, :)
      if (stat == 0) call this%get(name, x, stat=stat, errmsg=errmsg)
    end subroutine get

    !> The time of the native scheme would be taken for that of an emulator.
    subroutine refuse()
      stat = 1
      errmsg = "call site: expected an emulator that runs, found that the native scheme is wanted"
    end subroutine refuse
  end subroutine emulated_block

  !> The same block natively.
  integer(c_int) function m7_site_native(seconds, message) result(stat) bind(c)
    real(c_double), intent(out) :: seconds
    character(kind=c_char), intent(inout) :: message(text_length)
    character(len=text_length) :: errmsg
    real(dp) :: start
    xt = before
    errmsg = ""
    start = now()
    call m7(nproma, nproma, nlev, dt, pressure, t, rh, cloud, production, boundary_layer, xt, &
      wet_radius, dry_radius, density, water, stat=stat, errmsg=errmsg)
    seconds = now() - start
    call tell(errmsg, message)
  end function m7_site_native

  real(dp) function now()
    call cpu_time(now)
  end function now

  subroutine tell(errmsg, message)
    character(len=*), intent(in) :: errmsg
    character(kind=c_char), intent(inout) :: message(text_length)
    integer :: i, length
    length = min(len_trim(errmsg), text_length - 1)
    message(:length) = [(errmsg(i:i), i=1, length)]
    message(length + 1) = c_null_char
  end subroutine tell

end module m7_site
