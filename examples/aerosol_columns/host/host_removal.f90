! SPDX-License-Identifier: BSD-3-Clause
!> How tracers leave: they settle, stick to the surface, and rain out. What leaves is accounted for.
module host_removal
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use m7_tracers, only: nmass, tracer_mode, tracer_species, ns, ks, as, cs, ki, ai, ci
  use host_columns, only: gravity, layer_mass
  use host_emissions, only: sulfuric_acid
  use host_state, only: xt, t, pressure, cloud, rain, water, budget, dry, wet, nm7, nmode, so2, &
    ntrac, nproma, nlev, ncols
  use host_weather, only: rain_time
  implicit none
  private
  public :: settle, deposit, rain_out

  real(dp), parameter :: pi = acos(-1.0_dp), gas_constant_air = 287.05_dp
  real(dp), parameter :: particle_density(5) = [1841, 1800, 1300, 2165, 2650]   ! [kg m-3]
  real(dp), parameter :: water_density = 1000.0_dp
  real(dp), parameter :: sigma(nmode) = &
    [1.59_dp, 1.59_dp, 1.59_dp, 2.0_dp, 1.59_dp, 1.59_dp, 2.0_dp]
  integer, parameter :: settling(4) = [as, cs, ai, ci]
  real(dp), parameter :: fewest = 1.0_dp            ! particles that have a size [kg-1]
  real(dp), parameter :: largest = 2.0e-5_dp        ! radius that counts [m]

  !> Towards the surface, without settling [m s-1]: modes, H2SO4, SO2
  real(dp), parameter :: velocity(nmode) = &
    [0.005_dp, 0.001_dp, 0.0005_dp, 0.015_dp, 0.001_dp, 0.0005_dp, 0.01_dp]
  real(dp), parameter :: acid_velocity = 0.01_dp, so2_velocity = 0.005_dp
  !> Share of a mode that is in the droplets of a cloud [1]: Stier et al. 2005, table 3
  real(dp), parameter :: in_cloud(nmode) = &
    [0.06_dp, 0.25_dp, 0.85_dp, 0.99_dp, 0.20_dp, 0.40_dp, 0.40_dp]
  real(dp), parameter :: acid_in_cloud = 1.0_dp, so2_in_cloud = 0.1_dp
  !> What a millimetre of rain takes of the air below the cloud [m2 kg-1]: orders of magnitude of
  !! Seinfeld and Pandis 2006, section 20.3
  real(dp), parameter :: below_cloud(nmode) = &
    [0.1_dp, 0.02_dp, 0.005_dp, 0.2_dp, 0.02_dp, 0.005_dp, 0.2_dp]

