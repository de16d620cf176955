! SPDX-License-Identifier: BSD-3-Clause
!> One time step by the classical Runge-Kutta method: of the large scales with a given effect of the
!! small ones, and of both scales, which gives that effect.
module lorenz_steps
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use lorenz_equations
  implicit none
  private
  public :: step_large, step_both

  real(dp), parameter :: node(4) = [0.0_dp, 0.5_dp, 0.5_dp, 1.0_dp]   !< [time step]
  real(dp), parameter :: weight(4) = [1, 2, 2, 1]/6.0_dp

contains

  !> X of n members after a step. The effect of the small scales is held.
  pure subroutine step_large(n, p, dt, u, x)
    integer, intent(in) :: n
    type(parameters_type), intent(in) :: p
    real(dp), intent(in) :: dt                   !< [MTU]
    real(dp), intent(in) :: u(n, nlarge)         !< effect of the small scales [MTU-1]
    real(dp), intent(inout) :: x(n, nlarge)      !< [1]
    real(dp) :: start(n, nlarge), dx(n, nlarge), closed(n, -1:nlarge + 1)
    integer :: i
    start = x
    dx = 0
    do i = 1, 4
      closed(:, 1:nlarge) = start + node(i)*dt*dx
      call close_large(n, closed)
      call large_scales(n, p, closed, dx)
      dx = dx + u
      x = x + weight(i)*dt*dx
    end do
  end subroutine step_large

  !> Y of n members after a step, in so many shorter ones, together with X, which is not kept: the
  !! host does that. `u` is the mean effect on X during the step.
  pure subroutine step_both(n, p, dt, substeps, x, y, u)
    integer, intent(in) :: n, substeps
    type(parameters_type), intent(in) :: p
    real(dp), intent(in) :: dt                   !< [MTU]
    real(dp), intent(in) :: x(n, nlarge)         !< [1]
    real(dp), intent(inout) :: y(n, nring)       !< [1]
    real(dp), intent(out) :: u(n, nlarge)        !< effect of the small scales [MTU-1]
    real(dp) :: moving(n, nlarge), sums(n, nlarge)
    integer :: i
    moving = x
    sums = 0
    do i = 1, substeps
      call substep(n, p, dt/substeps, moving, y, sums)
    end do
    u = -p%coupling*p%time/p%space*sums/substeps
  end subroutine step_both

  !> Adds the mean sums of the small scales to `sums`.
  pure subroutine substep(n, p, dt, x, y, sums)
    integer, intent(in) :: n
    type(parameters_type), intent(in) :: p
    real(dp), intent(in) :: dt
    real(dp), intent(inout) :: x(n, nlarge), y(n, nring), sums(n, nlarge)
    real(dp), dimension(n, nlarge) :: start_x, dx, stage_sums
    real(dp) :: start_y(n, nring), dy(n, nring)
    real(dp) :: closed_x(n, -1:nlarge + 1), closed_y(n, 0:nring + 2)
    integer :: i
    start_x = x
    start_y = y
    dx = 0
    dy = 0
    do i = 1, 4
      closed_x(:, 1:nlarge) = start_x + node(i)*dt*dx
      closed_y(:, 1:nring) = start_y + node(i)*dt*dy
      call close_large(n, closed_x)
      call close_small(n, closed_y)
      call sums_of_small(n, closed_y, stage_sums)
      call large_scales(n, p, closed_x, dx)
      call small_scales(n, p, closed_x, closed_y, dy)
      dx = dx - p%coupling*p%time/p%space*stage_sums
      x = x + weight(i)*dt*dx
      y = y + weight(i)*dt*dy
      sums = sums + weight(i)*stage_sums
    end do
  end subroutine substep

end module lorenz_steps
