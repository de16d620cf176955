! SPDX-License-Identifier: BSD-3-Clause
!> Where aerosol and SO2 come from: bumps over the regions that emit, wind over sea and dust.
!!
!! Yearly totals and sizes follow AeroCom: Dentener et al. 2006,
!! https://doi.org/10.5194/acp-6-4321-2006, and Stier et al. 2005,
!! https://doi.org/10.5194/acp-5-1125-2005. The maps are idealised: no inventory is read.
module host_emissions
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use host_columns, only: lon, lat, land, ice, layer_mass, nlon, nlat, place_type
  use host_settings, only: scenario_type
  use host_state, only: xt, budget, wind, emitted, so2, nlev, nproma, ncols, &
    global_start, tracer_name
  use host_weather, only: ground
  implicit none
  private
  public :: create_emissions, emit, sulfuric_acid

  integer, parameter :: industry = 1, fire = 2, dust = 3, plants = 4, sea = 5, kinds = 5
  real(dp), parameter :: pi = acos(-1.0_dp), earth_radius = 6.371e6_dp   ! [m]
  real(dp), parameter :: tg_per_year = 1e9_dp/(365.25_dp*86400)         ! [kg s-1]
  real(dp), parameter :: sulfuric_acid = 98.0734_dp/64.066_dp           !< kg of H2SO4 per kg of SO2
  real(dp), parameter :: sulfur = 64.066_dp/32.065_dp                   ! kg of SO2 per kg of S
  real(dp), parameter :: sulfate = sulfur*sulfuric_acid                 ! kg of H2SO4 per kg of S
  real(dp), parameter :: mean_cube_dust = 400.0_dp, mean_power_sea = 1500.0_dp   ! of the wind

  !> A region: its share of the kind's total, and the month of most fires (0: none). Coasts lose
  !! what falls on the sea, so the shares of a kind may sum to more than 1.
  type :: region
    integer :: kind
    real(dp) :: lat, lon, radius, share
    integer :: month
  end type region

  type(region), parameter :: regions(*) = [ &
    region(industry, 38, 275, 10, 0.28_dp, 0), region(industry, 50, 15, 10, 0.40_dp, 0), &
    region(industry, 32, 113, 9, 0.48_dp, 0), region(industry, 22, 79, 7, 0.20_dp, 0), &
    region(fire, 8, 15, 10, 0.30_dp, 1), region(fire, -10, 22, 9, 0.30_dp, 8), &
    region(fire, -10, 300, 9, 0.18_dp, 9), region(fire, 16, 100, 7, 0.12_dp, 3), &
    region(fire, 58, 110, 12, 0.10_dp, 7), &
    region(dust, 22, 8, 10, 0.62_dp, 0), region(dust, 24, 47, 7, 0.15_dp, 0), &
    region(dust, 42, 85, 9, 0.16_dp, 0), region(dust, -26, 135, 7, 0.07_dp, 0)]

  !> A source: how much of a kind's total becomes which mass tracer, which number tracer goes with
  !! it (blank: none), and the particles: median radius [m], geometric deviation, density [kg m-3].
  !! Lowest levels that share it: 1, or more for chimneys and fires. Budget: species it counts as.
  type :: source
    integer :: kind
    character(len=6) :: mass, number
    real(dp) :: total                 ! [Tg year-1]
    real(dp) :: radius, sigma, density
    integer :: levels, species
  end type source

  type(source), parameter :: sources(*) = [ &
    source(industry, "SO2   ", "      ", 0.975_dp*55*sulfur, 0.0_dp, 0.0_dp, 0.0_dp, 3, 1), &
    source(industry, "SO4_KS", "N_KS  ", 0.0125_dp*55*sulfate, 3.0e-8_dp, 1.59_dp, 1841.0_dp, &
      1, 1), &
    source(industry, "SO4_AS", "N_AS  ", 0.0125_dp*55*sulfate, 7.5e-8_dp, 1.59_dp, 1841.0_dp, &
      3, 1), &
    source(industry, "BC_KI ", "N_KI  ", 4.6_dp, 3.0e-8_dp, 1.59_dp, 1800.0_dp, 1, 2), &
    source(industry, "OC_KI ", "N_KI  ", 0.35_dp*12.3_dp, 3.0e-8_dp, 1.59_dp, 1300.0_dp, 1, 3), &
    source(industry, "OC_KS ", "N_KS  ", 0.65_dp*12.3_dp, 3.0e-8_dp, 1.59_dp, 1300.0_dp, 1, 3), &
    source(fire, "SO2   ", "      ", 2.0_dp*sulfur, 0.0_dp, 0.0_dp, 0.0_dp, 6, 1), &
    source(fire, "BC_KI ", "N_KI  ", 3.1_dp, 7.5e-8_dp, 1.59_dp, 1800.0_dp, 6, 2), &
    source(fire, "OC_KI ", "N_KI  ", 0.35_dp*34.7_dp, 7.5e-8_dp, 1.59_dp, 1300.0_dp, 6, 3), &
    source(fire, "OC_KS ", "N_KS  ", 0.65_dp*34.7_dp, 7.5e-8_dp, 1.59_dp, 1300.0_dp, 6, 3), &
    source(plants, "OC_KS ", "N_KS  ", 19.1_dp, 3.0e-8_dp, 1.59_dp, 1300.0_dp, 1, 3), &
    source(dust, "DU_AI ", "N_AI  ", 0.02_dp*1678, 1.94e-7_dp, 1.59_dp, 2650.0_dp, 1, 5), &
    source(dust, "DU_CI ", "N_CI  ", 0.98_dp*1678, 4.14e-7_dp, 2.00_dp, 2650.0_dp, 1, 5), &
    source(sea, "SO2   ", "      ", 18.2_dp*sulfur, 0.0_dp, 0.0_dp, 0.0_dp, 1, 1), &
    source(sea, "SS_AS ", "N_AS  ", 0.02_dp*7925, 7.9e-8_dp, 1.59_dp, 2165.0_dp, 1, 4), &
    source(sea, "SS_CS ", "N_CS  ", 0.98_dp*7925, 6.3e-7_dp, 2.00_dp, 2165.0_dp, 1, 4)]

  integer :: mass_index(size(sources)), number_index(size(sources))
  real(dp) :: strength(size(sources))   ! of the scenario [kg s-1]
  real(dp), allocatable :: pattern(:, :, :)   ! share of the total [m-2] (nlon, nlat, kinds)

