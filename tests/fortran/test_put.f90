! SPDX-License-Identifier: BSD-3-Clause
!> What put hands to C: exactly the elements of its argument, of every kind, rank and section.
program test_put
  use, intrinsic :: iso_fortran_env, only: int32, real32, real64
  use check, only: expect, finish
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  use mock, only: expect_seen, mock_text, mock_view, view
  implicit none

  type :: cell
    real(real64) :: area
    real(real32) :: lat
    integer(int32) :: neighbour(3)
  end type cell

  integer, parameter :: is_real32 = 1, is_real64 = 2, is_int32 = 3, is_logical = 4
  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  type(hybrid_call) :: this
  integer(int32) :: i
  real(real64) :: d(5, 4, 3, 2) = reshape([(real(i, real64), i = 1, 120)], [5, 4, 3, 2])

  call domain%create("mock.toml")
  call scheme%create(domain, "arrays")
  call scheme%open(this, ncol=5)
  call put_real64()
  call put_real32(real(d, real32))
  call put_int32(int(d, int32))
  call put_logical(mod(int(d), 3) == 1)
  call put_sections()
  call put_expressions()
  call put_components()
  call put_explicit_shape(d, 5, 4)
  call put_empty()
  call put_dims()
  call finish()

contains

  subroutine put_real64()
    call this%put("scalar", d(2, 1, 1, 1))
    call expect_seen("scalar", is_real64, [integer :: ], [2._real64])
    call this%put("rank 1", d(:, 1, 1, 1))
    call expect_seen("rank 1", is_real64, [5], d(:, 1, 1, 1))
    call this%put("rank 2", d(:, :, 2, 1))
    call expect_seen("rank 2", is_real64, [5, 4], [d(:, :, 2, 1)])
    call this%put("rank 3", d(:, :, :, 2))
    call expect_seen("rank 3", is_real64, [5, 4, 3], [d(:, :, :, 2)])
    call this%put("rank 4", d)
    call expect_seen("rank 4", is_real64, shape(d), [d])
  end subroutine put_real64

  subroutine put_real32(x)
    real(real32), intent(in) :: x(:, :, :, :)
    call this%put("scalar", x(2, 1, 1, 1))
    call expect_seen("scalar", is_real32, [integer :: ], [2._real64])
    call this%put("rank 1", x(5:1:-2, 1, 1, 1))
    call expect_seen("rank 1", is_real32, [3], d(5:1:-2, 1, 1, 1))
    call this%put("rank 2", x(:, 2:4:2, 2, 1))
    call expect_seen("rank 2", is_real32, [5, 2], [d(:, 2:4:2, 2, 1)])
    call this%put("rank 3", x(2:3, :, 3:1:-1, 2))
    call expect_seen("rank 3", is_real32, [2, 4, 3], [d(2:3, :, 3:1:-1, 2)])
    call this%put("rank 4", x)
    call expect_seen("rank 4", is_real32, shape(d), [d])
  end subroutine put_real32

  subroutine put_int32(x)
    integer(int32), intent(in) :: x(:, :, :, :)
    call this%put("scalar", x(2, 1, 1, 1))
    call expect_seen("scalar", is_int32, [integer :: ], [2._real64])
    call this%put("rank 1", x(5:1:-2, 1, 1, 1))
    call expect_seen("rank 1", is_int32, [3], d(5:1:-2, 1, 1, 1))
    call this%put("rank 2", x(:, 2:4:2, 2, 1))
    call expect_seen("rank 2", is_int32, [5, 2], [d(:, 2:4:2, 2, 1)])
    call this%put("rank 3", x(2:3, :, 3:1:-1, 2))
    call expect_seen("rank 3", is_int32, [2, 4, 3], [d(2:3, :, 3:1:-1, 2)])
    call this%put("rank 4", x)
    call expect_seen("rank 4", is_int32, shape(d), [d])
  end subroutine put_int32

  subroutine put_logical(given)
    logical, intent(in) :: given(:, :, :, :)
    logical(int32) :: x(5, 4, 3, 2) ! the kind that -fdefault-integer-8 leaves alone
    real(real64) :: truth(5, 4, 3, 2)
    x = given
    truth = merge(1._real64, 0._real64, x)
    call this%put("scalar", x(1, 1, 1, 1))
    call expect_seen("scalar", is_logical, [integer :: ], truth(1:1, 1, 1, 1))
    call this%put("rank 1", x(5:1:-2, 1, 1, 1))
    call expect_seen("rank 1", is_logical, [3], truth(5:1:-2, 1, 1, 1))
    call this%put("rank 2", x(:, 2:4:2, 2, 1))
    call expect_seen("rank 2", is_logical, [5, 2], [truth(:, 2:4:2, 2, 1)])
    call this%put("rank 3", x(2:3, :, 3:1:-1, 2))
    call expect_seen("rank 3", is_logical, [2, 4, 3], [truth(2:3, :, 3:1:-1, 2)])
    call this%put("rank 4", x)
    call expect_seen("rank 4", is_logical, shape(x), [truth])
  end subroutine put_logical

  subroutine put_sections()
    call this%put("reversed levels", d(:, 4:1:-1, 1, 1))
    call expect_seen("reversed levels", is_real64, [5, 4], [d(:, 4:1:-1, 1, 1)])
    call this%put("both reversed", d(5:1:-1, 4:1:-1, 1, 1))
    call expect_seen("both reversed", is_real64, [5, 4], [d(5:1:-1, 4:1:-1, 1, 1)])
    call this%put("short block", d(1:3, :, 2, 1))
    call expect_seen("short block", is_real64, [3, 4], [d(1:3, :, 2, 1)])
    call this%put("tracer of a block", d(2:5:3, 2, :, 2))
    call expect_seen("tracer of a block", is_real64, [2, 3], [d(2:5:3, 2, :, 2)])
    call this%put("one column", d(3:3, :, 1, 1))
    call expect_seen("one column", is_real64, [1, 4], [d(3:3, :, 1, 1)])
    call this%put("one level", d(:, 2:2, 1, 1))
    call expect_seen("one level", is_real64, [5, 1], [d(:, 2:2, 1, 1)])
    call this%put("chosen columns", d([4, 1, 2], :, 1, 1))
    call expect_seen("chosen columns", is_real64, [3, 4], [d([4, 1, 2], :, 1, 1)])
    call this%put("strided rank 4", d(5:1:-2, 1:4:3, 3:1:-1, 2:1:-1))
    call expect_seen("strided rank 4", is_real64, [3, 2, 3, 2], &
                     [d(5:1:-2, 1:4:3, 3:1:-1, 2:1:-1)])
  end subroutine put_sections

  subroutine put_expressions()
    call this%put("expression", 2 * d(:, 1, 1, 1) + 1)
    call expect_seen("expression", is_real64, [5], 2 * d(:, 1, 1, 1) + 1)
    call this%put("transpose", transpose(d(:, :, 1, 1)))
    call expect_seen("transpose", is_real64, [4, 5], [transpose(d(:, :, 1, 1))])
    call this%put("literal", 300.0_real32)
    call expect_seen("literal", is_real32, [integer :: ], [300._real64])
    call this%put("comparison", logical(d(:, 1, 1, 1) > 2, int32))
    call expect_seen("comparison", is_logical, [5], [0, 0, 1, 1, 1] * 1._real64)
    call this%put("blanks at the end   ", 1_int32)
    call expect(mock_text() == "blanks at the end", "a name is trimmed")
  end subroutine put_expressions

  !> Components of an array of a derived type: the stride is no multiple of the element.
  subroutine put_components()
    type(cell), target :: cells(4)
    real(real32), pointer :: lat(:)
    cells%area = [1, 2, 3, 4]
    cells%lat = -real([1, 2, 3, 4], real32)
    cells%neighbour(2) = int([5, 6, 7, 8], int32)
    call this%put("area", cells%area)
    call expect_seen("area", is_real64, [4], [1, 2, 3, 4] * 1._real64)
    call this%put("lat", cells(4:1:-2)%lat)
    call expect_seen("lat", is_real32, [2], [-4, -2] * 1._real64)
    call this%put("neighbour", cells%neighbour(2))
    call expect_seen("neighbour", is_int32, [4], [5, 6, 7, 8] * 1._real64)
    lat => cells(2:)%lat
    call this%put("pointer", lat)
    call expect_seen("pointer", is_real32, [3], [-2, -3, -4] * 1._real64)
  end subroutine put_components

  subroutine put_explicit_shape(x, n, nlev)
    integer, intent(in) :: n, nlev
    real(real64), intent(in) :: x(n, nlev)
    call this%put("explicit shape", x(2:n, :))
    call expect_seen("explicit shape", is_real64, [n - 1, nlev], [d(2:n, :, 1, 1)])
  end subroutine put_explicit_shape

  subroutine put_empty()
    real(real64), allocatable :: none(:, :)
    call this%put("no columns", d(1:0, :, 1, 1))
    call expect_seen("no columns", is_real64, [0, 4], [real(real64) :: ])
    call this%put("no levels", d(:, 3:2, 1, 1))
    call expect_seen("no levels", is_real64, [5, 0], [real(real64) :: ])
    allocate (none(0, 0))
    call this%put("nothing", none)
    call expect_seen("nothing", is_real64, [0, 0], [real(real64) :: ])
  end subroutine put_empty

  subroutine put_dims()
    type(view) :: seen
    call this%put("default axes", d(:, :, :, 1))
    call mock_view(seen)
    call expect(all(seen%axes == 0), "axes are those declared where dims is absent")
    call this%put("named axes", d(:, :, :, 1), dims="x z y")
    call mock_view(seen)
    call expect(all(seen%axes == [4, 2, 5, 0]), "dims name the axes")
  end subroutine put_dims

end program test_put
