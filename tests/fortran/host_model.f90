! SPDX-License-Identifier: BSD-3-Clause
!> A small host: blocks of nproma columns, the last one short, in the call site of the design.
module host_model
  use, intrinsic :: iso_fortran_env, only: int32, real64
  use check, only: expect
  use hybrid, only: hybrid_call, hybrid_scheme
  implicit none
  private
  public :: model, start, advance, declare, expect_native, expect_emulated

  integer, parameter, public :: nlev = 4
  real(real64), parameter :: untouched = -999

  type :: model
    integer :: ncol, nproma, nblocks
    real(real64), allocatable :: t(:, :, :), heating(:, :, :), warming(:, :, :) ! row, level, block
    real(real64), allocatable :: p(:, :), flux(:, :) ! row, block
    logical(int32), allocatable :: deep(:, :)
  end type model

contains

  subroutine start(host, ncol, nproma)
    type(model), intent(out) :: host
    integer, intent(in) :: ncol, nproma
    integer :: i, k
    host%ncol = ncol
    host%nproma = nproma
    host%nblocks = (ncol + nproma - 1) / nproma
    allocate (host%t(nproma, nlev, host%nblocks), host%p(nproma, host%nblocks))
    allocate (host%heating, host%warming, mold=host%t)
    allocate (host%flux, mold=host%p)
    allocate (host%deep(nproma, host%nblocks))
    host%t = untouched
    host%p = untouched
    host%heating = untouched
    host%warming = untouched
    host%flux = untouched
    host%deep = .false.
    do i = 1, ncol
      host%p(row(i), block(i)) = 1000 + i
      do k = 1, nlev
        host%t(row(i), k, block(i)) = 240 + mod(7 * i + k, 20)
        host%warming(row(i), k, block(i)) = k
      end do
    end do
  contains
    integer function row(column)
      integer, intent(in) :: column
      row = mod(column - 1, nproma) + 1
    end function row
    integer function block(column)
      integer, intent(in) :: column
      block = (column - 1) / nproma + 1
    end function block
  end subroutine start

  !> What the host knows of its fields.
  subroutine declare(scheme)
    type(hybrid_scheme), intent(inout) :: scheme
    call scheme%field("air_temperature", "K")
    call scheme%field("surface_air_pressure", "Pa")
    call scheme%field("heating", "K s-1", "tendency")
    call scheme%field("warming", "K s-1", "increment")
    call scheme%field("flux", "W m-2")
    call scheme%field("deep", "1", "flag")
  end subroutine declare

  !> One pass over all blocks.
  subroutine advance(host, scheme)
    type(model), intent(inout) :: host
    type(hybrid_scheme), intent(in) :: scheme
    type(hybrid_call) :: this
    integer :: jb, nc
    !$omp parallel do private(this, nc) schedule(dynamic, 1)
    do jb = 1, host%nblocks
      nc = min(host%nproma, host%ncol - (jb - 1) * host%nproma)
      call scheme%open(this, ncol=nc, first=(jb - 1) * host%nproma + 1)
      call this%put("air_temperature", host%t(1:nc, :, jb))
      call this%put("surface_air_pressure", host%p(1:nc, jb))
      call this%put("warming", host%warming(1:nc, :, jb))
      call this%run()
      if (this%native_wanted()) call native(host, nc, jb)
      call this%get("heating", host%heating(1:nc, :, jb))
      call this%get("warming", host%warming(1:nc, :, jb))
      call this%get("flux", host%flux(1:nc, jb))
      call this%get("deep", host%deep(1:nc, jb))
      call this%close()
    end do
  end subroutine advance

  subroutine native(host, nc, jb)
    type(model), intent(inout) :: host
    integer, intent(in) :: nc, jb
    host%heating(1:nc, :, jb) = 3 * host%t(1:nc, :, jb)
    host%warming(1:nc, :, jb) = host%warming(1:nc, :, jb) + 0.5_real64 * host%t(1:nc, :, jb)
    host%flux(1:nc, jb) = 5 * host%p(1:nc, jb)
    host%deep(1:nc, jb) = .false.
  end subroutine native

  subroutine expect_native(host, what)
    type(model), intent(in) :: host
    character(len=*), intent(in) :: what
    call expect_columns(host, 3 * host%t, 0.5_real64 * host%t, 5 * host%p, what)
    call expect(.not. any(logical(host%deep)), what // ": flag")
  end subroutine expect_native

  !> As in emulator.py.
  subroutine expect_emulated(host, what)
    type(model), intent(in) :: host
    character(len=*), intent(in) :: what
    call expect_columns(host, 2 * host%t + spread(host%p, 2, nlev), host%t, 4 * host%p, what)
    call expect(all(logical(host%deep) .eqv. host%t(:, 1, :) > 250), what // ": flag")
  end subroutine expect_emulated

  !> Exact values in the columns, nothing beyond them.
  subroutine expect_columns(host, heating, increment, flux, what)
    type(model), intent(in) :: host
    real(real64), intent(in) :: heating(:, :, :), increment(:, :, :), flux(:, :)
    character(len=*), intent(in) :: what
    integer :: jb, k, nc
    do jb = 1, host%nblocks
      nc = min(host%nproma, host%ncol - (jb - 1) * host%nproma)
      call expect(same(host%flux(:nc, jb), flux(:nc, jb)), what // ": flux")
      call expect(all(host%flux(nc + 1:, jb) <= untouched), what // ": flux beyond")
      do k = 1, nlev
        call expect(same(host%heating(:nc, k, jb), heating(:nc, k, jb)), what // ": heating")
        call expect(same(host%warming(:nc, k, jb), k + increment(:nc, k, jb)), what // ": warming")
        call expect(all(host%heating(nc + 1:, k, jb) <= untouched), what // ": heating beyond")
        call expect(all(host%warming(nc + 1:, k, jb) <= untouched), what // ": warming beyond")
      end do
    end do
  end subroutine expect_columns

  pure logical function same(x, y)
    real(real64), intent(in) :: x(:), y(:)
    same = all(abs(x - y) <= 0)
  end function same

end module host_model
