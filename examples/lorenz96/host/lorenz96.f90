! SPDX-License-Identifier: BSD-3-Clause
!> The two-scale model of Lorenz '96 as an ensemble, with its small scales behind the library.
!!
!!     lorenz96 [namelist file]
program lorenz96
  use, intrinsic :: iso_fortran_env, only: dp => real64, int64, output_unit
  use lorenz_equations, only: nlarge
  use lorenz_steps, only: step_large
  use host_files, only: create_output, write_output, write_restart
  use host_ranks, only: start_ranks, end_ranks, failed, rank, nranks
  use host_restart, only: read_restart
  use host_settings, only: as_text, mtu, settings_type, read_settings
  use host_state
  use host_subgrid
  implicit none

  integer, parameter :: message_length = 600
  type(settings_type) :: settings
  character(len=message_length) :: errmsg = ""
  integer :: first_step = 0, step

  call start_ranks("lorenz96")
  call set_up()
  call run_steps()
  call leave(0)

contains

  subroutine set_up()
    character(len=256) :: path
    path = "lorenz96.nml"
    if (command_argument_count() > 0) call get_command_argument(1, path)
    call read_settings(trim(path), settings, errmsg)
    if (errmsg == "") call create_state(settings%members, settings%nproma, rank, nranks, errmsg)
    if (errmsg == "" .and. settings%restart_in /= "") &
      call read_restart(settings, first_step, errmsg)
    if (failed(errmsg)) call leave(1)
    call create_output(settings, errmsg)
    if (failed(errmsg)) call leave(1)
    call create_subgrid(trim(settings%hybrid), settings%members, errmsg)
    if (failed(errmsg)) call leave(1)
    if (settings%hybrid_restart_in /= "") &
      call load_subgrid(trim(settings%hybrid_restart_in), errmsg)
    if (failed(errmsg)) call leave(1)
  end subroutine set_up

  subroutine run_steps()
    integer(int64) :: start, finish, rate
    call system_clock(start, rate)
    call write_output(settings, first_step, errmsg)
    if (failed(errmsg)) call leave(1)
    do step = first_step + 1, first_step + settings%steps
      call open_subgrid_step(step, settings%time_step, errmsg)
      if (errmsg == "") call advance()
      if (failed(errmsg)) call leave(1)
      if (modulo(step, settings%output_every) == 0) then
        call flush_subgrid(errmsg)
        if (errmsg == "") call write_output(settings, step, errmsg)
        if (failed(errmsg)) call leave(1)
      end if
    end do
    call flush_subgrid(errmsg)
    call write_restart(settings, step - 1, errmsg)
    if (failed(errmsg)) call leave(1)
    if (settings%hybrid_restart_out /= "") &
      call save_subgrid(trim(settings%hybrid_restart_out), errmsg)
    if (failed(errmsg)) call leave(1)
    call system_clock(finish)
    if (rank == 0) write (output_unit, '(a,f0.3)') "seconds: ", &
      real(finish - start, dp)/real(rate, dp)
  end subroutine run_steps

  !> One time step of all blocks: the small scales' effect, then X.
  subroutine advance()
    character(len=message_length) :: messages(nblocks)
    integer :: jb
    messages = ""
    !$omp parallel do schedule(static)
    do jb = 1, nblocks
      call subgrid(settings, step, jb, messages(jb))
    end do
    do jb = nblocks, 1, -1
      if (messages(jb) /= "") errmsg = messages(jb)
    end do
    if (errmsg /= "") return
    call swap_small_scales()
    call step_large(members, settings%lorenz, settings%time_step, &
      mtu*transpose(reshape(u, [nlarge, members])), x)
    if (.not. all(abs(x) < 1000)) errmsg = "X: expected -1000 to 1000, found others after step "// &
      as_text(step)
  end subroutine advance

  !> Ends the run on all ranks, after the library has finished its files.
  subroutine leave(code)
    integer, intent(in) :: code
    character(len=message_length) :: message
    message = ""
    call destroy_subgrid(message)
    call end_ranks(merge(1, code, failed(message)))
  end subroutine leave

end program lorenz96
