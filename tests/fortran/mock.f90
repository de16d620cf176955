! SPDX-License-Identifier: BSD-3-Clause
!> What mock_hybrid.c saw.
module mock
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t, c_ptr, c_size_t
  use check, only: expect
  use hybrid, only: hybrid_text
  implicit none
  private
  public :: mock_domains, mock_schemes, mock_value, mock_number, mock_column, mock_ncol, mock_comm
  public :: mock_text, expect_seen, view, mock_view

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
    integer(c_int64_t) function mock_column(i) bind(c)
      import :: c_int32_t, c_int64_t
      integer(c_int32_t), value :: i
    end function mock_column
    real(c_double) function mock_value(i) bind(c)
      import :: c_double, c_int32_t
      integer(c_int32_t), value :: i
    end function mock_value
    real(c_double) function mock_number(i) bind(c)
      import :: c_double, c_int32_t
      integer(c_int32_t), value :: i
    end function mock_number
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
      call expect(abs(mock_value(i) - values(i)) <= 0, what // ": value")
    end do
  end subroutine expect_seen

end module mock
