! SPDX-License-Identifier: BSD-3-Clause
!> mistakes NAME CONFIG: the mistakes of mistakes.c, made in Fortran.
program mistakes
  use, intrinsic :: iso_fortran_env, only: int32, int64, real64
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  implicit none

  integer, parameter :: ncol = 6, nlev = 4
  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: radiation, twin
  type(hybrid_call) :: this
  real(real64) :: t(ncol, nlev + 1), p(ncol), heating(ncol, nlev), warming(ncol, nlev), flux(ncol)
  integer(int32) :: integers(ncol, nlev)
  integer :: stat, i
  logical :: created
  character(len=8192) :: errmsg
  character(len=1000) :: name, config

  call get_command_argument(1, name)
  call get_command_argument(2, config)
  t = 0
  p = 0
  heating = 0
  warming = 0
  flux = 0
  integers = 0
  created = .false.
  call start()
  select case (name)
  case ("block"); call block()
  case ("other_unit"); call declare("air_temperature", "degC", "state")
  case ("other_role"); call declare("warming", "K s-1", "tendency")
  case ("given_twice"); call put_all(); call put_pressure()
  case ("not_given"); call open_call(); call put_temperature(nlev); call run_call()
  case ("extent"); call extent()
  case ("levels"); call open_call(); call put_temperature(nlev + 1)
  case ("rank"); call rank_of_one()
  case ("kind"); call kind_of_integers()
  case ("get_before_run"); call put_all(); call get_heating()
  case ("put_after_run"); call run(); call put_pressure()
  case ("run_twice"); call run(); call run_call()
  case ("close_before_run"); call put_all(); call close_call()
  case ("unknown_output"); call unknown_output()
  case ("taken_twice"); call run(); call get_flux(); call get_flux()
  case ("not_taken"); call run(); call close_call()
  case ("closed_twice"); call whole(); call close_call()
  case ("put_when_closed"); call whole(); call put_temperature(nlev)
  case ("step_inside"); call put_all(); call step_two()
  case ("discarded")
    call put_all(); call domain%step(2, dt=1800._real64, stat=stat); call run_call()
  case ("of_no_scheme"); call put_all(); call radiation%destroy(); call run_call()
  case ("negative"); call open_block(-1, 1)
  case ("beyond"); call open_block(4, 4)
  case ("twins"); call create_twin()
  case ("never_opened"); this = transfer(123456789_int64, this); call put_temperature(nlev)
  case default; error stop 2
  end select
  print "(a/)", "0"

contains

  !> The first failure is what the test is after.
  subroutine expect()
    type(hybrid_scheme) :: other
    type(hybrid_call) :: call
    character(len=8192) :: message
    integer :: status
    logical :: lives
    if (stat == 0) return
    message = errmsg
    status = stat
    if (.not. created) call domain%create(text="")
    call other%create(domain, "other")
    call other%open(call, ncol)
    call call%run()
    lives = call%native_wanted()
    call call%close()
    print "(i0/a/a)", status, trim(message), trim(merge("lives on", "is dead ", lives))
    stop
  end subroutine expect

  subroutine start()
    call domain%create(trim(config), column=[(i, i=1, ncol)], stat=stat, errmsg=errmsg)
    call expect()
    created = .true.
    call radiation%create(domain, "radiation", stat=stat, errmsg=errmsg)
    call expect()
    call domain%step(1, dt=1800._real64, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine start

  subroutine block()
    call declare("air_temperature", "K", "state")
    call declare("surface_air_pressure", "Pa", "state")
    call declare("heating", "K s-1", "tendency")
    call declare("warming", "K s-1", "increment")
    call declare("flux", "W m-2", "state")
    call whole()
  end subroutine block

  subroutine whole()
    call run()
    call get_heating()
    call this%get("warming", warming, stat=stat, errmsg=errmsg)
    call expect()
    call get_flux()
    call close_call()
  end subroutine whole

  subroutine run()
    call put_all()
    call run_call()
  end subroutine run

  subroutine put_all()
    call open_call()
    call put_temperature(nlev)
    call put_pressure()
  end subroutine put_all

  subroutine declare(field, unit, role)
    character(len=*), intent(in) :: field, unit, role
    call radiation%field(field, unit, role, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine declare

  subroutine open_call()
    call open_block(ncol, 1)
  end subroutine open_call

  subroutine open_block(columns, first)
    integer, intent(in) :: columns, first
    call radiation%open(this, columns, first=first, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine open_block

  subroutine put_temperature(levels)
    integer, intent(in) :: levels
    call this%put("air_temperature", t(:, :levels), stat=stat, errmsg=errmsg)
    call expect()
  end subroutine put_temperature

  subroutine put_pressure()
    call this%put("surface_air_pressure", p, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine put_pressure

  subroutine extent()
    call open_call()
    call this%put("air_temperature", t(:ncol - 1, :nlev), stat=stat, errmsg=errmsg)
    call expect()
  end subroutine extent

  subroutine rank_of_one()
    call open_call()
    call this%put("air_temperature", t(:, 1), stat=stat, errmsg=errmsg)
    call expect()
  end subroutine rank_of_one

  subroutine kind_of_integers()
    call open_call()
    call this%put("air_temperature", integers, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine kind_of_integers

  subroutine run_call()
    call this%run(stat, errmsg)
    call expect()
  end subroutine run_call

  subroutine get_heating()
    call this%get("heating", heating, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine get_heating

  subroutine get_flux()
    call this%get("flux", flux, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine get_flux

  subroutine unknown_output()
    call run()
    call this%get("heatin", heating, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine unknown_output

  subroutine close_call()
    call this%close(stat, errmsg)
    call expect()
  end subroutine close_call

  subroutine step_two()
    call domain%step(2, dt=1800._real64, stat=stat, errmsg=errmsg)
    call expect()
  end subroutine step_two

  subroutine create_twin()
    call twin%create(domain, "radiation", stat=stat, errmsg=errmsg)
    call expect()
  end subroutine create_twin

end program mistakes
