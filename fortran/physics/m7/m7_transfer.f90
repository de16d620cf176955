! SPDX-License-Identifier: BSD-3-Clause
!> Masses on their way from mode to mode. A share is one of particles of mean composition.
module m7_transfer
  use m7_kinds, only: tile, wp
  use m7_tracers, only: member, members, nmass, place, species_of
  implicit none
  private
  public :: deliver, keep, move

contains

  !> Adds a share of a mode's masses, from the one numbered `first` on, to another mode.
  pure subroutine deliver(first, from, to, share, mass)
    integer, intent(in) :: first, from, to
    real(wp), intent(in) :: share(tile)             !< [1] (tile)
    real(wp), intent(inout) :: mass(tile, nmass)    !< [molecules cm-3; ug m-3] (tile, 18)
    integer :: donor, k, receiver
    do k = first, members(from)
      donor = member(k, from)
      receiver = place(species_of(donor), to)
      mass(:, receiver) = mass(:, receiver) + share * mass(:, donor)
    end do
  end subroutine deliver

  !> Takes from a mode what was delivered.
  pure subroutine keep(mode, delivered, mass)
    integer, intent(in) :: mode
    real(wp), intent(in) :: delivered(tile)         !< all shares together [1] (tile)
    real(wp), intent(inout) :: mass(tile, nmass)    !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp) :: left(tile)
    integer :: k
    left = max(1 - delivered, 0.0_wp)
    do k = 1, members(mode)
      mass(:, member(k, mode)) = left * mass(:, member(k, mode))
    end do
  end subroutine keep

  pure subroutine move(from, to, share, mass)
    integer, intent(in) :: from, to
    real(wp), intent(in) :: share(tile)             !< [1] (tile)
    real(wp), intent(inout) :: mass(tile, nmass)    !< [molecules cm-3; ug m-3] (tile, 18)
    call deliver(1, from, to, share, mass)
    call keep(from, share, mass)
  end subroutine move

end module m7_transfer
