! SPDX-License-Identifier: BSD-3-Clause
!> The native scheme: what the small scales do to X in a step, by computing them.
!!
!! They are on one ring with those of the neighbours, so all of a member are computed for any of its
!! columns; a block keeps those of its own columns. Blocks of whole members do nothing twice.
module host_small_scales
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use lorenz_equations, only: nlarge, nring
  use lorenz_steps, only: step_both
  use host_settings, only: as_text, mtu, settings_type
  use host_state
  implicit none
  private
  public :: step_small_scales, leave_small_scales

  integer, parameter :: tile = 8   !< members at a time, for the cache

contains

  !> The effect on X in a step of `count` columns from `first` on [s-1]; Y goes to `y_next`.
  subroutine step_small_scales(settings, step, first, count, effect, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step, first, count
    real(dp), intent(out) :: effect(count)
    character(len=*), intent(inout) :: errmsg
    integer :: m, last, last_member
    effect = 0
    last = first + count - 1
    last_member = member_of(last)
    call check_in_step(step, member_of(first), last_member, errmsg)
    if (errmsg /= "") return
    do m = member_of(first), last_member, tile
      call step_members(settings, m, min(tile, last_member - m + 1), first, last, effect)
    end do
    y_next_step(first:last) = step
  end subroutine step_small_scales

  !> Leaves the small scales of these columns as they are.
  subroutine leave_small_scales(first, count)
    integer, intent(in) :: first, count
    integer :: i
    do i = first, first + count - 1
      y_next(member_of(i), first_of(large_of(i)):last_of(large_of(i))) = &
        y(member_of(i), first_of(large_of(i)):last_of(large_of(i)))
    end do
    y_next_step(first:first + count - 1) = y_step(first:first + count - 1)
  end subroutine leave_small_scales

  !> Small scales that were left behind would answer to an X of long ago.
  subroutine check_in_step(step, first_member, last_member, errmsg)
    integer, intent(in) :: step, first_member, last_member
    character(len=*), intent(inout) :: errmsg
    integer :: oldest
    oldest = minval(y_step((first_member - 1)*nlarge + 1:last_member*nlarge))
    if (errmsg == "" .and. oldest /= step - 1) errmsg = "small scales: expected those of step "// &
      as_text(step - 1)//", found those of step "//as_text(oldest)// &
      ": keep_small_scales is .false., and the native scheme is wanted"
  end subroutine check_in_step

  subroutine step_members(settings, m, n, first, last, effect)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: m, n, first, last
    real(dp), intent(inout) :: effect(first:last)
    real(dp) :: small(n, nring), whole(n, nlarge)
    integer :: i, k, member
    small = y(m:m + n - 1, :)
    call step_both(n, settings%lorenz, settings%time_step, settings%substeps, x(m:m + n - 1, :), &
      small, whole)
    do i = max(first, (m - 1)*nlarge + 1), min(last, (m + n - 1)*nlarge)
      k = large_of(i)
      member = member_of(i)
      y_next(member, first_of(k):last_of(k)) = small(member - m + 1, first_of(k):last_of(k))
      effect(i) = whole(member - m + 1, k)/mtu
    end do
  end subroutine step_members

  pure integer function member_of(column)
    integer, intent(in) :: column
    member_of = (column - 1)/nlarge + 1
  end function member_of

  pure integer function large_of(column)
    integer, intent(in) :: column
    large_of = modulo(column - 1, nlarge) + 1
  end function large_of

end module host_small_scales
