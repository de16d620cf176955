! SPDX-License-Identifier: BSD-3-Clause
!> What observe hands to C.
program test_observe
  use, intrinsic :: iso_fortran_env, only: int32, real32, real64
  use check, only: expect, expect_failure, finish
  use hybrid, only: hybrid_domain, hybrid_error_argument, hybrid_scheme
  use mock, only: expect_numbers, expect_seen, mock_view, view
  implicit none

  integer, parameter :: is_real32 = 1, is_real64 = 2
  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  integer :: i
  real(real64) :: d(5, 4, 3) = reshape([(real(i, real64), i = 1, 60)], [5, 4, 3])

  call not_created()
  call domain%create("mock.toml")
  call scheme%create(domain, "observed")
  call every_rank()
  call sections()
  call named_axes()
  call long_texts()
  call finish()

contains

  subroutine every_rank()
    call scheme%observe("rank 1", d(:, 1, 1), ncol=5)
    call expect_seen("rank 1", is_real64, [5], d(:, 1, 1))
    call expect_numbers(5, 1, "first is 1 where it is absent")
    call scheme%observe("rank 2", d(:, :, 1), ncol=5, first=11)
    call expect_seen("rank 2", is_real64, [5, 4], [d(:, :, 1)])
    call expect_numbers(5, 11, "first is handed over")
    call scheme%observe("rank 3", d, ncol=5)
    call expect_seen("rank 3", is_real64, shape(d), [d])
    call scheme%observe("rank 1", real(d(:, 1, 1), real32), ncol=5)
    call expect_seen("rank 1", is_real32, [5], d(:, 1, 1))
    call scheme%observe("rank 2", real(d(:, :, 1), real32), ncol=5)
    call expect_seen("rank 2", is_real32, [5, 4], [d(:, :, 1)])
    call scheme%observe("rank 3", real(d, real32), ncol=5)
    call expect_seen("rank 3", is_real32, shape(d), [d])
  end subroutine every_rank

  subroutine sections()
    call scheme%observe("section", d(2:4, 4:1:-1, 2), ncol=3, first=2)
    call expect_seen("section", is_real64, [3, 4], [d(2:4, 4:1:-1, 2)])
  end subroutine sections

  subroutine named_axes()
    type(view) :: seen
    call scheme%observe("axes", d(:, :, 1), ncol=4, dims="level column")
    call mock_view(seen)
    call expect(all(seen%axes(:2) == [2_int32, 1_int32]), "axes by name")
  end subroutine named_axes

  subroutine long_texts()
    integer :: stat
    character(len=200) :: message
    call scheme%observe(repeat("n", 5000), d(:, 1, 1), ncol=5, stat=stat, errmsg=message)
    call expect_failure(stat, message, hybrid_error_argument, "a long text", "at most")
    call scheme%observe("n", d(:, 1, 1), ncol=5, dims=repeat("x ", 5000) // "x", stat=stat, &
                        errmsg=message)
    call expect_failure(stat, message, hybrid_error_argument, "a long text", "at most")
  end subroutine long_texts

  subroutine not_created()
    type(hybrid_scheme) :: nothing
    integer :: stat
    character(len=200) :: message
    message = ""
    call nothing%observe("n", d(:, 1, 1), ncol=5, stat=stat, errmsg=message)
    call expect_failure(stat, message, hybrid_error_argument, "no scheme", "found null")
  end subroutine not_created

end program test_observe
