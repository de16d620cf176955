! SPDX-License-Identifier: BSD-3-Clause
!> The entry points for sequence association: only columns kstart:kend are read or written.
program test_rows
  use, intrinsic :: ieee_arithmetic, only: ieee_signaling_nan, ieee_value
  use, intrinsic :: iso_fortran_env, only: int32, real32, real64
  use check, only: expect, expect_failure, finish
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_error_argument, hybrid_error_shape, &
    hybrid_get_real32, hybrid_put_int32, hybrid_put_logical, hybrid_put_real32, hybrid_scheme
  use mock, only: expect_seen, mock_text
  implicit none

  real(real64) :: zrgp
  integer(int32) :: top
  logical(int32) :: convective
  common /fields/ zrgp(6, 10, 2), top(6), convective(6)
  external :: fixcal

  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  type(hybrid_call) :: this
  call domain%create("mock.toml")
  call scheme%create(domain, "rows")
  call scheme%open(this, ncol=3)
  call fixed_form()
  call snan_outside()
  call other_kinds()
  call type_bound()
  call wrong_rows()
  call finish()

contains

  subroutine fixed_form()
    integer :: i
    zrgp = reshape([(real(i, real64), i = 1, 120)], [6, 10, 2])
    top = 0
    convective = .false.
    call fixcal(this, 6, 2, 4, 4)
    call expect(all([nint(zrgp(2:4, 7:10, 2))] == [(1000 + i, i = 1, 12)]), "levels are written")
    call expect(count(nint(zrgp) > 1000) == 12, "rows outside are not")
    call expect(all(top == [0, 1001, 1002, 1003, 0, 0]), "one level of integers")
    call expect(all(convective .eqv. [.false., .true., .false., .true., .false., .false.]), &
                "one level of logicals")
    call expect(mock_text() == "convective", "names reach C")
  end subroutine fixed_form

  subroutine snan_outside()
    real(real32) :: t(6, 4)
    t = ieee_value(0._real32, ieee_signaling_nan)
    t(2:4, :) = 7
    call hybrid_put_real32(this, "t", t, 6, 2, 4, 4)
    call expect_seen("t", 1, [3, 4], spread(7._real64, 1, 12))
    call hybrid_get_real32(this, "t", t, 6, 2, 4, 4)
    call expect(nint(t(2, 1)) == 1001 .and. nint(t(4, 4)) == 1012, "get between signalling NaN")
  end subroutine snan_outside

  subroutine other_kinds()
    integer(int32) :: k(4) = [5_int32, 6_int32, 7_int32, 8_int32]
    logical(int32) :: l(2, 2) = reshape([.true., .false., .false., .true.], [2, 2])
    call hybrid_put_int32(this, "k", k, 4, 2, 4, 0)
    call expect_seen("k", 3, [3], [6, 7, 8] * 1._real64)
    call hybrid_put_logical(this, "l", l, 2, 1, 2, 2)
    call expect_seen("l", 4, [2, 2], [1, 0, 0, 1] * 1._real64)
  end subroutine other_kinds

  subroutine type_bound()
    real(real64) :: x(8) = [1, 2, 3, 4, 5, 6, 7, 8]
    call this%put_real64("x", x(2), 3, 1, 2, 2)
    call expect_seen("x", 2, [2, 2], [2, 3, 5, 6] * 1._real64)
    call this%put_real64("empty", x, 3, 1, 0, 2)
    call expect_seen("empty", 2, [0, 2], [real(real64) :: ])
    call this%get_real64("x", x, 8, 8, 8, 0)
    call expect(nint(x(8)) == 1001 .and. nint(x(1)) == 1, "type-bound get")
  end subroutine type_bound

  subroutine wrong_rows()
    real(real64) :: x(8)
    integer :: stat
    character(len=200) :: errmsg
    x = 0
    call this%put_real64("x", x, 4, 0, 2, 2, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "kstart = 0")
    call this%put_real64("x", x, 4, 1, 5, 2, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "kend > ld")
    call this%put_real64("x", x, 4, 3, 1, 2, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "kend < kstart - 1")
    call this%get_real64("x", x, 4, 1, 4, -1, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "nlev < 0")
    call this%get_real64(repeat("x", 256), x, 4, 1, 4, 0, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_argument, "a long name")
  end subroutine wrong_rows

end program test_rows