contains

  !> Settling with the velocities of the mode's mean mass and number (moments of the log-normal
  !! distribution under Stokes' law), implicit and upwind: no x can become negative.
  subroutine settle(jb, dt)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt   !< [s]
    real(dp) :: fall_mass(nproma, nlev), fall_number(nproma, nlev)
    integer :: i, jt
    do i = 1, size(settling)
      call falls(jb, settling(i), dt, fall_mass, fall_number)
      do jt = 2, nmass + 1
        if (tracer_mode(jt) == settling(i)) call sink(jb, jt, fall_mass)
      end do
      call sink(jb, nmass + 1 + settling(i), fall_number)
    end do
  end subroutine settle

  !> Air that particles of a mode fall through in a time step [kg m-2].
  subroutine falls(jb, mode, dt, fall_mass, fall_number)
    integer, intent(in) :: jb, mode
    real(dp), intent(in) :: dt
    real(dp), intent(inout), dimension(nproma, nlev) :: fall_mass, fall_number
    real(dp) :: mass(nproma), volume(nproma), n, median, air, viscosity, path, stokes, ln2
    integer :: jc, jk, jt, nc
    nc = ncols(jb)
    ln2 = log(sigma(mode))**2
    do jk = 1, nlev
      mass(:nc) = 0; volume(:nc) = 0
      if (mode <= cs) mass(:nc) = water(:nc, jk, mode, jb)
      if (mode <= cs) volume(:nc) = mass(:nc)/water_density
      do jt = 2, nmass + 1
        if (tracer_mode(jt) /= mode) cycle
        mass(:nc) = mass(:nc) + xt(:nc, jk, jt, jb)
        volume(:nc) = volume(:nc) + xt(:nc, jk, jt, jb)/particle_density(tracer_species(jt))
      end do
      do jc = 1, nc
        n = xt(jc, jk, nmass + 1 + mode, jb)
        fall_mass(jc, jk) = 0; fall_number(jc, jk) = 0
        if (n < fewest .or. volume(jc) <= 0) cycle
        median = (3*volume(jc)/(4*pi*n))**(1.0_dp/3)*exp(-1.5_dp*ln2)
        air = pressure(jc, jk, jb)/(gas_constant_air*t(jc, jk, jb))
        viscosity = 1.827e-5_dp*(t(jc, jk, jb)/291.15_dp)**0.74_dp
        path = 2.251e-5_dp*t(jc, jk, jb)/pressure(jc, jk, jb)
        stokes = 2*gravity*(mass(jc)/volume(jc))/(9*viscosity)*air*dt
        fall_mass(jc, jk) = stokes*with_slip(min(median*exp(4*ln2), largest), path)
        fall_number(jc, jk) = stokes*with_slip(min(median*exp(ln2), largest), path)
      end do
    end do
  end subroutine falls

  !> The square of the radius with the slip of small particles (Cunningham) [m2].
  pure real(dp) function with_slip(radius, path)
    real(dp), intent(in) :: radius, path   !< [m], mean free path [m]
    with_slip = radius*(radius + 1.257_dp*path)
  end function with_slip

  subroutine sink(jb, jt, fall)
    integer, intent(in) :: jb, jt
    real(dp), intent(in) :: fall(nproma, nlev)
    real(dp) :: arriving(nproma)
    integer :: jk, nc
    nc = ncols(jb)
    arriving(:nc) = 0
    do jk = 1, nlev
      xt(:nc, jk, jt, jb) = (layer_mass(jk)*xt(:nc, jk, jt, jb) + arriving(:nc))/ &
        (layer_mass(jk) + fall(:nc, jk))
      arriving(:nc) = fall(:nc, jk)*xt(:nc, jk, jt, jb)
    end do
    call account(jb, jt, dry, arriving)
  end subroutine sink

  !> Dry deposition from the lowest level.
  subroutine deposit(jb, dt)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt   !< [s]
    real(dp) :: gone(nproma), air
    integer :: jc, jt
    do jt = 1, ntrac
      do jc = 1, ncols(jb)
        air = pressure(jc, nlev, jb)/(gas_constant_air*t(jc, nlev, jb))
        gone(jc) = xt(jc, nlev, jt, jb)*(1 - exp(-of_tracer(jt, velocity, acid_velocity, &
          so2_velocity)*air*dt/layer_mass(nlev)))
        xt(jc, nlev, jt, jb) = xt(jc, nlev, jt, jb) - gone(jc)
        gone(jc) = gone(jc)*layer_mass(nlev)
      end do
      call account(jb, jt, dry, gone)
    end do
  end subroutine deposit

  !> Rain takes what is in its cloud's droplets, and some of the air below.
  subroutine rain_out(jb, dt)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt   !< [s]
    real(dp) :: falling(nproma, nlev), share, gone(nproma), taken
    integer :: jc, jk, jt, nc
    nc = ncols(jb)
    falling(:nc, 1) = 0
    do jk = 2, nlev
      falling(:nc, jk) = falling(:nc, jk - 1) + rain(:nc, jk - 1, jb)*layer_mass(jk - 1)
    end do
    share = 1 - exp(-dt/rain_time)
    do jt = 1, ntrac
      gone(:nc) = 0
      do jk = 1, nlev
        do jc = 1, nc
          taken = cloud(jc, jk, jb)*share*of_tracer(jt, in_cloud, acid_in_cloud, so2_in_cloud) + &
            (1 - cloud(jc, jk, jb))*washed(dt*falling(jc, jk)* &
            of_tracer(jt, below_cloud, 0.0_dp, 0.0_dp))
          taken = taken*xt(jc, jk, jt, jb)
          xt(jc, jk, jt, jb) = xt(jc, jk, jt, jb) - taken
          gone(jc) = gone(jc) + taken*layer_mass(jk)
        end do
      end do
      call account(jb, jt, wet, gone)
    end do
  end subroutine rain_out

  !> x / (1 + x), the implicit step of a decay: cheaper than 1 - exp(-x), and below 1 too.
  elemental real(dp) function washed(x)
    real(dp), intent(in) :: x
    washed = x/(1 + x)
  end function washed

  pure real(dp) function of_tracer(jt, by_mode, acid, dioxide)
    integer, intent(in) :: jt
    real(dp), intent(in) :: by_mode(nmode), acid, dioxide
    if (jt == so2) then
      of_tracer = dioxide
    else if (tracer_mode(jt) == 0) then
      of_tracer = acid
    else
      of_tracer = by_mode(tracer_mode(jt))
    end if
  end function of_tracer

  !> Books what left a block's columns [kg m-2] under the tracer's species.
  subroutine account(jb, jt, way, gone)
    integer, intent(in) :: jb, jt, way
    real(dp), intent(in) :: gone(nproma)
    integer :: nc, species
    nc = ncols(jb)
    species = 1
    if (jt <= nm7) species = tracer_species(jt)
    if (species == 0) return
    budget(:nc, species, way, jb) = budget(:nc, species, way, jb) + &
      gone(:nc)*merge(sulfuric_acid, 1.0_dp, jt == so2)
  end subroutine account

end module host_removal
