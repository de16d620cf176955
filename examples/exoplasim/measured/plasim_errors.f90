! SPDX-License-Identifier: BSD-3-Clause
!
!> How far the net fluxes that a scheme gave are from those of its native routine, in steps where both
!! ran: sums by latitude, half level, local time and day of the run.
module plasim_errors
  use, intrinsic :: iso_fortran_env, only: int32, real64
  use pumamod, only: NHOR, NLON, NLPP, NLEV, mypid, mtspd, nstep, nkits
  implicit none
  private

  public :: scheme_errors, add_errors, write_errors

  integer, parameter :: most_days = 1000, nhour = 8

  type :: scheme_errors
    character(len=16) :: scheme
    integer :: first_step = -1, last_day = 0
    integer(int32) :: steps(most_days) = 0
    !> [W m-2] (latitude, half level, local time, kind, day): errors, their squares, native fluxes
    real(real64), allocatable :: sums(:, :, :, :, :)
  end type scheme_errors

  type(scheme_errors), save, target, public :: longwave_errors = scheme_errors("longwave"), &
    shortwave_errors = scheme_errors("shortwave")

contains

  subroutine add_errors(errors, given, native)
    type(scheme_errors), intent(inout) :: errors
    real, intent(in) :: given(NHOR, NLEV + 1), native(NHOR, NLEV + 1)
    real(real64) :: difference(NHOR, NLEV + 1)
    integer :: day
    if (nkits /= 0) return
    if (.not. allocated(errors%sums)) call begin(errors)
    day = (nstep - errors%first_step)/mtspd + 1
    if (day > most_days) return
    difference = real(given, real64) - real(native, real64)
    errors%last_day = day
    errors%steps(day) = errors%steps(day) + 1
    call add_means(errors%sums(:, :, :, 1, day), difference)
    call add_means(errors%sums(:, :, :, 2, day), difference**2)
    call add_means(errors%sums(:, :, :, 3, day), real(native, real64))
  end subroutine add_errors

  subroutine begin(errors)
    type(scheme_errors), intent(inout) :: errors
    allocate (errors%sums(NLPP, NLEV + 1, nhour, 3, most_days), source=0.0_real64)
    errors%first_step = nstep
  end subroutine begin

  !> Adds the mean over the longitudes of each eighth of the day, by local time.
  subroutine add_means(sums, field)
    real(real64), intent(inout) :: sums(NLPP, NLEV + 1, nhour)
    real(real64), intent(in) :: field(NLON, NLPP, NLEV + 1)
    real(real64) :: time
    integer :: jlon, hour
    do jlon = 1, NLON
      time = modulo(mod(nstep, mtspd)/real(mtspd, real64) + (jlon - 1)/real(NLON, real64), 1.0_real64)
      hour = min(int(time*nhour) + 1, nhour)
      sums(:, :, hour) = sums(:, :, hour) + field(jlon, :, :)*nhour/NLON
    end do
  end subroutine add_means

  !> One file a scheme and rank: extents, steps of each day, sums.
  subroutine write_errors()
    call write_one(longwave_errors)
    call write_one(shortwave_errors)
  end subroutine write_errors

  subroutine write_one(errors)
    type(scheme_errors), intent(in) :: errors
    character(len=64) :: path
    integer :: unit
    if (errors%last_day == 0) return
    write (path, '("errors.",a,".",i0,".bin")') trim(errors%scheme), mypid
    open (newunit=unit, file=path, access="stream", form="unformatted", status="replace")
    write (unit) int([NLPP, NLEV + 1, nhour, 3, errors%last_day], int32)
    write (unit) errors%steps(:errors%last_day), errors%sums(:, :, :, :, :errors%last_day)
    close (unit)
  end subroutine write_one

end module plasim_errors
