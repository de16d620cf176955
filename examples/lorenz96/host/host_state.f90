! SPDX-License-Identifier: BSD-3-Clause
!> The state of this rank's members. A column is one large scale: those of a member follow each other,
!! so a block of any length may begin and end within a member.
module host_state
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use lorenz_equations, only: nlarge, nring, nsmall
  use host_settings, only: as_text
  implicit none
  private
  public :: create_state, members, first_member, ncol, nproma, nblocks, block_start, ncols, &
    first_of, last_of, swap_small_scales
  public :: x, y, y_next, y_step, y_next_step, u

  integer, protected :: members        !< of this rank
  integer, protected :: first_member   !< counted in those of all ranks
  integer, protected :: ncol           !< columns of this rank
  integer, protected :: nproma, nblocks
  real(dp), allocatable :: x(:, :)     !< [1] (member, large scale)
  real(dp), allocatable :: u(:)        !< effect of the small scales on X [s-1] (column)
  !> Small scales [1] (member, small scale) at the start of the step, and at its end
  real(dp), allocatable :: y(:, :), y_next(:, :)
  !> Steps after which these are those of a column (column)
  integer, allocatable :: y_step(:), y_next_step(:)

contains

  !> Deals members out to ranks, allocates, and starts from numbers that look random.
  subroutine create_state(all_members, block_length, rank, nranks, errmsg)
    integer, intent(in) :: all_members, block_length, rank, nranks
    character(len=*), intent(inout) :: errmsg
    first_member = rank*all_members/nranks + 1
    members = (rank + 1)*all_members/nranks - first_member + 1
    if (members == 0) then
      errmsg = "rank "//as_text(rank)//": expected at most "//as_text(all_members)// &
        " ranks, one for each member, found "//as_text(nranks)
      return
    end if
    ncol = members*nlarge
    nproma = min(block_length, ncol)
    nblocks = (ncol + nproma - 1)/nproma
    allocate (x(members, nlarge), y(members, nring), y_next(members, nring))
    allocate (u(ncol), y_step(ncol), y_next_step(ncol))
    u = 0
    y_step = 0
    call start_members()
  end subroutine create_state

  !> Each member from elsewhere, whichever rank has it.
  subroutine start_members()
    integer :: m, i
    do m = 1, members
      do i = 1, nlarge
        x(m, i) = 5 + 5*spread_out(m, i)
      end do
      do i = 1, nring
        y(m, i) = 0.1_dp*spread_out(m, nlarge + i)
      end do
    end do
  end subroutine start_members

  !> -1 to 1, by fractions of multiples of the golden ratio and of the square root of two.
  pure real(dp) function spread_out(m, i)
    integer, intent(in) :: m, i
    spread_out = 2*modulo((m + first_member)*0.6180339887498949_dp &
      + i*1.4142135623730951_dp*(m + first_member + 1), 1.0_dp) - 1
  end function spread_out

  !> Columns of a block.
  pure integer function ncols(jb)
    integer, intent(in) :: jb
    ncols = min(nproma, ncol - (jb - 1)*nproma)
  end function ncols

  !> The first column of a block, counted in the columns of this rank.
  pure integer function block_start(jb)
    integer, intent(in) :: jb
    block_start = (jb - 1)*nproma + 1
  end function block_start

  !> The first small scale of a large one.
  pure integer function first_of(k)
    integer, intent(in) :: k
    first_of = (k - 1)*nsmall + 1
  end function first_of

  !> The last small scale of a large one.
  pure integer function last_of(k)
    integer, intent(in) :: k
    last_of = k*nsmall
  end function last_of

  !> What was the end of a step is the start of the next.
  subroutine swap_small_scales()
    real(dp), allocatable :: old(:, :)
    call move_alloc(y, old)
    call move_alloc(y_next, y)
    call move_alloc(old, y_next)
    y_step = y_next_step
  end subroutine swap_small_scales

end module host_state
