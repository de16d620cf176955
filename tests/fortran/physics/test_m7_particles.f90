! SPDX-License-Identifier: BSD-3-Clause
!> Particles of one species each, as a host sees them, against what can be worked out by hand.
program test_m7_particles
  use check, only: expect, finish
  use m7_kinds, only: wp
  use m7_driver, only: m7
  use m7_states, only: near
  use m7_tracers, only: mode_bound, nmass, nmode, tracer_mode, tracer_name, tracer_species
  implicit none

  !> Dry densities of Vignati et al. 2004 [kg m-3], hygroscopicities of Zhang et al. 2012 [1]:
  !! sulfate (as H2SO4), black and organic carbon, sea salt, dust
  real(wp), parameter :: rho(5) = [1841.0_wp, 1800.0_wp, 1300.0_wp, 2165.0_wp, 2650.0_wp]
  real(wp), parameter :: kappa(5) = [0.60_wp, 0.0_wp, 0.06_wp, 1.0_wp, 0.0_wp]
  !> Geometric standard deviations: 2 for coarse modes
  real(wp), parameter :: sigma(nmode) = &
    [1.59_wp, 1.59_wp, 1.59_wp, 2.0_wp, 1.59_wp, 1.59_wp, 2.0_wp]

  call modes_have_their_bounds()
  call dry_particles_are_spheres()
  call large_particles_take_water()
  call finish()

contains

  !> Radii of 0.5, 5, 50 and 500 nm (Vignati et al. 2004)
  subroutine modes_have_their_bounds()
    call expect(all(abs(mode_bound / [0.5e-7_wp, 5e-7_wp, 50e-7_wp, 500e-7_wp] - 1) &
                    < 4 * epsilon(1.0_wp)), "bounds of the modes")
  end subroutine modes_have_their_bounds

  !> One mass at a time in particles of a median radius. A microsecond changes nothing.
  subroutine describe(n, radius, humidity, wet, dry, density, water)
    integer, intent(in) :: n
    real(wp), intent(in) :: radius, humidity
    real(wp), intent(out) :: wet(nmode), dry(4), density(nmode), water(4)
    real(wp), dimension(1, 1) :: p, t, rh, none
    real(wp) :: xt(1, 1, 26), w(1, 1, nmode), d(1, 1, 4), r(1, 1, nmode), h(1, 1, 4)
    integer :: mode
    mode = tracer_mode(n)
    p = 2e4_wp
    t = 280
    rh = humidity
    none = 0
    xt = 0
    xt(1, 1, nmass + 1 + mode) = 1e3_wp
    xt(1, 1, n) = 1e3_wp * rho(tracer_species(n)) * 4 * acos(-1.0_wp) / 3 * radius**3 &
      * exp(4.5_wp * log(sigma(mode))**2)
    call m7(1, 1, 1, 1e-6_wp, p, t, rh, none, none, none, xt, w, d, r, h)
    wet = w(1, 1, :)
    dry = d(1, 1, :)
    density = r(1, 1, :)
    water = h(1, 1, :) / xt(1, 1, n)
  end subroutine describe

  subroutine dry_particles_are_spheres()
    real(wp), parameter :: radius(nmode) = &
      [1e-9_wp, 1e-8_wp, 1e-7_wp, 1e-6_wp, 1e-8_wp, 1e-7_wp, 1e-6_wp]
    real(wp) :: wet(nmode), dry(4), density(nmode), water(4)
    integer :: n, mode
    do n = 2, nmass + 1
      mode = tracer_mode(n)
      call describe(n, radius(mode), 0.0_wp, wet, dry, density, water)
      ! Molar masses to 1e-8; rounding of logarithms.
      call expect(near(wet(mode), radius(mode), 1e-8_wp), tracer_name(n) // ": radius")
      call expect(near(density(mode), rho(tracer_species(n)), 1e-8_wp), &
                  tracer_name(n) // ": density")
      if (mode > 4) cycle
      call expect(near(dry(mode), radius(mode), 1e-8_wp), tracer_name(n) // ": dry radius")
      call expect(all(water <= 0), tracer_name(n) // ": no water in dry air")
    end do
  end subroutine dry_particles_are_spheres

  !> Where surface tension does not count (1e-3 of the logarithm of humidity for 1 um, which is 1e-2
  !! of the water), water is kappa a / (1 - a) of the dry volume.
  subroutine large_particles_take_water()
    real(wp) :: wet(nmode), dry(4), density(nmode), water(4), volume
    integer :: n
    do n = 2, nmass + 1
      if (tracer_mode(n) /= 4) cycle
      call describe(n, 1e-6_wp, 0.9_wp, wet, dry, density, water)
      volume = 9 * kappa(tracer_species(n))
      call expect(abs(water(4) * rho(tracer_species(n)) / 1000 - volume) <= 0.02_wp * volume, &
                  tracer_name(n) // ": water")
      call expect(abs(wet(4) / dry(4) - (1 + volume)**(1 / 3.0_wp)) < 0.01_wp, &
                  tracer_name(n) // ": growth")
      call expect(abs(density(4) * (1 + volume) - rho(tracer_species(n)) - 1000 * volume) &
                  < 0.02_wp * rho(tracer_species(n)) * (1 + volume), &
                  tracer_name(n) // ": wet density")
    end do
    call describe(5, 1e-6_wp, 0.99_wp, wet, dry, density, water)
    ! 19 times kappa at 0.95
    call expect(near(water(4) * 1.841_wp, 19 * 0.6_wp, 0.03_wp), "humidity counts up to 0.95")
  end subroutine large_particles_take_water

end program test_m7_particles
