! SPDX-License-Identifier: BSD-3-Clause
!> The two-scale model of Lorenz (1996), Predictability: a problem partly solved; as in Wilks (2005),
!! https://doi.org/10.1256/qj.04.03, eqs. 1 and 2. K large scales X on a ring, J small scales Y to
!! each, on one ring of all of them. Time is in model time units (MTU; an MTU is about five days).
!!
!! Members of the ensemble are the first index and the innermost loop.
module lorenz_equations
  use, intrinsic :: iso_fortran_env, only: dp => real64
  implicit none
  private
  public :: parameters_type, nlarge, nsmall, nring, close_large, close_small, large_scales, &
    small_scales, sums_of_small

  integer, parameter :: nlarge = 8              !< K
  integer, parameter :: nsmall = 32             !< J
  integer, parameter :: nring = nlarge*nsmall   !< small scales of a member

  type :: parameters_type
    real(dp) :: forcing = 20    !< F [MTU-1]
    real(dp) :: coupling = 1    !< h [1]
    real(dp) :: space = 10      !< b [1]: how much smaller the small scales are
    real(dp) :: time = 10       !< c [1]: how much faster
    real(dp) :: damping = 1     !< [MTU-1] of X; that of Y is c times as strong
  end type parameters_type

contains

  !> dX/dt [MTU-1] without the small scales: advection, damping, forcing.
  pure subroutine large_scales(n, p, x, dx)
    integer, intent(in) :: n
    type(parameters_type), intent(in) :: p
    real(dp), intent(in) :: x(n, -1:nlarge + 1)   !< [1], closed
    real(dp), intent(out) :: dx(n, nlarge)
    integer :: k
    do k = 1, nlarge
      dx(:, k) = -x(:, k - 1)*(x(:, k - 2) - x(:, k + 1)) - p%damping*x(:, k) + p%forcing
    end do
  end subroutine large_scales

  !> dY/dt [MTU-1].
  pure subroutine small_scales(n, p, x, y, dy)
    integer, intent(in) :: n
    type(parameters_type), intent(in) :: p
    real(dp), intent(in) :: x(n, -1:nlarge + 1)   !< [1]
    real(dp), intent(in) :: y(n, 0:nring + 2)     !< [1], closed
    real(dp), intent(out) :: dy(n, nring)
    integer :: k, j
    do k = 1, nlarge
      do j = (k - 1)*nsmall + 1, k*nsmall
        dy(:, j) = -p%time*p%space*y(:, j + 1)*(y(:, j + 2) - y(:, j - 1)) &
          - p%time*p%damping*y(:, j) + p%coupling*p%time/p%space*x(:, k)
      end do
    end do
  end subroutine small_scales

  !> The small scales of each large one, added up [1].
  pure subroutine sums_of_small(n, y, sums)
    integer, intent(in) :: n
    real(dp), intent(in) :: y(n, 0:nring + 2)
    real(dp), intent(out) :: sums(n, nlarge)
    integer :: k, j
    sums = 0
    do k = 1, nlarge
      do j = (k - 1)*nsmall + 1, k*nsmall
        sums(:, k) = sums(:, k) + y(:, j)
      end do
    end do
  end subroutine sums_of_small

  !> Closes the ring of the large scales: places beside it get the values that they stand for.
  pure subroutine close_large(n, x)
    integer, intent(in) :: n
    real(dp), intent(inout) :: x(n, -1:nlarge + 1)
    x(:, -1:0) = x(:, nlarge - 1:nlarge)
    x(:, nlarge + 1) = x(:, 1)
  end subroutine close_large

  !> Closes the ring of the small scales.
  pure subroutine close_small(n, y)
    integer, intent(in) :: n
    real(dp), intent(inout) :: y(n, 0:nring + 2)
    y(:, 0) = y(:, nring)
    y(:, nring + 1:nring + 2) = y(:, 1:2)
  end subroutine close_small

end module lorenz_equations
