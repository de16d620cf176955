! SPDX-License-Identifier: BSD-3-Clause
!> Production of H2SO4 and its condensation.
module m7_condensation
  use m7_kinds, only: tile, wp
  use m7_constants, only: accommodation, gas_constant, molar_mass_h2so4, pi
  use m7_functions, only: fuchs_distance, relaxation
  use m7_tracers, only: ai, as, ci, cs, ki, ks, nmass, nmode, ns, nsoluble
  implicit none
  private
  public :: condensation_coefficient, condense

  real(wp), parameter :: slowest = 1.0e-30_wp   ! [s-1] takes nothing, but can be divided by

contains

  !> Share of the gas that a mode takes up per time: collisions in the transition regime.
  !!
  !! Fuchs 1959, Evaporation and Droplet Growth in Gaseous Media; Vignati et al. 2004. One
  !! radius, the wet count median, stands for the mode.
  pure subroutine condensation_coefficient(temperature, pressure, number, radius, coefficient)
    real(wp), intent(in) :: temperature(tile)            !< [K] (tile)
    real(wp), intent(in) :: pressure(tile)               !< [Pa] (tile)
    real(wp), intent(in) :: number(tile, nmode)          !< [cm-3] (tile, 7)
    real(wp), intent(in) :: radius(tile, nmode)          !< wet, count median [cm] (tile, 7)
    real(wp), intent(out) :: coefficient(tile, nmode)    !< [s-1] (tile, 7)
    real(wp) :: diffusivity(tile), speed(tile), path(tile), distance(tile), r, reach, uptake
    integer :: mode, i
    do i = 1, tile
      diffusivity(i) = 0.073_wp * (1.0e5_wp / pressure(i)) * (temperature(i) / 298.15_wp) &
        * sqrt(temperature(i) / 298.15_wp)
      speed(i) = sqrt(8 * gas_constant / (pi * molar_mass_h2so4) * temperature(i))
      path(i) = 8 / pi * diffusivity(i) / speed(i)
    end do
    do mode = 1, nmode
      call fuchs_distance(radius(:, mode), path, distance)
      do i = 1, tile
        r = radius(i, mode)
        reach = r + distance(i)
        uptake = accommodation(mode) * speed(i) * r
        coefficient(i, mode) = number(i, mode) * 4 * pi * diffusivity(i) * r * uptake * reach &
          / (4 * diffusivity(i) * reach + r * uptake)
      end do
    end do
  end subroutine condensation_coefficient

  !> Production and condensation over a time step, solved exactly: dG/dt = P - S G in the clear
  !! part; in clouds all gas goes to the largest soluble mode there is (Stier et al. 2005),
  !! or to the largest insoluble one. Without particles it stays there: clear air forms new ones
  !! from its own gas only.
  pure subroutine condense(dt, cloud, production, coefficient, number, gas, mass, coating, sink, &
                           in_cloud)
    real(wp), intent(in) :: dt                           !< [s]
    real(wp), intent(in) :: cloud(tile)                  !< fraction [1] (tile)
    real(wp), intent(in) :: production(tile)             !< [molecules cm-3 s-1] (tile)
    real(wp), intent(in) :: coefficient(tile, nmode)     !< [s-1] (tile, 7)
    real(wp), intent(in) :: number(tile, nmode)          !< [cm-3] (tile, 7)
    real(wp), intent(inout) :: gas(tile)                 !< H2SO4, then that of the clear part
                                                         !! [molecules cm-3] (tile)
    real(wp), intent(inout) :: mass(tile, nmass)         !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(out) :: coating(tile, ki:ci)        !< on modes 5-7 [molecules cm-3] (tile, 3)
    real(wp), intent(out) :: sink(tile)                  !< S [s-1] (tile)
    real(wp), intent(out) :: in_cloud(tile)              !< gas that stays in clouds
                                                         !! [molecules cm-3] (tile)
    real(wp) :: left(tile), mean(tile), per_sink(tile), total
    integer :: mode, i
    sink = coefficient(:, 1)
    do mode = 2, nmode
      sink = sink + coefficient(:, mode)
    end do
    call relaxation(sink * dt, left, mean)
    do i = 1, tile
      total = gas(i) + production(i) * dt
      gas(i) = (1 - cloud(i)) * min(gas(i) * left(i) + production(i) * dt * mean(i), total)
      in_cloud(i) = cloud(i) * total
      per_sink(i) = max((1 - cloud(i)) * total - gas(i), 0.0_wp) / max(sink(i), slowest)
    end do
    do mode = ns, nsoluble
      mass(:, mode) = mass(:, mode) + per_sink * coefficient(:, mode)
    end do
    do mode = ki, ci
      coating(:, mode) = per_sink * coefficient(:, mode)
    end do
    call condense_in_cloud(number, in_cloud, mass, coating)
  end subroutine condense

  pure subroutine condense_in_cloud(number, in_cloud, mass, coating)
    real(wp), intent(in) :: number(tile, nmode)
    real(wp), intent(inout) :: in_cloud(tile)
    real(wp), intent(inout) :: mass(tile, nmass), coating(tile, ki:ci)
    integer, parameter :: order(nmode) = [cs, as, ks, ns, ci, ai, ki]
    real(wp) :: taken(tile)
    integer :: k, mode
    do k = 1, nmode
      mode = order(k)
      taken = merge(in_cloud, 0.0_wp, number(:, mode) > 0)
      in_cloud = in_cloud - taken
      if (mode <= nsoluble) then
        mass(:, mode) = mass(:, mode) + taken
      else
        coating(:, mode) = coating(:, mode) + taken
      end if
    end do
  end subroutine condense_in_cloud

end module m7_condensation
