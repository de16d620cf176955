! SPDX-License-Identifier: BSD-3-Clause
!> For the tests of M7: random blocks, from the surface to 10 Pa and from clean air to plumes.
module m7_states
  use m7_kinds, only: wp
  use m7_driver, only: m7
  use m7_options, only: m7_options_type
  use m7_tracers, only: nmass, nmode, ntracer, tracer_mode, tracer_species
  implicit none
  private
  public :: block, create_block, run_block, species_totals, near

  type :: block
    integer :: kproma = 0, kbdim = 0, klev = 0
    real(wp) :: dt = 1800
    real(wp), allocatable, dimension(:, :) :: pressure, temperature, humidity, cloud, production, &
      boundary_layer
    real(wp), allocatable, dimension(:, :, :) :: xt, wet_radius, dry_radius, density, water
  end type block

  !> Median number [kg-1] of the modes, and volume of their mean particles [m3]
  real(wp), parameter :: typical_number(nmode) = &
    [1e9_wp, 3e8_wp, 1e8_wp, 3e5_wp, 1e8_wp, 1e5_wp, 1e4_wp]
  real(wp), parameter :: typical_volume(nmode) = &
    [1e-25_wp, 3e-23_wp, 3e-20_wp, 3e-17_wp, 3e-23_wp, 1e-19_wp, 3e-17_wp]

contains

  subroutine create_block(kproma, kbdim, klev, b)
    integer, intent(in) :: kproma, kbdim, klev
    type(block), intent(out) :: b
    real(wp) :: u(kbdim, klev)
    b%kproma = kproma
    b%kbdim = kbdim
    b%klev = klev
    allocate (b%pressure(kbdim, klev), b%temperature(kbdim, klev), b%humidity(kbdim, klev), &
              b%cloud(kbdim, klev), b%production(kbdim, klev), b%boundary_layer(kbdim, klev))
    call random_number(u)
    b%pressure = 10 * 1.1e4_wp**u
    call random_number(u)
    b%temperature = 180 + 140 * u
    call random_number(u)
    b%humidity = 1.1_wp * u
    call random_number(u)
    b%cloud = min(max(2 * u - 0.8_wp, 0.0_wp), 1.0_wp)
    call random_number(u)
    b%production = 1e-14_wp * 1e-6_wp**u
    call random_number(u)
    b%boundary_layer = merge(1.0_wp, 0.0_wp, u > 0.5_wp)
    allocate (b%xt(kbdim, klev, ntracer), b%wet_radius(kbdim, klev, nmode), &
              b%dry_radius(kbdim, klev, 4), b%density(kbdim, klev, nmode), b%water(kbdim, klev, 4))
    b%wet_radius = -1
    b%dry_radius = -1
    b%density = -1
    b%water = -1
    call fill_tracers(b%xt)
  end subroutine create_block

  !> Numbers over six orders of magnitude, masses over four for a number; each is missing at times.
  subroutine fill_tracers(xt)
    real(wp), intent(out) :: xt(:, :, :)
    real(wp) :: u(size(xt, 1), size(xt, 2)), there(size(xt, 1), size(xt, 2))
    integer :: n, mode
    do n = ntracer, 1, -1
      call random_number(u)
      call random_number(there)
      mode = tracer_mode(n)
      if (n == 1) then
        xt(:, :, n) = 1e-17_wp * 1e6_wp**u
      else if (n > nmass + 1) then
        xt(:, :, n) = typical_number(mode) * 1e6_wp**(u - 0.7_wp)
      else
        xt(:, :, n) = xt(:, :, nmass + 1 + mode) * typical_volume(mode) * 1500 &
          * 1e4_wp**(u - 0.6_wp)
      end if
      where (there < 0.1_wp) xt(:, :, n) = 0
    end do
  end subroutine fill_tracers

  subroutine run_block(b, options, stat, errmsg)
    type(block), intent(inout) :: b
    type(m7_options_type), intent(in), optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call m7(b%kproma, b%kbdim, b%klev, b%dt, b%pressure, b%temperature, b%humidity, b%cloud, &
            b%production, b%boundary_layer, b%xt, b%wet_radius, b%dry_radius, b%density, b%water, &
            options, stat, errmsg)
  end subroutine run_block

  !> Of sulfate (gas included), black carbon, organic carbon, sea salt and dust, box by box.
  pure subroutine species_totals(xt, total)
    real(wp), intent(in) :: xt(:, :, :)
    real(wp), intent(out) :: total(:, :, :)
    integer :: n, species
    total = 0
    do n = 1, ntracer
      species = tracer_species(n)
      if (species > 0) total(:, :, species) = total(:, :, species) + xt(:, :, n)
    end do
  end subroutine species_totals

  pure logical function near(x, y, relative)
    real(wp), intent(in) :: x, y, relative
    near = abs(x - y) <= relative * abs(y)
  end function near

end module m7_states
