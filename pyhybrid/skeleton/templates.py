# SPDX-License-Identifier: BSD-3-Clause
"""The module of Fortran that a call site is written into."""

HEAD = """\
!> The call site of the scheme {scheme}, made by `pyhybrid new`. Yours to fill in: TODO.
!!
!! In the host:
!!   use hybrid, only: hybrid_domain
!!   use {scheme}_site, only: {public}
!!   type(hybrid_domain), save :: atmosphere
!! once, with the columns of this process (and lat=, lon=, area= of them, which maps, regions and
!! means weighted with area need):
!!   call atmosphere%create("{config}", ncol=columns)
!!   call {scheme}_begin(atmosphere{blocks})
!! in each time step, outside parallel regions:
!!   call atmosphere%step(istep, dt=dt)
!! {where}
{site}
!! with the columns of the block alone and all levels, where blocks are the last axis:
{sections}
!! where the model ends:
!!   call {scheme}_end()
!!   call atmosphere%destroy()
module {scheme}_site
  use, intrinsic :: iso_fortran_env, only: {kinds}
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_call, hybrid_ok, hybrid_error_backend
  implicit none
  private
  public :: {public}

  type(hybrid_scheme), save :: scheme
{state}
contains
"""

ONE_LOOP = """\

  !> One block of ncol columns, the first of which is number `first` of this process, from 1.
{head}
    integer, intent(in) :: ncol, first
{arguments}
    type(hybrid_call) :: this
    character(len=512) :: message
    integer :: failure

{shapes}    call scheme%open(this, ncol=ncol, first=first)
{puts}
    call this%run(stat=failure, errmsg=message)
    call check(failure, message)
    if (this%native_wanted()) then
{native}
    end if
{gets}
    call this%close()
  end subroutine {scheme}_block
"""

TWO_LOOPS = """\

  !> First loop: block number `block` of ncol columns, the first of which is number `first` of this
  !! process, from 1.
{submit}
    integer, intent(in) :: block, ncol, first
{inputs}
    character(len=512) :: message
    integer :: failure

{shapes}    call scheme%open(calls(block), ncol=ncol, first=first)
{puts}
    call calls(block)%run(stat=failure, errmsg=message)
    call check(failure, message)
  end subroutine {scheme}_submit

  !> Second loop: the results of that block.
{finish}
    integer, intent(in) :: block
{arguments}

{all_shapes}    if (calls(block)%native_wanted()) then
{native}
    end if
{gets}
    call calls(block)%close()
  end subroutine {scheme}_finish
"""

REST = """\

  !> A mistake ends the run; an emulator that failed does not, as the native routine is wanted then.
  subroutine check(failure, message)
    integer, intent(in) :: failure
    character(len=*), intent(in) :: message
    if (any(failure == [hybrid_ok, hybrid_error_backend])) return
    write (error_unit, "(a)") "{scheme}: " // trim(message)
    error stop                              ! TODO: your model's own way to end
  end subroutine check

  !> What is passed are the columns of the block and all levels. The axes are named in their order.
  subroutine check_shape(name, axes, found, expected)
    character(len=*), intent(in) :: name, axes
    integer, intent(in) :: found(:), expected(:)
    if (.not. any(found /= expected)) return
    write (error_unit, "(4a)", advance="no") "{scheme}: ", name, axes, ": expected the extents"
    write (error_unit, "(*(:, 1x, i0))", advance="no") expected
    write (error_unit, "(a, *(:, 1x, i0))") ", found", found
    error stop                              ! TODO: your model's own way to end
  end subroutine check_shape

  subroutine {scheme}_end()
    call scheme%destroy()
  end subroutine {scheme}_end

  !> The legacy routine, untouched.
{head}
{arguments}
    ! TODO: call it here, and remove these two lines
    write (error_unit, "(a)") "{scheme}: the native routine is not called in {scheme}_site yet"
    error stop
  end subroutine native

end module {scheme}_site
"""
