! SPDX-License-Identifier: BSD-3-Clause
!> Water of the soluble modes as the first M7 had it: binary sulfuric acid and water, or with sea
!! salt the water of its electrolytes together (Zdanovskii, Stokes and Robinson).
module m7_zsr
  use, intrinsic :: iso_fortran_env, only: real64
  use m7_kinds, only: tile, wp
  use m7_constants, only: avogadro, density_so4, density_water, h2so4_molecule, smallest_number, &
    smallest_volume
  use m7_tracers, only: cs, nmass, particle_volume, place, ss
  implicit none
  private
  public :: zsr_water, acid_fraction, molality

  real(wp), parameter :: molar_mass_nacl = 58.443_wp        ! [g mol-1]
  real(wp), parameter :: efflorescence = 0.45_wp            ! relative humidity of dry salts [1]
  real(wp), parameter :: least_salt = 1.0e-6_wp             ! share of the volume that counts [1]

  !> Polynomials in the water activity whose square is the molality [mol kg-1] of NaCl, Na2SO4 and
  !! H2SO4: Jacobson, Tabazadeh and Turco 1996, J. Geophys. Res. 101, eq. 29. Their terms cancel:
  !! real64 always.
  real(real64), parameter :: polynomial(0:7, 3) = reshape([ &
    -1.918004e2_real64, 2.001540e3_real64, -8.557205e3_real64, 1.987670e4_real64, &
    -2.717192e4_real64, 2.187103e4_real64, -9.591577e3_real64, 1.763672e3_real64, &
    -3.295311e3_real64, 3.188349e4_real64, -1.305168e5_real64, 2.935608e5_real64, &
    -3.920423e5_real64, 3.109519e5_real64, -1.356439e5_real64, 2.510249e4_real64, &
    5.611895_real64, -1.387446e1_real64, 1.750682e1_real64, 7.138146e1_real64, &
    -3.109173e2_real64, 4.662288e2_real64, -3.128612e2_real64, 7.76097e1_real64], [8, 3])
  integer, parameter :: nacl = 1, na2so4 = 2, h2so4 = 3