contains

  subroutine create_emissions(scenario)
    type(scenario_type), intent(in) :: scenario
    integer :: i, j, n
    real(dp) :: factor(kinds)
    factor = [scenario%carbon, scenario%fire, scenario%dust, 1.0_dp, scenario%sea_salt]
    do n = 1, size(sources)
      mass_index(n) = findloc(tracer_name, sources(n)%mass, dim=1)
      number_index(n) = findloc(tracer_name, sources(n)%number, dim=1)
      strength(n) = sources(n)%total*tg_per_year*factor(sources(n)%kind)
      if (sources(n)%kind == industry .and. sources(n)%species == 1) &
        strength(n) = sources(n)%total*tg_per_year*scenario%so2
      if (sources(n)%kind == sea .and. sources(n)%species == 1) &
        strength(n) = sources(n)%total*tg_per_year
    end do
    allocate (pattern(nlon, nlat, kinds))
    do j = 1, nlat
      do i = 1, nlon
        pattern(i, j, :) = pattern_of(i, j, scenario%month)
      end do
    end do
  end subroutine create_emissions

  !> Shares of the totals that a square metre emits [m-2].
  pure function pattern_of(i, j, month) result(share)
    integer, intent(in) :: i, j, month
    real(dp) :: share(kinds), l, phi
    integer :: n
    l = land(i, j)
    phi = lat(j)*pi/180
    share = 0
    do n = 1, size(regions)
      share(regions(n)%kind) = share(regions(n)%kind) + l*bump(regions(n), lat(j), lon(i))* &
        burning(regions(n)%month, month)
    end do
    if (lat(j) > -60) share(plants) = l*cos(phi)**2* &
      (1 - sin(phi)*cos(2*pi*(month - 1)/12))/1.0e14_dp
    share(sea) = (1 - l)*(1 - ice(i, j))/3.4e14_dp
  end function pattern_of

  !> A Gauss bell on the sphere whose integral is the region's share [m-2].
  pure real(dp) function bump(place, phi, lambda)
    type(region), intent(in) :: place
    real(dp), intent(in) :: phi, lambda   !< [degrees]
    real(dp) :: east, distance2
    east = modulo(lambda - place%lon + 180, 360.0_dp) - 180
    distance2 = (phi - place%lat)**2 + (east*cos(phi*pi/180))**2
    bump = place%share*exp(-min(distance2/(2*place%radius**2), 100.0_dp))/ &
      (2*pi*(place%radius*pi/180*earth_radius)**2)
  end function bump

  !> Fires of a month over those of the mean month [1]: four months long.
  pure real(dp) function burning(peak, month)
    integer, intent(in) :: peak, month
    burning = 1
    if (peak > 0) burning = 2.7_dp*max(cos(2*pi*(month - peak)/12), 0.0_dp)**3 + 0.43_dp
  end function burning

  !> Adds a time step's emissions to the lowest levels.
  subroutine emit(jb, time, dt)
    integer, intent(in) :: jb
    real(dp), intent(in) :: time, dt   !< [s]
    real(dp) :: flux(nproma), here(nproma, kinds), particle
    integer :: n, nc, jk
    nc = ncols(jb)
    call look_down()
    do n = 1, size(sources)
      flux(:nc) = strength(n)*here(:nc, sources(n)%kind)*dt
      particle = 4*pi/3*sources(n)%density*sources(n)%radius**3*exp(4.5_dp*log_sigma(n)**2)
      do jk = nlev - sources(n)%levels + 1, nlev
        call add(mass_index(n), jk, 1.0_dp)
        if (particle > 0) call add(number_index(n), jk, 1/particle)
      end do
      budget(:nc, sources(n)%species, emitted, jb) = &
        budget(:nc, sources(n)%species, emitted, jb) + flux(:nc)* &
        merge(sulfuric_acid, 1.0_dp, mass_index(n) == so2)
    end do
  contains
    !> Patterns at what the columns are above, by wind where that matters.
    subroutine look_down()
      type(place_type) :: at
      integer :: jc
      do jc = 1, nc
        at = ground(global_start(jb) + jc - 1, time)
        here(jc, :) = (1 - at%share)*pattern(at%west, at%circle, :) + &
          at%share*pattern(at%east, at%circle, :)
        here(jc, dust) = here(jc, dust)*wind(jc, jb)**3/mean_cube_dust
        here(jc, sea) = here(jc, sea)*wind(jc, jb)**3.41_dp/mean_power_sea   ! Monahan's spray
      end do
    end subroutine look_down

    pure real(dp) function log_sigma(n)
      integer, intent(in) :: n
      log_sigma = log(max(sources(n)%sigma, 1.0_dp))
    end function log_sigma

    subroutine add(tracer, jk, per_mass)
      integer, intent(in) :: tracer, jk
      real(dp), intent(in) :: per_mass
      real(dp) :: levels
      levels = sum(layer_mass(nlev - sources(n)%levels + 1:))
      xt(:nc, jk, tracer, jb) = xt(:nc, jk, tracer, jb) + flux(:nc)*per_mass/levels
    end subroutine add
  end subroutine emit

end module host_emissions
