! SPDX-License-Identifier: BSD-3-Clause
!> What mock_hybrid.c saw.
module mock
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t, c_ptr, c_size_t
  use check, only: expect
  use hybrid, only: hybrid_text
  implicit none
  private
  public :: mock_number, mock_column, mock_ncol, mock_comm, mock_text, mock_view
  public :: view, expect_alive, expect_numbers, expect_seen

  type, bind(c) :: view
    integer(c_size_t) :: size
    type(c_ptr) :: data
    integer(c_int32_t) :: kind, device, rank, truth, axes(4)
    integer(c_int64_t) :: extent(4), stride(4)
  end type view

  interface
    integer(c_int32_t) function mock_domains() bind(c)
      import :: c_int32_t
    end function mock_domains
    integer(c_int32_t) function mock_schemes() bind(c)
      import :: c_int32_t
    end function mock_schemes
    integer(c_int32_t) function mock_comm() bind(c)
      import :: c_int32_t
    end function mock_comm
    integer(c_int64_t) function mock_ncol() bind(c)
      import :: c_int64_t
    end function mock_ncol
    integer(c_int64_t) function c_mock_column(i) bind(c, name="mock_column")
      import :: c_int32_t, c_int64_t
      integer(c_int32_t), value :: i
    end function c_mock_column
    real(c_double) function c_mock_value(i) bind(c, name="mock_value")
      import :: c_double, c_int32_t
      integer(c_int32_t), value :: i
    end function c_mock_value
    real(c_double) function c_mock_number(i) bind(c, name="mock_number")
      import :: c_double, c_int32_t
      integer(c_int32_t), value :: i
    end function c_mock_number
    subroutine mock_view(seen) bind(c)
      import :: view
      type(view), intent(out) :: seen
    end subroutine mock_view
    type(c_ptr) function c_mock_text() bind(c, name="mock_text")
      import :: c_ptr
    end function c_mock_text
  end interface

contains

  function mock_text() result(text)
    character(len=:), allocatable :: text
    text = hybrid_text(c_mock_text())
  end function mock_text

  !> What the last function of C was given, in this place.
  real(c_double) function mock_number(place)
    integer, intent(in) :: place
    mock_number = c_mock_number(int(place, c_int32_t))
  end function mock_number

  integer(c_int64_t) function mock_column(place)
    integer, intent(in) :: place
    mock_column = c_mock_column(int(place, c_int32_t))
  end function mock_column

  subroutine expect_alive(domains, schemes, what)
    integer, intent(in) :: domains, schemes
    character(len=*), intent(in) :: what
    call expect(mock_domains() == domains, what // ": domains")
    call expect(mock_schemes() == schemes, what // ": schemes")
  end subroutine expect_alive

  subroutine expect_numbers(first, second, what)
    integer, intent(in) :: first, second
    character(len=*), intent(in) :: what
    call expect(nint(mock_number(1)) == first, what)
    call expect(nint(mock_number(2)) == second, what)
  end subroutine expect_numbers

  !> The last put had this kind and shape, and its view yields exactly these values.
  subroutine expect_seen(what, kind, shape, values)
    character(len=*), intent(in) :: what
    integer, intent(in) :: kind, shape(:)
    real(c_double), intent(in) :: values(:)
    type(view) :: seen
    integer(c_int32_t) :: i
    call mock_view(seen)
    call expect(mock_text() == what, what // ": name")
    call expect(seen%kind == kind, what // ": kind")
    call expect(seen%rank == size(shape), what // ": rank")
    call expect(all(seen%extent(:size(shape)) == shape), what // ": extents")
    call expect(seen%device == 0, what // ": device")
    do i = 1, size(values, kind=c_int32_t)
      call expect(abs(c_mock_value(i) - values(i)) <= 0, what // ": value")
    end do
  end subroutine expect_seen

end module mock
