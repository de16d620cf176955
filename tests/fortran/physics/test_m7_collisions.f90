! SPDX-License-Identifier: BSD-3-Clause
!> Collisions of molecules and of particles: limits, and published values between them.
program test_m7_collisions
  use check, only: expect, finish
  use m7_kinds, only: tile, wp
  use m7_coagulation, only: coagulation_kernel, npair
  use m7_condensation, only: condensation_coefficient
  use m7_constants, only: avogadro, boltzmann, gas_constant, gas_constant_air, molar_mass_h2so4, &
    molar_mass_water
  use m7_states, only: near
  use m7_tracers, only: ci, cs, nmode, ns
  implicit none

  call constants_agree()
  call condensation_has_its_limits()
  call coagulation_has_its_limits()
  call particles_slip()
  call finish()

contains

  !> Relations between constants, and masses of molecules from those of atoms.
  subroutine constants_agree()
    call expect(near(gas_constant, boltzmann * avogadro, 1e-8_wp), "R = k N")
    ! SI, exact since 2019
    call expect(near(boltzmann, 1.380649e-16_wp, 1e-15_wp), "k")
    ! Dry air is 28.965 g mol-1, water H 1.008 and O 15.999, S 32.06.
    call expect(near(gas_constant_air, gas_constant * 1e-4_wp / 28.965_wp, 1e-4_wp), "air")
    call expect(near(molar_mass_water, 2 * 1.008_wp + 15.999_wp, 1e-4_wp), "water")
    call expect(near(molar_mass_h2so4, 2 * 1.008_wp + 32.06_wp + 4 * 15.999_wp, 1e-4_wp), "H2SO4")
  end subroutine constants_agree

  !> Gas kinetics for small particles, alpha pi r^2 c of which 0.3 stay on insoluble ones; diffusion
  !! for large ones, 4 pi D r, with D = 0.073 cm2 s-1 at 298.15 K and 1000 hPa.
  subroutine condensation_has_its_limits()
    real(wp), parameter :: pi = acos(-1.0_wp)
    real(wp), dimension(tile) :: t, p, speed, diffusivity
    real(wp), dimension(tile, nmode) :: number, coefficient
    integer :: i, mode
    t = [(200.0_wp + 2 * i, i = 1, tile)]
    p = [(2e4_wp + 1e3_wp * i, i = 1, tile)]
    number = spread([(10.0_wp * i, i = 1, nmode)], 1, tile)
    speed = sqrt(8 * 8.31446e7_wp * t / (pi * 98.08_wp))
    diffusivity = 0.073_wp * 1e5_wp / p * (t / 298.15_wp)**1.5_wp
    ! Corrections are of the order of r over the path, 1e-9 cm / 1e-5 cm; its inverse is
    ! 1e-5 cm / 1e-1 cm, over 0.3 at most.
    call condensation_coefficient(t, p, number, 0 * number + 1e-9_wp, coefficient)
    do mode = ns, ci
      call expect(all(abs(coefficient(:, mode) / (10 * mode * merge(1.0_wp, 0.3_wp, mode <= cs) &
        * pi * 1e-18_wp * speed) - 1) < 1e-3_wp), "kinetic uptake")
    end do
    call condensation_coefficient(t, p, number, 0 * number + 1e-1_wp, coefficient)
    do mode = ns, ci
      call expect(all(abs(coefficient(:, mode) / (10 * mode * 4 * pi * diffusivity * 0.1_wp) - 1) &
                      < 2e-3_wp), "uptake by diffusion")
    end do
  end subroutine condensation_has_its_limits

  !> Where diffusion decides, coagulation is 8 k T / (3 viscosity) times the slip correction, here
  !! 1 + l / r (1.246 + 0.42 exp(-0.87 r / l)) (Kasten 1968,
  !! J. Appl. Meteorol. 7, 944), with the mean free path l = 66.35 nm at 296.15 K and 1 atm
  !! (Jennings 1988, https://doi.org/10.1016/0021-8502(88)90219-4). M7's is 0.9 % shorter, and it
  !! has 0.86 for 0.87. Particles as light as these are fast: nothing but diffusion decides.
  subroutine particles_slip()
    real(wp), dimension(tile) :: t, p, path, slip, viscosity
    real(wp) :: radius(tile, nmode), density(tile, nmode), kernel(tile, npair)
    integer :: i
    t = 296.15_wp
    path = [(1e-4_wp * 1.2_wp**i, i = 1, tile)]   ! to 1000 times the radius
    p = 101325 * 66.35e-7_wp / path
    radius = 1e-2_wp
    density = 1e-8_wp
    call coagulation_kernel(t, p, radius, density, kernel)
    slip = 1 + path / 1e-2_wp * (1.246_wp + 0.42_wp * exp(-0.87_wp * 1e-2_wp / path))
    viscosity = 1.827e-4_wp * (t / 291.15_wp)**0.74_wp
    call expect(all(abs(kernel(:, 1) / (8 * 1.380649e-16_wp * t / (3 * viscosity) * slip) - 1) &
                    < 0.012_wp), "slip correction")
  end subroutine particles_slip

  !> Smoluchowski's kernel for large particles, that of kinetic gas theory for small ones.
  subroutine coagulation_has_its_limits()
    real(wp), dimension(tile) :: t, p, viscosity
    real(wp) :: radius(tile, nmode), density(tile, nmode), kernel(tile, npair)
    real(wp), parameter :: k_b = 1.380649e-16_wp, pi = acos(-1.0_wp)
    integer :: i
    t = [(180.0_wp + 2 * i, i = 1, tile)]
    p = 1e5_wp
    density = 1
    radius = 1e-2_wp
    call coagulation_kernel(t, p, radius, density, kernel)
    viscosity = 1.827e-4_wp * (t / 291.15_wp)**0.74_wp
    ! The slip correction of 100 um particles is 1.246 l / r = 9e-4 at 308 K; the distance at which
    ! diffusion ends adds some 1e-4 to their radius.
    call expect(all(abs(kernel(:, 1) / (8 * k_b * t / (3 * viscosity)) - 1) < 2e-3_wp), "continuum")
    call expect(all(abs(kernel - spread(kernel(:, 1), 2, npair)) < 1e-12_wp * kernel), "alike")
    radius = 1e-8_wp
    p = 1e2_wp
    call coagulation_kernel(t, p, radius, density, kernel)
    ! pi (2 r)^2 sqrt(2) c with c^2 = 8 k T / (pi m)
    call expect(all(abs(kernel(:, 1) / (pi * 4e-16_wp * sqrt(2.0_wp) * sqrt(8 * k_b * t &
      / (pi * 4 * pi / 3 * 1e-24_wp))) - 1) < 2e-3_wp), "kinetic")
  end subroutine coagulation_has_its_limits

end program test_m7_collisions
