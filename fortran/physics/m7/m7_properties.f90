! SPDX-License-Identifier: BSD-3-Clause
!> What the particles of the modes are like on average.
module m7_properties
  use m7_kinds, only: tile, wp
  use m7_constants, only: cluster_radius, density_so4, density_water, pi, smallest_number, &
    smallest_volume
  use m7_functions, only: cube_root
  use m7_tracers, only: kappa, ln2_sigma, member, members, mode_bound, nmass, nmode, ns, nsoluble, &
    particle_mass, particle_volume, species_of
  use m7_water, only: kappa_growth, kelvin_length
  use m7_zsr, only: zsr_water
  implicit none
  private
  public :: dry_particles, soluble_particles, mode_volume

  !> What stands for the radius [cm] and density [g cm-3] of modes that are empty: nothing divides
  !! by zero then. The first is that of fresh particles, which coagulate in the step they form in.
  real(wp), parameter :: radius_of_empty(nmode) = [cluster_radius, mode_bound(2:4), mode_bound(2:4)]
  !> Count median radius over the radius that has the mean volume (Hatch and Choate 1929)
  real(wp), parameter :: median(nmode) = exp(-1.5_wp * ln2_sigma)
  !> Volume of all particles of a mode that can be divided by [cm3 cm-3]
  real(wp), parameter :: smallest_total = smallest_number * smallest_volume
  real(wp), parameter :: density_of_empty = density_so4

contains

  !> Dry volume of all particles of a mode.
  pure subroutine mode_volume(mode, mass, volume)
    integer, intent(in) :: mode
    real(wp), intent(in) :: mass(tile, nmass)   !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(out) :: volume(tile)       !< [cm3 cm-3] (tile)
    integer :: k
    volume = mass(:, member(1, mode)) * particle_volume(member(1, mode))
    do k = 2, members(mode)
      volume = volume + mass(:, member(k, mode)) * particle_volume(member(k, mode))
    end do
  end subroutine mode_volume

  !> The mean dry particle of each mode. Count median radius from the volume of the mean particle:
  !! Hatch and Choate 1929.
  pure subroutine dry_particles(mass, number, active, volume, radius, density)
    real(wp), intent(in) :: mass(tile, nmass)       !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(in) :: number(tile, nmode)     !< [cm-3] (tile, 7)
    real(wp), intent(out) :: active(tile, nmode)    !< number, or 0 for empty modes [cm-3] (tile, 7)
    real(wp), intent(out) :: volume(tile, nmode)    !< dry, of all particles [cm3 cm-3] (tile, 7)
    real(wp), intent(out) :: radius(tile, nmode)    !< count median, dry [cm] (tile, 7)
    real(wp), intent(out) :: density(tile, nmode)   !< dry [g cm-3] (tile, 7)
    real(wp) :: sphere(tile), grams(tile)
    integer :: mode, k, i
    do mode = 1, nmode
      call mode_volume(mode, mass, volume(:, mode))
      grams = mass(:, member(1, mode)) * particle_mass(member(1, mode))
      do k = 2, members(mode)
        grams = grams + mass(:, member(k, mode)) * particle_mass(member(k, mode))
      end do
      do i = 1, tile
        active(i, mode) = merge(number(i, mode), 0.0_wp, number(i, mode) > smallest_number &
          .and. volume(i, mode) > smallest_volume * number(i, mode))
        sphere(i) = merge(3 / (4 * pi) * volume(i, mode) / max(number(i, mode), smallest_number), &
          1.0_wp, active(i, mode) > 0)
        density(i, mode) = merge(grams(i) / max(volume(i, mode), smallest_total), &
          density_of_empty, active(i, mode) > 0)
      end do
      call cube_root(sphere, radius(:, mode))
      radius(:, mode) = merge(radius(:, mode) * median(mode), &
        radius_of_empty(mode), active(:, mode) > 0)
    end do
  end subroutine dry_particles

  !> What water makes of the soluble modes.
  pure subroutine soluble_particles(zsr, temperature, pressure, humidity, mass, active, volume, &
                                    r_dry, radius, density, water)
    logical, intent(in) :: zsr                         !< whether as in m7_zsr, else kappa-Koehler
    real(wp), intent(in) :: temperature(tile)          !< [K] (tile)
    real(wp), intent(in) :: pressure(tile)             !< [Pa] (tile)
    real(wp), intent(in) :: humidity(tile)             !< relative [1] (tile)
    real(wp), intent(in) :: mass(tile, nmass)          !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(in) :: active(tile, nmode)        !< number [cm-3] (tile, 7)
    real(wp), intent(in) :: volume(tile, nmode)        !< dry [cm3 cm-3] (tile, 7)
    real(wp), intent(in) :: r_dry(tile, nmode)         !< [cm] (tile, 7)
    real(wp), intent(inout) :: radius(tile, nmode)     !< in: dry, out: wet [cm] (tile, 7)
    real(wp), intent(inout) :: density(tile, nmode)    !< in: dry, out: wet [g cm-3] (tile, 7)
    real(wp), intent(out) :: water(tile, nsoluble)     !< [g cm-3] of air (tile, 4)
    real(wp) :: growth(tile), swelling(tile)
    integer :: mode, i
    do mode = ns, nsoluble
      if (zsr) then
        call zsr_water(mode, temperature, pressure, humidity, mass, active(:, mode), &
                       volume(:, mode), swelling, water(:, mode))
        call cube_root(swelling, growth)
      else
        call kappa_water(mode, temperature, humidity, mass, active(:, mode), volume(:, mode), &
                         r_dry(:, mode), growth, water(:, mode))
      end if
      do i = 1, tile
        radius(i, mode) = growth(i) * r_dry(i, mode)
        density(i, mode) = (density(i, mode) &
          + water(i, mode) / max(volume(i, mode), smallest_total)) / growth(i)**3
      end do
    end do
  end subroutine soluble_particles

  !> Kappa-Koehler theory with the kappa of the whole particle's volume.
  pure subroutine kappa_water(mode, temperature, humidity, mass, active, volume, r_dry, growth, &
                              water)
    integer, intent(in) :: mode
    real(wp), intent(in) :: mass(tile, nmass)
    real(wp), intent(in), dimension(tile) :: temperature, humidity, active, volume, r_dry
    real(wp), intent(out) :: growth(tile)   !< wet over dry radius [1] (tile)
    real(wp), intent(out) :: water(tile)    !< [g cm-3] of air (tile)
    real(wp) :: kelvin(tile), mean_kappa(tile), there(tile)
    call kelvin_length(temperature, kelvin)
    call volume_mean_kappa(mode, mass, volume, mean_kappa)
    call kappa_growth(humidity, kelvin, r_dry, mean_kappa, growth)
    there = merge(1.0_wp, 0.0_wp, active > 0)
    water = there * volume * (growth**3 - 1) * density_water
  end subroutine kappa_water

  !> Mean over the volume of a mode (Petters and Kreidenweis 2007, eq. 7)
  pure subroutine volume_mean_kappa(mode, mass, volume, mean)
    integer, intent(in) :: mode
    real(wp), intent(in) :: mass(tile, nmass)   !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(in) :: volume(tile)        !< dry [cm3 cm-3] (tile)
    real(wp), intent(out) :: mean(tile)         !< [1] (tile)
    integer :: i, k
    mean = 0
    do k = 1, members(mode)
      i = member(k, mode)
      mean = mean + mass(:, i) * (particle_volume(i) * kappa(species_of(i)))
    end do
    mean = merge(mean / max(volume, smallest_total), kappa(1), volume > smallest_total)
  end subroutine volume_mean_kappa

end module m7_properties
