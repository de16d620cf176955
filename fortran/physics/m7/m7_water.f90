! SPDX-License-Identifier: BSD-3-Clause
!> Water of the soluble modes: kappa-Koehler theory.
module m7_water
  use m7_kinds, only: tile, wp
  use m7_constants, only: density_water, gas_constant, molar_mass_water
  use m7_functions, only: cube_root
  implicit none
  private
  public :: kelvin_length, kappa_growth

  real(wp), parameter :: highest_humidity = 0.95_wp

contains

  !> A of the Kelvin term exp(A / r): 2 sigma M / (R T rho), with the surface tension of water
  !! 76.1 - 0.155 (T - 273) dyn cm-1.
  !! Seinfeld and Pandis 2006, Atmospheric Chemistry and Physics, chapter 17.
  pure subroutine kelvin_length(temperature, length)
    real(wp), intent(in) :: temperature(tile)   !< [K] (tile)
    real(wp), intent(out) :: length(tile)       !< [cm] (tile)
    integer :: i
    do i = 1, tile
      length(i) = 2 * molar_mass_water / (gas_constant * density_water) &
        * (76.1_wp - 0.155_wp * (temperature(i) - 273.0_wp)) / temperature(i)
    end do
  end subroutine kelvin_length

  !> The ratio g of wet to dry radius that solves RH exp(-A / (r g)) = a, with
  !! g^3 = 1 + kappa a / (1 - a).
  !!
  !! Petters and Kreidenweis 2007, eq. 6, https://doi.org/10.5194/acp-7-1961-2007. A fixed-point
  !! iteration from the eighth root of what g^3 is without the Kelvin term, then two steps of
  !! Newton's method: 6e-5 from the solution at most (180-320 K, radii from 0.06 nm, kappa to 1).
  pure subroutine kappa_growth(humidity, kelvin, r_dry, kappa, growth)
    real(wp), intent(in) :: humidity(tile)     !< relative [1] (tile); counts up to 0.95
    real(wp), intent(in) :: kelvin(tile)       !< A [cm] (tile)
    real(wp), intent(in) :: r_dry(tile)        !< [cm] (tile)
    real(wp), intent(in) :: kappa(tile)        !< [1] (tile)
    real(wp), intent(out) :: growth(tile)      !< g [1] (tile)
    real(wp) :: a, g, cube(tile)
    integer :: i
    do i = 1, tile
      a = min(humidity(i), highest_humidity)
      g = sqrt(sqrt(sqrt(1 + kappa(i) * a / (1 - a))))
      a = a * exp(-kelvin(i) / (r_dry(i) * g))
      cube(i) = 1 + kappa(i) * a / (1 - a)
    end do
    call cube_root(cube, growth)
    call newton_step(humidity, kelvin, r_dry, kappa, growth)
    call newton_step(humidity, kelvin, r_dry, kappa, growth)
  end subroutine kappa_growth

  pure subroutine newton_step(humidity, kelvin, r_dry, kappa, growth)
    real(wp), intent(in), dimension(tile) :: humidity, kelvin, r_dry, kappa
    real(wp), intent(inout) :: growth(tile)
    real(wp) :: a, f, g, x
    integer :: i
    do i = 1, tile
      g = growth(i)
      x = kelvin(i) / (r_dry(i) * g)
      a = min(humidity(i), highest_humidity) * exp(-x)
      f = kappa(i) * a / (1 - a)
      g = g - (g**3 - 1 - f) / (3 * g**2 - f * x / ((1 - a) * g))
      growth(i) = max(g, 1.0_wp)
    end do
  end subroutine newton_step

end module m7_water
