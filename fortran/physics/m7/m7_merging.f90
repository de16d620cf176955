! SPDX-License-Identifier: BSD-3-Clause
!> Modes that have outgrown their range.
module m7_merging
  use m7_kinds, only: tile, wp
  use m7_constants, only: pi, smallest_number
  use m7_properties, only: mode_volume
  use m7_tracers, only: cs, inverse_ln_sigma, ln2_sigma, mode_bound, nmass, nmode, ns
  use m7_transfer, only: move
  implicit none
  private
  public :: merge_modes

  real(wp), parameter :: sphere = 4 * pi / 3
  !> Volume of the particle of average mass of a mode in the middle of its range [cm3]
  real(wp), parameter :: middle(3) = sphere * exp(4.5_wp * ln2_sigma(1:3)) &
    * (mode_bound(1:3) * mode_bound(2:4)) * sqrt(mode_bound(1:3) * mode_bound(2:4))
  !> Volume of a particle at the upper bound [cm3]
  real(wp), parameter :: upper(3) = sphere * mode_bound(2:4)**3
  !> ln of the upper bound over that radius which has the volume of the mean particle, for 1 cm
  real(wp), parameter :: bound(3) = log(mode_bound(2:4)) + 1.5_wp * ln2_sigma(1:3)

contains

  !> A soluble mode whose mean particle is larger than one in the middle of its range gives what is
  !! beyond the range to the next mode. Vignati et al. 2004. All modes are judged as
  !! they were before: the largest one gives first.
  pure subroutine merge_modes(number, mass)
    real(wp), intent(inout) :: number(tile, nmode)   !< [cm-3] (tile, 7)
    real(wp), intent(inout) :: mass(tile, nmass)     !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp) :: there(tile), total(tile), volume(tile), moved(tile), share(tile)
    integer :: mode
    do mode = cs - 1, ns, -1
      call mode_volume(mode, mass, total)
      there = merge(1.0_wp, 0.0_wp, number(:, mode) > smallest_number)
      volume = there * total / max(number(:, mode), smallest_number)
      if (all(volume <= middle(mode))) cycle
      call beyond_range(mode, volume, share, moved)
      moved = moved * number(:, mode)
      number(:, mode) = number(:, mode) - moved
      number(:, mode + 1) = number(:, mode + 1) + moved
      call move(mode, mode + 1, share, mass)
    end do
  end subroutine merge_modes

  !> Shares of mass and number beyond the upper bound: what remains is the number of a lognormal
  !! mode below it, as particles of the middle of the range; if those that go would be smaller than
  !! the bound, fewer go.
  pure subroutine beyond_range(mode, volume, mass_share, number_share)
    integer, intent(in) :: mode
    real(wp), intent(in) :: volume(tile)            !< of the mean particle [cm3] (tile)
    real(wp), intent(out) :: mass_share(tile)       !< [1] (tile)
    real(wp), intent(out) :: number_share(tile)     !< [1] (tile)
    real(wp) :: below, v, ln_ratio
    integer :: i
    do i = 1, tile
      v = max(volume(i), middle(mode))
      ln_ratio = bound(mode) - log(v / sphere) / 3
      below = 0.5_wp * (1 + erf(ln_ratio * inverse_ln_sigma(mode) * sqrt(0.5_wp)))
      mass_share(i) = (1 - below * (middle(mode) / v)) &
        * merge(1.0_wp, 0.0_wp, volume(i) > middle(mode))
      number_share(i) = min(1 - below, mass_share(i) * (v / upper(mode)), mass_share(i))
    end do
  end subroutine beyond_range

end module m7_merging
