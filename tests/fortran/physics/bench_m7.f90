! SPDX-License-Identifier: BSD-3-Clause
!> Time of M7 per box on one thread, with checks and conversion of units: medians of 50 calls.
program bench_m7
  use, intrinsic :: iso_fortran_env, only: int64
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_states, only: block, create_block, run_block
  implicit none
  integer, parameter :: calls = 50, levels = 47
  integer :: n

  call random_seed(put=[(n, n = 1, 64)])
  call measure("16 columns", 16, m7_options_type())
  call measure("64 columns", 64, m7_options_type())
  call measure("512 columns", 512, m7_options_type())
  call measure("64 columns, water zsr", 64, m7_options_type(water="zsr"))

contains

  subroutine measure(what, columns, options)
    character(len=*), intent(in) :: what
    integer, intent(in) :: columns
    type(m7_options_type), intent(in) :: options
    type(block) :: b
    real(wp), allocatable :: before(:, :, :)
    real(wp) :: seconds(calls)
    integer(int64) :: start, finish, rate
    integer :: call_
    call create_block(columns, columns, levels, b)
    allocate (before(columns, levels, 26))
    before = b%xt
    do call_ = 1, calls
      b%xt = before
      call system_clock(start, rate)
      call run_block(b, options)
      call system_clock(finish)
      seconds(call_) = real(finish - start, wp) / real(rate, wp)
    end do
    print "(2a,t32,f8.3,a)", what, ":", 1e6_wp * median(seconds) / (columns * levels), " us per box"
  end subroutine measure

  pure real(wp) function median(x)
    real(wp), intent(in) :: x(:)
    integer :: i
    median = huge(x)
    do i = 1, size(x)
      if (count(x <= x(i)) > size(x) / 2) median = min(median, x(i))
    end do
  end function median

end program bench_m7
