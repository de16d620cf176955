! SPDX-License-Identifier: BSD-3-Clause
!> Insoluble particles that a coating of sulfate makes soluble.
module m7_ageing
  use m7_kinds, only: tile, wp
  use m7_constants, only: cross_section_h2so4, pi, smallest_number
  use m7_tracers, only: ci, ki, ln2_sigma, nmass, nmode
  use m7_transfer, only: move
  implicit none
  private
  public :: age

  !> In one layer around a particle of average area, over the square of the median radius [cm-2]
  real(wp), parameter :: molecules(nmode) = 4 * pi * exp(2 * ln2_sigma) / cross_section_h2so4

contains

  !> As many particles become soluble as the sulfate can cover with the layers it takes; all the
  !! sulfate goes with them. Vignati et al. 2004. The surface is that of the sphere of
  !! average area (Hatch and Choate 1929).
  pure subroutine age(monolayers, active, radius, coating, number, mass)
    real(wp), intent(in) :: monolayers                !< [1]
    real(wp), intent(in) :: active(tile, nmode)       !< number, 0 for empty modes [cm-3] (tile, 7)
    real(wp), intent(in) :: radius(tile, nmode)       !< count median [cm] (tile, 7)
    real(wp), intent(in) :: coating(tile, ki:ci)      !< sulfate [molecules cm-3] (tile, 3)
    real(wp), intent(inout) :: number(tile, nmode)    !< [cm-3] (tile, 7)
    real(wp), intent(inout) :: mass(tile, nmass)      !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp) :: share(tile), needed, moved
    integer :: mode, partner, i
    do mode = ki, ci
      partner = mode - ki + 2
      do i = 1, tile
        needed = monolayers * molecules(mode) * radius(i, mode)**2 &
          * max(number(i, mode), smallest_number)
        share(i) = merge(min(coating(i, mode) / needed, 1.0_wp), 0.0_wp, active(i, mode) > 0)
        moved = share(i) * number(i, mode)
        number(i, mode) = number(i, mode) - moved
        number(i, partner) = number(i, partner) + moved
      end do
      call move(mode, partner, share, mass)
      mass(:, partner) = mass(:, partner) + coating(:, mode)
    end do
  end subroutine age

end module m7_ageing
