! SPDX-License-Identifier: BSD-3-Clause
!> The same call site with the emulator of emulator.py, whose path is the program's argument.
program host_emulate
  use, intrinsic :: iso_fortran_env, only: int32, real32, real64
  use check, only: expect, expect_failure, finish
  use host_model, only: advance, declare, expect_emulated, expect_native, model, nlev, start
  use hybrid
  implicit none

  character(len=*), parameter :: newline = new_line("a")
  character(len=1000) :: emulator
  character(len=400) :: errmsg
  integer :: stat

  call get_command_argument(1, emulator)
  call block_sizes()
  call other_layouts()
  call contradictions()
  call wrong_shapes()
  call wrong_order()
  call raising()
  call finish()

contains

  subroutine prepare(domain, scheme, mode)
    type(hybrid_domain), intent(inout) :: domain
    type(hybrid_scheme), intent(inout) :: scheme
    character(len=*), intent(in), optional :: mode
    character(len=:), allocatable :: text
    text = "emulate"
    if (present(mode)) text = mode
    call domain%create(text="[scheme.x]" // newline // "mode = '" // text // "'" // newline // &
                       "emulator = '" // trim(emulator) // "'", ncol=12)
    call scheme%create(domain, "x")
  end subroutine prepare

  subroutine block_sizes()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(model) :: host
    integer :: i
    integer, parameter :: nproma(5) = [1, 5, 7, 12, 100]
    call prepare(domain, scheme)
    call expect(scheme%mode() == "emulate", "mode")
    call declare(scheme)
    do i = 1, size(nproma)
      call start(host, 12, nproma(i))
      call advance(host, scheme)
      call expect_emulated(host, "emulated")
      call domain%step(i, dt=600._real64)
    end do
    call scheme%destroy()
    call domain%destroy()
    call prepare(domain, scheme, "shadow")
    call start(host, 12, 5)
    call advance(host, scheme)
    call expect_native(host, "shadow")
  end subroutine block_sizes

  !> x, z, y order in one call, single precision, reversed columns, levels from below.
  subroutine other_layouts()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this
    real(real32) :: t(3, nlev, 2)
    real(real64) :: heating(3, 2, nlev), warming(6, nlev), flux(6)
    integer(int32) :: deep(6)
    integer :: i
    call prepare(domain, scheme)
    t = reshape([(real(i, real32), i = 1, 3 * nlev * 2)], shape(t))
    call scheme%open(this, 6)
    call this%put("air_temperature", t, dims="x z y")
    call this%put("surface_air_pressure", 7._real64)
    call this%run()
    call expect(.not. this%native_wanted(), "native is not wanted")
    call this%get("heating", heating, dims="x y z")
    call this%get("flux", flux(6:1:-1))
    warming = 0
    call this%get("warming", warming(:, :))
    call this%get("deep", deep, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "an integer for a logical")
    call this%close(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_field, "an output was not taken")
    do i = 1, nlev
      call expect(all(abs(heating(:, :, i) - 2 * t(:, i, :) - 7) <= 0), "x z y to x y z")
    end do
    call expect(all(nint(flux) == 28), "one value for all columns")
  end subroutine other_layouts

  !> What the host declares against the card.
  subroutine contradictions()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    call prepare(domain, scheme)
    call scheme%field("air_temperature", "degC", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "unit", "degC")
    call scheme%field("heating", "K s-1", "increment", stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "role", "tendency")
  end subroutine contradictions

  subroutine wrong_shapes()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this
    real(real64) :: x(6, nlev + 1)
    integer(int32) :: counts(6, nlev)
    x = 1
    counts = 1
    call prepare(domain, scheme)
    call scheme%open(this, 5)
    call this%put("air_temperature", x(:, :nlev), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "columns")
    call this%put("air_temperature", x(:5, :), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "levels")
    call this%put("air_temperature", x(:5, 1), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "rank")
    call this%put("air_temperature", counts(:5, :), stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_card, "kind")
    call this%put_real64("air_temperature", x, 6, 2, 5, nlev, stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_shape, "rows")
    call this%put("air_temperature", x(:5, :nlev), dims="column levels", stat=stat, errmsg=errmsg)
    call expect(stat /= hybrid_ok, "an axis unknown")
    call this%close(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "close before run")
  end subroutine wrong_shapes

  subroutine wrong_order()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this
    real(real64) :: t(5, nlev), p(5)
    t = 1
    p = 1
    call prepare(domain, scheme)
    call scheme%open(this, 5)
    call this%put("air_temperature", t)
    call this%put("air_temperature", t, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_field, "put twice")
    call this%get("flux", p, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "get before run")
    call this%run(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_field, "an input is missing")
    call this%close()
    call scheme%open(this, 5)
    call this%put("air_temperature", t)
    call this%put("surface_air_pressure", p)
    call this%run()
    call this%run(stat, errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "run twice")
    call this%put("surface_air_pressure", p, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "put after run")
    call this%get("fluks", p, stat=stat, errmsg=errmsg)
    call expect(stat == hybrid_error_field .and. index(errmsg, "flux") > 0, "an output unknown")
    call domain%step(1, dt=1._real64, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "step inside a call")
    call this%get("flux", p, stat=stat, errmsg=errmsg)
    call expect_failure(stat, errmsg, hybrid_error_phase, "get of a discarded call")
  end subroutine wrong_order

  !> An emulator that fails: the host's own routine takes over.
  subroutine raising()
    type(hybrid_domain) :: domain
    type(hybrid_scheme) :: scheme
    type(hybrid_call) :: this
    real(real64) :: flux(5)
    call prepare(domain, scheme)
    call scheme%open(this, 5)
    call this%put("air_temperature", spread([9000, 1, 1, 1, 1] * 1._real64, 2, nlev))
    call this%put("surface_air_pressure", 1._real64)
    call this%run()
    call expect(this%native_wanted(stat, errmsg), "native is wanted instead")
    call expect_failure(stat, errmsg, hybrid_error_backend, "raised", "hotter than any air")
    call expect(this%native_wanted(stat), "native is wanted still")
    call expect(stat == 0, "a failure is told once")
    flux = 3
    call this%get("flux", flux)
    call expect(all(nint(flux) == 3), "get leaves the native result")
    call this%close()
  end subroutine raising

end program host_emulate
