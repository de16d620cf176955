! SPDX-License-Identifier: BSD-3-Clause
!> What the tests of the Fortran face share: expectations, counted and reported at the end.
module check
  use, intrinsic :: iso_fortran_env, only: error_unit
  implicit none
  private
  public :: expect, expect_failure, finish

  integer :: done = 0, failed = 0

contains

  subroutine expect(holds, what)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: what
    !$omp critical
    done = done + 1
    if (.not. holds) then
      failed = failed + 1
      write (error_unit, "(2a)") "not so: ", what
    end if
    !$omp end critical
  end subroutine expect

  !> A failure has a status and says what was expected and found, or whatever `words` are.
  subroutine expect_failure(stat, errmsg, status, what, words)
    integer, intent(in) :: stat, status
    character(len=*), intent(in) :: errmsg, what
    character(len=*), intent(in), optional :: words
    call expect(stat == status, what // ": status")
    if (present(words)) then
      call expect(index(errmsg, words) > 0, what // ": '" // trim(errmsg) // "' has no " // words)
    else
      call expect(index(errmsg, "expected") > 0 .and. index(errmsg, "found") > 0, &
                  what // ": '" // trim(errmsg) // "' says what was expected and found")
    end if
  end subroutine expect_failure

  subroutine finish()
    if (failed > 0 .or. done == 0) error stop 1
    print "(i0,a)", done, " expectations hold"
  end subroutine finish

end module check
