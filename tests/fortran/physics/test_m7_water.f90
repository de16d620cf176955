! SPDX-License-Identifier: BSD-3-Clause
!> Water of particles against published values, and what it is a solution of.
program test_m7_water
  use check, only: expect, finish
  use m7_kinds, only: tile, wp
  use m7_constants, only: avogadro
  use m7_states, only: near
  use m7_tracers, only: cs, nmass, particle_volume, place, ss
  use m7_water, only: kappa_growth, kelvin_length
  use m7_zsr, only: acid_fraction, molality, zsr_water
  implicit none

  call growth_solves_its_equation()
  call droplets_have_their_tension()
  call acid_is_of_known_strength()
  call acid_is_that_of_the_fits()
  call solutions_have_known_molalities()
  call salts_share_sodium()
  call traces_of_salt_count_as_none()
  call finish()

contains

  subroutine growth_solves_its_equation()
    real(wp), dimension(tile) :: humidity, kelvin, r, kappa, g, a
    integer :: i, k, m
    real(wp) :: worst
    worst = 0
    kelvin = 1.2e-7_wp
    do k = 0, 10
      do m = 0, 10
        humidity = 0.095_wp * k
        kappa = 0.1_wp * m
        r = [(1e-8_wp * 10**(i * 0.08_wp), i = 1, tile)]
        call kappa_growth(humidity, kelvin, r, kappa, g)
        a = humidity * exp(-kelvin / (r * g))
        ! d ln g of the residual of g^3 is 3 at least, less the slope of the right-hand side.
        worst = max(worst, maxval(abs((1 + kappa * a / (1 - a))**(1 / 3.0_wp) / g - 1)))
      end do
    end do
    call expect(worst < 1e-4_wp, "growth is a solution")
    humidity = 0
    call kappa_growth(humidity, kelvin, r, kappa, g)
    call expect(all(abs(g - 1) < 1e-15_wp), "no humidity, no growth")
    humidity = 1.5_wp
    r = 1e-4_wp
    kappa = 0.6_wp
    call kappa_growth(humidity, kelvin, r, kappa, g)
    call expect(near(g(1), (1 + 0.6_wp * 19)**(1 / 3.0_wp), 0.02_wp), "humidity counts up to 0.95")
  end subroutine growth_solves_its_equation

  !> Weight of H2SO4 in equilibrium at 298 K (Stokes and Robinson 1949, Ind. Eng. Chem. 41, 2013)
  !! and at 260 K (Tabazadeh et al. 1997, https://doi.org/10.1029/97GL01879). M7's fits are within
  !! 2.3 of 100 parts.
  subroutine acid_is_of_known_strength()
    real(wp), parameter :: activity(9) = &
      [0.1_wp, 0.2_wp, 0.3_wp, 0.5_wp, 0.8_wp, 0.9_wp, 0.1_wp, 0.3_wp, 0.5_wp]
    real(wp), parameter :: weight(9) = [0.6445_wp, 0.5776_wp, 0.5245_wp, 0.4310_wp, 0.2679_wp, &
      0.1791_wp, 0.6174_wp, 0.5005_wp, 0.4079_wp]
    real(wp), dimension(tile) :: t, p, humidity, molecules, fraction, density
    t = 260
    t(1:6) = 298.15_wp
    p = 1e5_wp
    humidity = 0.5_wp
    humidity(1:9) = activity
    molecules = 1e8_wp
    call acid_fraction(t, p, humidity, molecules, fraction, density)
    call expect(all(abs(fraction(1:9) - weight) < 0.025_wp), "acid by humidity")
    call expect(near(density(4), 1.33_wp, 0.03_wp), "its density")
    call expect(near(density(1), 1.54_wp, 0.03_wp), "of a strong one")
  end subroutine acid_is_of_known_strength

  !> The fits of Vignati et al. 2004 term by term, in another program than ours and to the digits
  !! given: measurements alone leave room for wrong coefficients.
  subroutine acid_is_that_of_the_fits()
    real(wp), dimension(tile) :: t, p, humidity, molecules, fraction, density
    t = 298
    p = 1e5_wp
    humidity = 0.5_wp
    molecules = 1e8_wp
    t(2:3) = [260, 245]
    p(2:3) = [3e4_wp, 5e4_wp]
    humidity(2:3) = [0.7_wp, 0.2_wp]
    molecules(2:3) = [1e4_wp, 1e6_wp]
    call acid_fraction(t, p, humidity, molecules, fraction, density)
    call expect(all(abs(fraction(1:3) - [0.441263505_wp, 0.327709816_wp, 0.505858880_wp]) &
                    < 1e-9_wp), "the fit of the fraction")
    call expect(all(abs(density(1:3) - [1.335904801_wp, 1.269112282_wp, 1.441385659_wp]) &
                    < 1e-9_wp), "the fit of the density")
  end subroutine acid_is_that_of_the_fits

  !> Surface tension of water: 75.65 dyn cm-1 at 0 C, 68.74 at 45 C (Vargaftik et al. 1983,
  !! https://doi.org/10.1063/1.555688). That of M7 is a straight line 0.6 % above, as steep to 2 %.
  subroutine droplets_have_their_tension()
    real(wp), dimension(tile) :: t, length
    real(wp) :: tension(2)
    t = 273.15_wp
    t(2) = 318.15_wp
    call kelvin_length(t, length)
    tension = length(1:2) * 8.314e7_wp * t(1:2) / (2 * 18.015_wp)
    call expect(all(abs(tension / [75.65_wp, 68.74_wp] - 1) < 0.008_wp), "surface tension")
    call expect(near(tension(1) - tension(2), 75.65_wp - 68.74_wp, 0.02_wp), "by temperature")
  end subroutine droplets_have_their_tension

  !> NaCl: saturated, 6.1 mol kg-1 at 0.753. H2SO4: Stokes and Robinson 1949. Na2SO4: fits of Tang
  !! and Munkelwitz 1994 (https://doi.org/10.1029/94JD00345) to levitated droplets of 30, 40 and
  !! 45 %. The fits of Jacobson et al. 1996 are to other data: 3 % for acid, 7 % for Na2SO4.
  subroutine solutions_have_known_molalities()
    integer :: salt, i
    call expect(near(molality(1, 0.753_wp), 6.1_wp, 0.03_wp), "saturated salt")
    call expect(near(molality(2, 0.900_wp), 3.02_wp, 0.08_wp), "Na2SO4 at 90 %")
    call expect(near(molality(2, 0.823_wp), 4.69_wp, 0.08_wp), "Na2SO4 at 82 %")
    call expect(near(molality(2, 0.757_wp), 5.76_wp, 0.08_wp), "Na2SO4 at 76 %")
    call expect(near(molality(3, 0.9_wp), 2.224_wp, 0.04_wp), "H2SO4 at 90 %")
    call expect(near(molality(3, 0.7_wp), 5.042_wp, 0.04_wp), "H2SO4 at 70 %")
    call expect(near(molality(3, 0.5_wp), 7.723_wp, 0.04_wp), "H2SO4 at 50 %")
    do salt = 1, 3
      call expect(all([(molality(salt, 0.01_wp * i) > molality(salt, 0.01_wp * (i + 1)), &
                        i = 50, 94)]), "more water in more humid air")
    end do
  end subroutine solutions_have_known_molalities

  !> Sodium takes sulfate first, chloride gets the sodium that is left, acid the sulfate.
  subroutine salts_share_sodium()
    ! 5 of sodium and 2 of sulfate: 2 of Na2SO4 and 1 of NaCl. 4 and 3: 2 of Na2SO4, 1 of H2SO4.
    call expect_solution(0.8_wp, 0.8_wp, 5, 2, [1.0_wp, 2.0_wp, 0.0_wp], "chloride is left")
    call expect_solution(0.8_wp, 0.8_wp, 4, 3, [0.0_wp, 2.0_wp, 1.0_wp], "sulfate is left")
    call expect_solution(0.46_wp, 0.5_wp, 5, 2, [1.0_wp, 2.0_wp, 0.0_wp], "from 0.5 on")
    call expect_solution(1.1_wp, 0.95_wp, 4, 3, [0.0_wp, 2.0_wp, 1.0_wp], "to 0.95")
  end subroutine salts_share_sodium

  !> The water of a mixture, in 1e-12 mol cm-3; humidity counts as `activity`.
  subroutine expect_solution(humidity, activity, sodium, sulfate, solutes, words)
    real(wp), intent(in) :: humidity, activity, solutes(3)
    integer, intent(in) :: sodium, sulfate
    character(len=*), intent(in) :: words
    real(wp), dimension(tile) :: t, volume, swelling, water
    real(wp) :: mass(tile, nmass), expected
    integer :: i
    t = 290
    mass = 0
    mass(:, cs) = sulfate * 1e-12_wp * avogadro
    mass(:, place(ss, cs)) = sodium * 58.443_wp
    volume = mass(:, cs) * particle_volume(cs) + mass(:, place(ss, cs)) * 1e-12_wp / 2.165_wp
    call zsr_water(cs, t, 300 * t, 0 * t + humidity, mass, 0 * t + 100, volume, swelling, water)
    expected = 1e-9_wp * sum([(solutes(i) / molality(i, activity), i = 1, 3)])
    call expect(near(water(1), expected, 1e-12_wp), words)
    call expect(near(swelling(1), 1 + expected / volume(1), 1e-12_wp), words // ": volume")
  end subroutine expect_solution

  subroutine traces_of_salt_count_as_none()
    real(wp), dimension(tile) :: t, p, humidity, active, volume, swelling, water, without
    real(wp) :: mass(tile, nmass)
    t = 290
    p = 9e4_wp
    humidity = 0.4_wp
    active = 100
    mass = 0
    mass(:, cs) = 1e10_wp
    volume = mass(:, cs) * particle_volume(cs)
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, without)
    mass(:, place(ss, cs)) = 1e-310_wp
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, water)
    call expect(all(abs(water - without) <= 0) .and. all(without > 0), "a trace of salt is none")
    mass(:, place(ss, cs)) = 0.1_wp
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, water)
    call expect(all(water <= 0), "salt is dry at 40 %")
  end subroutine traces_of_salt_count_as_none

end program test_m7_water
