! SPDX-License-Identifier: BSD-3-Clause
!> Functions that several processes share, over the boxes of a tile.
module m7_functions
  use m7_kinds, only: tile, wp
  implicit none
  private
  public :: cube_root, fuchs_distance, relaxation

  real(wp), parameter :: third = 1.0_wp / 3.0_wp
  real(wp), parameter :: farthest = 80.0_wp      ! exp(-80) is normal in real32 too
  real(wp), parameter :: nearest = 0.02_wp

contains

  !> The cube root, by functions that compilers have for vectors.
  pure subroutine cube_root(x, root)
    real(wp), intent(in) :: x(tile)       !< positive
    real(wp), intent(out) :: root(tile)
    integer :: i
    do i = 1, tile
      root(i) = exp(third * log(x(i)))
    end do
  end subroutine cube_root

  !> How far from a sphere of radius r diffusion ends: the mean distance from its surface at which
  !! what left it with mean free path l collides for the first time.
  !!
  !! Fuchs 1964, The Mechanics of Aerosols: [(r + l)^3 - (r^2 + l^2)^1.5] / (3 r l) - r.
  !! Here with a = r + l, s = sqrt(r^2 + l^2) and a^2 - s^2 = 2 r l, so that neither cube cancels
  !! the other where r << l: (2/3) (a^2 + a s + s^2) / (a + s) - r.
  pure subroutine fuchs_distance(r, l, distance)
    real(wp), intent(in) :: r(tile)           !< [cm] (tile)
    real(wp), intent(in) :: l(tile)           !< [cm] (tile)
    real(wp), intent(out) :: distance(tile)   !< [cm] (tile)
    real(wp) :: a, s
    integer :: i
    do i = 1, tile
      a = r(i) + l(i)
      s = sqrt(r(i)**2 + l(i)**2)
      distance(i) = 2 * third * (a + s - a * s / (a + s)) - r(i)
    end do
  end subroutine fuchs_distance

  !> exp(-x) and its mean over 0...x, which is (1 - exp(-x)) / x, or a series where that cancels.
  !! Both are always formed: compilers do not make vectors of loops that choose what to compute.
  pure subroutine relaxation(x, left, mean)
    real(wp), intent(in) :: x(tile)           !< not negative
    real(wp), intent(out) :: left(tile)       !< exp(-x)
    real(wp), intent(out) :: mean(tile)
    real(wp) :: y, near, series, quotient
    integer :: i
    do i = 1, tile
      y = min(x(i), farthest)
      left(i) = exp(-y)
      series = 1 - y / 2 * (1 - y / 3 * (1 - y / 4 * (1 - y / 5 * (1 - y / 6))))
      quotient = (1 - left(i)) / max(x(i), nearest)
      near = merge(1.0_wp, 0.0_wp, x(i) < nearest)
      mean(i) = near * series + (1 - near) * quotient
    end do
  end subroutine relaxation

end module m7_functions
