! SPDX-License-Identifier: BSD-3-Clause
!> A box has the same bits in whatever block it stands, and rows behind kproma are left alone. Built
!! to trap: those rows hold signalling NaN.
program test_m7_blocks
  use, intrinsic :: iso_fortran_env, only: int64
  use, intrinsic :: ieee_arithmetic, only: ieee_signaling_nan, ieee_value
  use check, only: expect, finish
  use m7_kinds, only: wp
  use m7_states, only: block, create_block, run_block
  implicit none
  integer, parameter :: boxes = 720
  type(block) :: all_boxes, reference
  integer :: n

  call random_seed(put=[(n, n = 1, 64)])
  call create_block(boxes, boxes, 1, all_boxes)
  reference = all_boxes
  call run_block(reference)
  call compare(1, 1, "one by one")
  call compare(7, 1, "sevens")
  call compare(64, 1, "a tile")
  call compare(65, 1, "a tile and one")
  call compare(16, 45, "45 levels")
  call compare(720, 1, "backwards", reverse=.true.)
  call finish()

contains

  !> Boxes in blocks of a size, with two poisoned rows more.
  subroutine compare(columns, levels, what, reverse)
    integer, intent(in) :: columns, levels
    character(len=*), intent(in) :: what
    logical, intent(in), optional :: reverse
    type(block) :: b
    integer :: first, i, order(boxes), count
    logical :: same
    order = [(i, i = 1, boxes)]
    if (present(reverse)) order = order(boxes:1:-1)
    same = .true.
    do first = 1, boxes, columns * levels
      count = min(columns, boxes - first + 1)
      call create_block(count, columns + 2, levels, b)
      call place(b, order(first:first + count * levels - 1))
      call run_block(b)
      same = same .and. same_bits(b, order(first:first + count * levels - 1))
    end do
    call expect(same, what)
  end subroutine compare

  subroutine place(b, source)
    type(block), intent(inout) :: b
    integer, intent(in) :: source(:)
    real(wp) :: poison
    integer :: i, j, k
    poison = ieee_value(poison, ieee_signaling_nan)
    b%pressure = poison
    b%temperature = poison
    b%humidity = poison
    b%cloud = poison
    b%production = poison
    b%boundary_layer = poison
    b%xt = poison
    do i = 1, size(source)
      j = mod(i - 1, b%kproma) + 1
      k = (i - 1) / b%kproma + 1
      b%pressure(j, k) = all_boxes%pressure(source(i), 1)
      b%temperature(j, k) = all_boxes%temperature(source(i), 1)
      b%humidity(j, k) = all_boxes%humidity(source(i), 1)
      b%cloud(j, k) = all_boxes%cloud(source(i), 1)
      b%production(j, k) = all_boxes%production(source(i), 1)
      b%boundary_layer(j, k) = all_boxes%boundary_layer(source(i), 1)
      b%xt(j, k, :) = all_boxes%xt(source(i), 1, :)
    end do
  end subroutine place

  logical function same_bits(b, source)
    type(block), intent(in) :: b
    integer, intent(in) :: source(:)
    integer :: i, j, k
    same_bits = .true.
    do i = 1, size(source)
      j = mod(i - 1, b%kproma) + 1
      k = (i - 1) / b%kproma + 1
      same_bits = same_bits .and. same(b%xt(j, k, :), reference%xt(source(i), 1, :)) &
        .and. same(b%wet_radius(j, k, :), reference%wet_radius(source(i), 1, :)) &
        .and. same(b%dry_radius(j, k, :), reference%dry_radius(source(i), 1, :)) &
        .and. same(b%density(j, k, :), reference%density(source(i), 1, :)) &
        .and. same(b%water(j, k, :), reference%water(source(i), 1, :))
    end do
    same_bits = same_bits .and. untouched(b%xt(b%kproma + 1:, :, :), b%xt(b%kbdim, 1, 1)) &
      .and. all(b%wet_radius(b%kproma + 1:, :, :) < 0) .and. all(b%water(b%kproma + 1:, :, :) < 0)
  end function same_bits

  pure logical function same(x, y)
    real(wp), intent(in) :: x(:), y(:)
    same = all(transfer(x, [1_int64]) == transfer(y, [1_int64]))
  end function same

  !> Without an operation on what may be a signalling NaN.
  pure logical function untouched(x, poison)
    real(wp), intent(in) :: x(:, :, :), poison
    untouched = all(transfer(x, [1_int64]) == transfer(poison, 1_int64))
  end function untouched

end program test_m7_blocks
