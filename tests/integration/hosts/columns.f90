! SPDX-License-Identifier: BSD-3-Clause
!> The same as columns.c, in the call site of a Fortran host.
program columns
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  implicit none

  integer, parameter :: nlev = 4
  type(hybrid_domain) :: atmosphere
  type(hybrid_scheme) :: radiation
  real(real64), allocatable :: t(:, :), p(:), heating(:, :), warming(:, :), flux(:)
  integer :: ncol, input, output, i

  ncol = number(4)
  allocate (t(ncol, nlev), p(ncol), heating(ncol, nlev), warming(ncol, nlev), flux(ncol))
  open (newunit=input, file=argument(2), access="stream", form="unformatted", action="read")
  open (newunit=output, file=argument(3), access="stream", form="unformatted", action="write")
  read (input) t, p
  call atmosphere%create(argument(1))
  call radiation%create(atmosphere, "radiation")
  do i = 5, command_argument_count()
    heating = 1
    warming = 1
    flux = 1
    call atmosphere%step(i, dt=1800._real64)
    call all_columns(number(i))
    write (output) heating, warming, flux
  end do
  close (output)

contains

  subroutine all_columns(nproma)
    integer, intent(in) :: nproma
    type(hybrid_call) :: this
    integer :: first, last
    !$omp parallel do private(this, last) schedule(dynamic, 1)
    do first = 1, ncol, nproma
      last = min(first + nproma - 1, ncol)
      call radiation%open(this, ncol=last - first + 1, first=first)
      call this%put("air_temperature", t(first:last, :))
      call this%put("surface_air_pressure", p(first:last))
      call this%run()
      if (this%native_wanted()) error stop 2
      call this%get("heating", heating(first:last, :))
      call this%get("warming", warming(first:last, :))
      call this%get("flux", flux(first:last))
      call this%close()
    end do
  end subroutine all_columns

  function argument(place) result(text)
    integer, intent(in) :: place
    character(len=:), allocatable :: text
    integer :: length
    call get_command_argument(place, length=length)
    allocate (character(len=length) :: text)
    call get_command_argument(place, text)
  end function argument

  integer function number(place)
    integer, intent(in) :: place
    character(len=:), allocatable :: text
    text = argument(place)
    read (text, *) number
  end function number

end program columns