contains

  !> Water and volume of a soluble mode. Volumes add, but for those of sulfuric acid and water.
  pure subroutine zsr_water(mode, temperature, pressure, humidity, mass, active, volume, swelling, &
                            water)
    integer, intent(in) :: mode
    real(wp), intent(in) :: temperature(tile)      !< [K] (tile)
    real(wp), intent(in) :: pressure(tile)         !< [Pa] (tile)
    real(wp), intent(in) :: humidity(tile)         !< relative [1] (tile)
    real(wp), intent(in) :: mass(tile, nmass)      !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(in) :: active(tile)           !< number, 0 if the mode is empty [cm-3] (tile)
    real(wp), intent(in) :: volume(tile)           !< dry [cm3 cm-3] (tile)
    real(wp), intent(out) :: swelling(tile)        !< wet over dry volume [1] (tile)
    real(wp), intent(out) :: water(tile)           !< of all particles [g cm-3] (tile)
    real(wp) :: fraction(tile), solution(tile), acid, salt(tile), salt_water(tile), there, salty
    integer :: i
    call acid_fraction(temperature, pressure, humidity, &
                       mass(:, mode) / max(active, smallest_number), fraction, solution)
    salt = 0
    if (place(ss, mode) > 0) salt = mass(:, place(ss, mode))
    call salt_solution(humidity, mass(:, mode), salt, salt_water)
    do i = 1, tile
      there = merge(1.0_wp, 0.0_wp, active(i) > 0)
      salty = merge(1.0_wp, 0.0_wp, salt(i) * particle_volume(place(ss, cs)) &
        > least_salt * volume(i))
      acid = mass(i, mode) * h2so4_molecule
      water(i) = there * (salty * salt_water(i) + (1 - salty) * acid * (1 / fraction(i) - 1))
      swelling(i) = 1 + there / max(volume(i), smallest_number * smallest_volume) &
        * (salty * water(i) / density_water &
        + (1 - salty) * acid * (1 / (fraction(i) * solution(i)) - 1 / density_so4))
    end do
  end subroutine zsr_water

  !> Mass fraction of H2SO4 in a droplet and the droplet's density: fits to Zeleznik 1991
  !! (https://doi.org/10.1063/1.555899) by Vignati et al. 2004.
  !!
  !! They hold from 240 K and for humidities of 0.05 to 0.9. Below 10 % of acid, which is less than
  !! there is in equilibrium at 0.9, the first has left its range: it goes to 0 at 240 K.
  pure subroutine acid_fraction(temperature, pressure, humidity, molecules, fraction, density)
    real(wp), intent(in) :: temperature(tile)   !< [K] (tile)
    real(wp), intent(in) :: pressure(tile)      !< [Pa] (tile)
    real(wp), intent(in) :: humidity(tile)      !< relative [1] (tile)
    real(wp), intent(in) :: molecules(tile)     !< of H2SO4 in the droplet [1] (tile)
    real(wp), intent(out) :: fraction(tile)     !< [1] (tile)
    real(wp), intent(out) :: density(tile)      !< [g cm-3] (tile)
    real(wp) :: h, t, w, x
    integer :: i
    do i = 1, tile
      t = max(temperature(i), 240.0_wp)
      h = min(max(humidity(i), 0.05_wp), 0.9_wp)
      x = log(min(max(molecules(i), 1.0_wp), 1.0e11_wp))
      w = 95.80188_wp + x * (-28.5257_wp + x * (1.168155578_wp &
        + x * (-0.021317481_wp + x * 2.70358e-4_wp))) &
        + x * t * (0.1466501_wp - 2.4137e-4_wp * t + x * (-0.003935_wp + 6.49899e-6_wp * t)) &
        + x * h * (-1.082153_wp - 3.36115_wp * h + x * (0.0461242_wp + 0.067938345_wp * h)) &
        + h / t * (-20627.51_wp + h / t * (8616124.373_wp - h / t * 1353332314.0_wp)) &
        - 0.002403805_wp * log(h * t / pressure(i))
      w = min(max(w, 10.0_wp), 100.0_wp)
      fraction(i) = w / 100
      x = x / 3
      density(i) = 1.036391467_wp + 0.00728531_wp * w - 0.068887407_wp * h &
        + t * (0.001047842_wp - 2.9113e-6_wp * t) &
        + x * (-0.011013887_wp + 0.001049607_wp * x + 7.40534e-4_wp / h - 1.081202685_wp / t)
      density(i) = min(max(density(i), density_water), density_so4)
    end do
  end subroutine acid_fraction

  !> Water of sodium with sulfate first and with chloride then, and of sulfate that is left over.
  !! Chloride that sulfate replaces evaporates; the tracer of sea salt keeps its mass.
  pure subroutine salt_solution(humidity, sulfate, salt, water)
    real(wp), intent(in) :: humidity(tile)   !< relative [1] (tile)
    real(wp), intent(in) :: sulfate(tile)    !< [molecules cm-3] (tile)
    real(wp), intent(in) :: salt(tile)       !< [ug m-3] (tile)
    real(wp), intent(out) :: water(tile)     !< [g cm-3] (tile)
    real(wp) :: sodium, acid, neutral, a
    integer :: i
    do i = 1, tile
      a = min(max(humidity(i), 0.5_wp), 0.95_wp)   ! where all three fits hold
      sodium = salt(i) * 1e-12_wp / molar_mass_nacl
      acid = sulfate(i) / avogadro
      neutral = min(acid, sodium / 2)
      water(i) = 1000 * (neutral / molality(na2so4, a) &
        + (sodium - 2 * neutral) / molality(nacl, a) &
        + (acid - neutral) / molality(h2so4, a)) &
        * merge(1.0_wp, 0.0_wp, humidity(i) >= efflorescence)
    end do
  end subroutine salt_solution

  !> [mol kg-1]
  elemental real(wp) function molality(electrolyte, activity)
    integer, intent(in) :: electrolyte
    real(wp), intent(in) :: activity
    real(real64) :: root
    integer :: k
    root = polynomial(7, electrolyte)
    do k = 6, 0, -1
      root = root * activity + polynomial(k, electrolyte)
    end do
    molality = real(root**2, wp)
  end function molality

end module m7_zsr
