! SPDX-License-Identifier: BSD-3-Clause
!> What stands for everything else: the sun, the surface, winds that mix neighbouring columns.
module dynamics
  use, intrinsic :: iso_fortran_env, only: real64
  use state, only: nproma, nlev, nblocks, dt, t, dtdt
  implicit none
  private
  public :: begin_step, end_step

  real(real64), parameter :: pi = acos(-1.0_real64), day = 86400  ! [s]

contains

  !> Tendencies so far: heating by the sun, most of it below, and relaxation of what is above.
  subroutine begin_step(step)
    integer, intent(in) :: step
    integer :: block, level
    real(real64) :: noon
    do block = 1, nblocks
      noon = max(0.0_real64, sin(2*pi*(step*dt/day + real(block, real64)/nblocks)))
      do level = 1, nlev
        dtdt(:, level, block) = noon*(5.0_real64*level/nlev)/day &
          + (225 + 65.0_real64*level/nlev - t(:, level, block))/(20*day)
      end do
    end do
  end subroutine begin_step

  !> Tendencies are applied, and columns are mixed with the next ones.
  subroutine end_step()
    integer :: block
    t = t + dt*dtdt
    do block = 1, nblocks
      t(2:nproma - 1, :, block) = 0.98_real64*t(2:nproma - 1, :, block) &
        + 0.01_real64*(t(1:nproma - 2, :, block) + t(3:nproma, :, block))
    end do
  end subroutine end_step

end module dynamics
