! SPDX-License-Identifier: BSD-3-Clause
!> A column model of the atmosphere's aerosol, shaped like ECHAM, with M7 behind the library.
!!
!!     aerosol_columns [namelist file]
program aerosol_columns
  use, intrinsic :: iso_fortran_env, only: dp => real64, int64, output_unit
  use host_aerosol
  use host_chemistry, only: oxidise
  use host_checks, only: check_aerosol_input, check_tracers, check_water
  use host_columns, only: read_columns, nlon, nlat, levels
  use host_emissions, only: create_emissions, emit
  use host_files
  use host_mixing, only: mix
  use host_ranks, only: start_ranks, end_ranks, failed, rank, nranks
  use host_restart, only: read_restart
  use host_removal, only: settle, deposit, rain_out
  use host_settings, only: settings_type, read_settings
  use host_state, only: create_blocks, ngpblks
  use host_weather, only: set_weather, day_length
  implicit none

  integer, parameter :: message_length = 600
  type(settings_type) :: settings
  character(len=message_length) :: errmsg = ""
  integer :: first_step = 0, step

  call start_ranks("aerosol_columns")
  call set_up()
  if (failed(errmsg)) call leave(1)
  call run_steps()
  if (failed(errmsg)) call leave(1)
  call leave(0)

contains

  subroutine set_up()
    character(len=256) :: path
    path = "columns.nml"
    if (command_argument_count() > 0) call get_command_argument(1, path)
    call read_settings(trim(path), settings, errmsg)
    if (errmsg == "") call read_columns(trim(settings%columns), errmsg)
    if (errmsg == "") call create_blocks(nlon*nlat, levels, settings%nproma, settings%nblocks, &
      rank, nranks, errmsg)
    if (failed(errmsg)) call leave(1)
    call create_emissions(settings%scenario)
    if (settings%restart_in /= "") call read_restart(trim(settings%restart_in), settings, &
      nlon*nlat, first_step, errmsg)
    if (failed(errmsg)) call leave(1)
    call try_restart(settings, errmsg)
    if (failed(errmsg)) call leave(1)
    call create_output(settings, nlon*nlat, errmsg)
    if (failed(errmsg)) call leave(1)
    call create_aerosol(trim(settings%hybrid), errmsg)
  end subroutine set_up

  subroutine run_steps()
    integer(int64) :: start, finish, rate
    logical :: last
    call system_clock(start, rate)
    do step = first_step + 1, first_step + settings%steps
      call open_aerosol_step(step, date(), settings%time_step, errmsg)
      if (errmsg == "") call advance()
      if (failed(errmsg)) call leave(1)
      last = step == first_step + settings%steps
      if (due(settings%output_every, last) .or. due(settings%restart_every, last)) &
        call flush_aerosol(errmsg)
      if (due(settings%output_every, last)) call write_output(settings, step, errmsg)
      if (due(settings%restart_every, last)) call write_restart(settings, step, errmsg)
      if (failed(errmsg)) call leave(1)
    end do
    call system_clock(finish)
    if (rank == 0) write (output_unit, '(a,f0.3)') "seconds per simulated day: ", &
      real(finish - start, dp)/real(rate, dp)/settings%steps/settings%time_step*day_length
  end subroutine run_steps

  pure logical function due(every, last)
    integer, intent(in) :: every
    logical, intent(in) :: last
    due = last
    if (every > 0) due = last .or. modulo(step, every) == 0
  end function due

  !> One time step of all blocks, in one loop or in two.
  subroutine advance()
    character(len=message_length) :: messages(ngpblks)
    integer :: jb
    messages = ""
    !$omp parallel
    if (settings%two_loops) then
      !$omp do schedule(static)
      do jb = 1, ngpblks
        call begin_block(jb, messages(jb))
      end do
      !$omp do schedule(static)
      do jb = 1, ngpblks
        call end_block(jb, messages(jb))
      end do
    else
      !$omp do schedule(static)
      do jb = 1, ngpblks
        call begin_block(jb, messages(jb))
        call end_block(jb, messages(jb))
      end do
    end if
    !$omp end parallel
    do jb = ngpblks, 1, -1
      if (messages(jb) /= "") errmsg = messages(jb)
    end do
  end subroutine advance

  subroutine begin_block(jb, message)
    integer, intent(in) :: jb
    character(len=*), intent(inout) :: message
    real(dp) :: time
    time = (step - 1)*settings%time_step
    call set_weather(jb, time, settings%scenario%month)
    call emit(jb, time, settings%time_step)
    call mix(jb, settings%time_step)
    call oxidise(jb, time, settings%time_step, settings%scenario%month)
    call check_aerosol_input(jb, settings%time_step, "before the aerosol", message)
    if (message == "") call begin_aerosol(jb, settings%time_step, message)
  end subroutine begin_block

  subroutine end_block(jb, message)
    integer, intent(in) :: jb
    character(len=*), intent(inout) :: message
    if (message == "") call end_aerosol(jb, settings%time_step, message)
    call check_tracers(jb, "after the aerosol", message)
    call check_water(jb, "after the aerosol", message)
    if (message /= "") return
    call settle(jb, settings%time_step)
    call deposit(jb, settings%time_step)
    call rain_out(jb, settings%time_step)
  end subroutine end_block

  !> The start of the step, in a calendar of twelve months of thirty days.
  function date() result(text)
    character(len=19) :: text
    integer :: minutes, days
    minutes = nint((step - 1)*settings%time_step/60)
    days = minutes/1440 + 30*(settings%scenario%month - 1)
    write (text, '(i4.4,"-",i2.2,"-",i2.2,"T",i2.2,":",i2.2,":00")') 2001 + days/360, &
      modulo(days/30, 12) + 1, modulo(days, 30) + 1, modulo(minutes/60, 24), modulo(minutes, 60)
  end function date

  !> Ends the run on all ranks, after the library has finished its files.
  subroutine leave(code)
    integer, intent(in) :: code
    character(len=message_length) :: message
    message = ""
    call destroy_aerosol(message)
    if (code /= 0) call discard_output(settings)
    call end_ranks(merge(1, code, failed(message)))
  end subroutine leave

end program aerosol_columns
