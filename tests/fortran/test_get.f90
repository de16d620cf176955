! SPDX-License-Identifier: BSD-3-Clause
!> What get writes: the elements of its argument and no other. mock_hybrid.c writes 1001, 1002, ...
!> in Fortran's order, and true where that is odd.
program test_get
  use, intrinsic :: iso_fortran_env, only: int32, real32, real64
  use check, only: expect, finish
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  implicit none

  type :: cell
    real(real64) :: area
    real(real32) :: lat
    integer(int32) :: neighbour(3)
  end type cell

  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  type(hybrid_call) :: this
  integer :: i
  real(real64) :: d(5, 4, 3, 2), before(5, 4, 3, 2)

  call domain%create("mock.toml")
  call scheme%create(domain, "arrays")
  call scheme%open(this, ncol=5)
  before = reshape([(real(i, real64), i = 1, 120)], [5, 4, 3, 2])
  call get_whole()
  call get_sections()
  call get_real32()
  call get_int32()
  call get_logical()
  call get_components()
  call get_through(d(5:1:-2, :, 1, 1))
  call finish()

contains

  subroutine get_whole()
    real(real64) :: scalar
    scalar = -1
    call this%get("scalar", scalar)
    call expect(nint(scalar) == 1001, "scalar")
    call this%get("rank 1", d(:, 1, 1, 1))
    call expect(all(nint(d(:, 1, 1, 1)) == numbers(5)), "rank 1")
    call this%get("rank 2", d(:, :, 1, 1))
    call expect(all([nint(d(:, :, 1, 1))] == numbers(20)), "rank 2")
    call this%get("rank 3", d(:, :, :, 2))
    call expect(all([nint(d(:, :, :, 2))] == numbers(60)), "rank 3")
    call this%get("rank 4", d)
    call expect(all([nint(d)] == numbers(120)), "rank 4")
  end subroutine get_whole

  subroutine get_sections()
    logical :: inside(5, 4, 3, 2)
    d = before
    inside = .false.
    inside(5:1:-2, 4:1:-1, 2, 1) = .true.
    call this%get("strided and reversed", d(5:1:-2, 4:1:-1, 2, 1))
    call expect(all([nint(d(5:1:-2, 4:1:-1, 2, 1))] == numbers(12)), "a section is written")
    call expect(all(inside .or. nint(d) == nint(before)), "nothing else is written")
    d = before
    inside = .false.
    inside(2:3, 1:4:3, :, 2:1:-1) = .true.
    call this%get("rank 4 section", d(2:3, 1:4:3, :, 2:1:-1))
    call expect(all([nint(d(2:3, 1:4:3, :, 2:1:-1))] == numbers(24)), "rank 4: written")
    call expect(all(inside .or. nint(d) == nint(before)), "rank 4: nothing else")
    d = before
    call this%get("no columns", d(1:0, :, 1, 1))
    call expect(all(nint(d) == nint(before)), "an empty section leaves all as it is")
  end subroutine get_sections

  subroutine get_real32()
    real(real32) :: x(5, 4, 3, 2), scalar
    x = 0
    call this%get("scalar", scalar)
    call this%get("rank 1", x(::2, 1, 1, 1))
    call this%get("rank 2", x(:, 3:4, 1, 1))
    call this%get("rank 3", x(:, :, :, 2))
    call expect(nint(scalar) == 1001, "real32 scalar")
    call expect(all(nint(x(:, 1, 1, 1)) == [1001, 0, 1002, 0, 1003]), "real32 rank 1")
    call expect(all([nint(x(:, 3:4, 1, 1))] == numbers(10)), "real32 rank 2")
    call expect(all([nint(x(:, :, :, 2))] == numbers(60)), "real32 rank 3")
    call this%get("rank 4", x)
    call expect(all([nint(x)] == numbers(120)), "real32 rank 4")
  end subroutine get_real32

  subroutine get_int32()
    integer(int32) :: x(5, 4, 3, 2), scalar
    x = 0
    call this%get("scalar", scalar)
    call this%get("rank 1", x(::2, 1, 1, 1))
    call this%get("rank 2", x(:, 3:4, 1, 1))
    call this%get("rank 3", x(:, :, :, 2))
    call expect(scalar == 1001, "int32 scalar")
    call expect(all(x(:, 1, 1, 1) == [1001, 0, 1002, 0, 1003]), "int32 rank 1")
    call expect(all([x(:, 3:4, 1, 1)] == numbers(10)), "int32 rank 2")
    call expect(all([x(:, :, :, 2)] == numbers(60)), "int32 rank 3")
    call this%get("rank 4", x)
    call expect(all([x] == numbers(120)), "int32 rank 4")
  end subroutine get_int32

  subroutine get_logical()
    logical(int32) :: x(5, 4, 3, 2), scalar
    x = .false.
    call this%get("scalar", scalar)
    call this%get("rank 1", x(5:1:-2, 1, 1, 1))
    call this%get("rank 2", x(:, 3:4, 1, 1))
    call this%get("rank 3", x(:, :, :, 2))
    call expect(logical(scalar), "logical scalar")
    call expect(all(logical(x(:, 1, 1, 1)) .eqv. [.true., .false., .false., .false., .true.]), &
                "logical rank 1")
    call expect(all([x(:, 3:4, 1, 1)] .eqv. mod(numbers(10), 2) == 1), "logical rank 2")
    call expect(all([x(:, :, :, 2)] .eqv. mod(numbers(60), 2) == 1), "logical rank 3")
    call this%get("rank 4", x)
    call expect(all([x] .eqv. mod(numbers(120), 2) == 1), "logical rank 4")
  end subroutine get_logical

  subroutine get_components()
    type(cell) :: cells(4)
    cells%area = 1
    cells%lat = 2
    call this%get("lat", cells(4:1:-2)%lat)
    call expect(all(nint(cells%lat) == [2, 1002, 2, 1001]), "a component is written")
    call expect(all(nint(cells%area) == 1), "its neighbour is not")
  end subroutine get_components

  !> The descriptor of a descriptor.
  subroutine get_through(x)
    real(real64), intent(inout) :: x(:, :)
    x = 0
    call this%get("through", x(2:3, ::3))
    call expect(all([nint(x(2:3, ::3))] == numbers(4)) .and. sum(nint(x)) == sum(numbers(4)), &
                "a section of a section is written")
  end subroutine get_through

  function numbers(n)
    integer, intent(in) :: n
    integer :: numbers(n)
    integer :: k
    numbers = [(1000 + k, k = 1, n)]
  end function numbers

end program test_get
