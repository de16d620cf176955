! SPDX-License-Identifier: BSD-3-Clause
!> M7 and its kernels for Python: plain arguments, arrays of any length. f90wrap reads this file.
module m7_flat
  use m7_kinds, only: tile, wp
  use m7_coagulation, only: coagulation_kernel, evolve_number
  use m7_condensation, only: condensation_coefficient
  use m7_driver, only: m7
  use m7_nucleation, only: binary_rate, vehkamaki
  use m7_options, only: m7_options_type
  implicit none
  private
  public :: step, nucleation_fit, nucleation_rate, coagulation, condensation, number_equation

contains

  !> As m7 of m7_driver, for all columns; stat and errmsg are always given.
  subroutine step(ncol, klev, dt, pressure, temperature, relative_humidity, cloud_fraction, &
                  h2so4_production, boundary_layer, xt, wet_radius, dry_radius, density, water, &
                  nucleation, activation, activation_rate, uptake, monolayers, stat, errmsg)
    integer, intent(in) :: ncol, klev
    real(8), intent(in) :: dt   ! f90wrap knows kinds by their numbers
    real(8), intent(in), dimension(ncol, klev) :: pressure, temperature, relative_humidity, &
      cloud_fraction, h2so4_production, boundary_layer
    real(8), intent(inout) :: xt(ncol, klev, 26)
    real(8), intent(inout) :: wet_radius(ncol, klev, 7), dry_radius(ncol, klev, 4)
    real(8), intent(inout) :: density(ncol, klev, 7), water(ncol, klev, 4)
    character(len=16), intent(in) :: nucleation, uptake
    logical, intent(in) :: activation
    real(8), intent(in) :: activation_rate, monolayers
    integer, intent(out) :: stat
    character(len=200), intent(out) :: errmsg
    errmsg = ""
    call m7(ncol, ncol, klev, dt, pressure, temperature, relative_humidity, cloud_fraction, &
            h2so4_production, boundary_layer, xt, wet_radius, dry_radius, density, water, &
            m7_options_type(nucleation, activation, activation_rate, uptake, monolayers), stat, &
            errmsg)
  end subroutine step

  subroutine nucleation_fit(n, temperature, relative_humidity, gas, rate, molecules, fraction, &
                            radius)
    integer, intent(in) :: n
    real(8), intent(in), dimension(n) :: temperature, relative_humidity, gas
    real(8), intent(inout), dimension(n) :: rate, molecules, fraction, radius
    real(wp), dimension(tile) :: j, total, x, r
    integer :: first, count, box(tile)
    do first = 1, n, tile
      call boxes(first, n, count, box)
      call vehkamaki(temperature(box), relative_humidity(box), gas(box), j, total, x, r)
      rate(box(:count)) = j(:count)
      molecules(box(:count)) = total(:count)
      fraction(box(:count)) = x(:count)
      radius(box(:count)) = r(:count)
    end do
  end subroutine nucleation_fit

  subroutine nucleation_rate(n, temperature, relative_humidity, gas, rate, molecules)
    integer, intent(in) :: n
    real(8), intent(in), dimension(n) :: temperature, relative_humidity, gas
    real(8), intent(inout), dimension(n) :: rate, molecules
    real(wp), dimension(tile) :: j, total
    integer :: first, count, box(tile)
    do first = 1, n, tile
      call boxes(first, n, count, box)
      call binary_rate(temperature(box), relative_humidity(box), gas(box), j, total)
      rate(box(:count)) = j(:count)
      molecules(box(:count)) = total(:count)
    end do
  end subroutine nucleation_rate

  subroutine coagulation(n, temperature, pressure, radius, density, kernel)
    integer, intent(in) :: n
    real(8), intent(in) :: temperature(n), pressure(n), radius(n, 7), density(n, 7)
    real(8), intent(inout) :: kernel(n, 16)
    real(wp) :: k(tile, 16)
    integer :: first, count, box(tile)
    do first = 1, n, tile
      call boxes(first, n, count, box)
      call coagulation_kernel(temperature(box), pressure(box), radius(box, :), density(box, :), k)
      kernel(box(:count), :) = k(:count, :)
    end do
  end subroutine coagulation

  subroutine condensation(n, temperature, pressure, number, radius, coefficient)
    integer, intent(in) :: n
    real(8), intent(in) :: temperature(n), pressure(n), number(n, 7), radius(n, 7)
    real(8), intent(inout) :: coefficient(n, 7)
    real(wp) :: c(tile, 7)
    integer :: first, count, box(tile)
    do first = 1, n, tile
      call boxes(first, n, count, box)
      call condensation_coefficient(temperature(box), pressure(box), number(box, :), &
                                    radius(box, :), c)
      coefficient(box(:count), :) = c(:count, :)
    end do
  end subroutine condensation

  subroutine number_equation(n, dt, intra, inter, source, number)
    integer, intent(in) :: n
    real(8), intent(in) :: dt, intra(n), inter(n), source(n)
    real(8), intent(inout) :: number(n)
    real(wp) :: now(tile)
    integer :: first, count, box(tile)
    do first = 1, n, tile
      call boxes(first, n, count, box)
      now = number(box)
      call evolve_number(dt, intra(box), inter(box), source(box), now)
      number(box(:count)) = now(:count)
    end do
  end subroutine number_equation

  !> The boxes of a tile, the last one again and again where there are no more.
  pure subroutine boxes(first, n, count, box)
    integer, intent(in) :: first, n
    integer, intent(out) :: count, box(tile)
    integer :: i
    count = min(tile, n - first + 1)
    box = [(min(first + i - 1, n), i = 1, tile)]
  end subroutine boxes

end module m7_flat
