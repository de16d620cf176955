! SPDX-License-Identifier: BSD-3-Clause
!> What a user may choose: the namelist `columns`, and the scenarios it names.
module host_settings
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  implicit none
  private
  public :: settings_type, scenario_type, read_settings, part_of, as_text, path_length

  interface as_text
    module procedure integer_as_text, real_as_text
  end interface as_text

  integer, parameter :: path_length = 256

  !> Emissions over those of the present [1]
  type :: scenario_type
    character(len=16) :: name = ""
    integer :: month = 1
    real(dp) :: so2 = 1, carbon = 1, fire = 1, dust = 1, sea_salt = 1
  end type scenario_type

  type(scenario_type), parameter :: scenarios(4) = [ &
    scenario_type("present", 1, 1.0_dp, 1.0_dp, 1.0_dp, 1.0_dp, 1.0_dp), &
    scenario_type("preindustrial", 4, 0.05_dp, 0.1_dp, 0.6_dp, 0.8_dp, 1.0_dp), &
    scenario_type("polluted", 7, 2.0_dp, 2.0_dp, 1.3_dp, 1.0_dp, 1.0_dp), &
    scenario_type("held_out", 10, 0.6_dp, 1.5_dp, 1.8_dp, 1.4_dp, 0.8_dp)]

  type :: settings_type
    integer :: nproma = 64                !< columns of a block
    integer :: nblocks = 0                !< of a rank; 0: as many as nproma asks for
    integer :: steps = 48                 !< of this run
    real(dp) :: time_step = 1800          !< [s]
    logical :: two_loops = .false.        !< put all blocks before the first is asked for
    integer :: output_every = 0           !< steps; 0: only at the end
    integer :: restart_every = 0          !< steps; 0: only at the end
    logical :: output_state = .false.     !< all tracers of all levels too
    logical :: branch = .false.           !< start from another scenario's restart
    character(len=path_length) :: columns = "columns.nc"
    character(len=path_length) :: hybrid = "hybrid.toml"
    character(len=path_length) :: restart_in = ""     !< none: from air without aerosol
    character(len=path_length) :: restart_out = "restart.nc"
    character(len=path_length) :: output = "output.nc"
    type(scenario_type) :: scenario
  end type settings_type

contains

  !> Reads a namelist file. Unknown keys and bad values are messages, not surprises.
  subroutine read_settings(path, settings, errmsg)
    character(len=*), intent(in) :: path
    type(settings_type), intent(out) :: settings
    character(len=*), intent(inout) :: errmsg
    integer :: nproma, nblocks, steps, output_every, restart_every, month, unit, stat
    real(dp) :: time_step
    logical :: two_loops, output_state, branch
    character(len=path_length) :: columns, hybrid, restart_in, restart_out, output, scenario, why
    namelist /aerosol_columns/ nproma, nblocks, steps, time_step, two_loops, output_every, &
      restart_every, output_state, branch, columns, hybrid, restart_in, restart_out, output, &
      scenario, month
    type(settings_type) :: preset

    nproma = preset%nproma; nblocks = preset%nblocks; steps = preset%steps
    time_step = preset%time_step; two_loops = preset%two_loops; branch = preset%branch
    output_every = preset%output_every; restart_every = preset%restart_every
    output_state = preset%output_state; columns = preset%columns; hybrid = preset%hybrid
    restart_in = preset%restart_in; restart_out = preset%restart_out; output = preset%output
    scenario = scenarios(1)%name; month = 0
    open (newunit=unit, file=path, action="read", status="old", iostat=stat, iomsg=why)
    if (stat == 0) then
      read (unit, nml=aerosol_columns, iostat=stat, iomsg=why)
      close (unit)
    end if
    if (stat /= 0) then
      errmsg = "namelist '"//path//"': expected the group &aerosol_columns, found: "//why
      return
    end if
    settings = settings_type(nproma, nblocks, steps, time_step, two_loops, output_every, &
      restart_every, output_state, branch, columns, hybrid, restart_in, restart_out, output)
    call find_scenario(scenario, month, settings%scenario, errmsg)
    call check_positive("nproma", nproma, 1, errmsg)
    call check_positive("nblocks", nblocks, 0, errmsg)
    call check_positive("steps", steps, 1, errmsg)
    call check_positive("output_every", output_every, 0, errmsg)
    call check_positive("restart_every", restart_every, 0, errmsg)
    if (errmsg == "" .and. .not. (time_step > 0 .and. time_step <= 7200)) &
      errmsg = "time_step: expected up to 7200 s, found "//as_text(time_step)
    call check_paths(settings, errmsg)
  end subroutine read_settings

  !> A longer path would be cut off. A restart takes the place of what has its name, and what it is
  !! written to before does so too.
  subroutine check_paths(settings, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    character(len=path_length) :: others(4), part
    if (errmsg /= "") return
    others = [settings%columns, settings%hybrid, settings%output, settings%restart_in]
    part = part_of(settings%restart_out)
    if (any(others == part)) errmsg = "restart_out: expected "//trim(part)// &
      " to be free, found that it is another file of the run"
    if (any(others(:3) == settings%restart_out)) errmsg = "restart_out: expected "// &
      "a file of its own, found "//trim(settings%restart_out)
    if (any(len_trim([others, settings%restart_out]) == path_length)) errmsg = "paths: "// &
      "expected fewer than "//as_text(path_length)//" characters, found more"
  end subroutine check_paths

  !> Where a restart is written before it is whole.
  pure function part_of(restart) result(path)
    character(len=*), intent(in) :: restart
    character(len=:), allocatable :: path
    path = trim(restart)//".part"
  end function part_of

  subroutine find_scenario(name, month, scenario, errmsg)
    character(len=*), intent(in) :: name
    integer, intent(in) :: month
    type(scenario_type), intent(out) :: scenario
    character(len=*), intent(inout) :: errmsg
    integer :: i
    do i = 1, size(scenarios)
      if (scenarios(i)%name == name) scenario = scenarios(i)
    end do
    if (scenario%name == "") errmsg = "scenario: expected present, preindustrial, polluted or "// &
      "held_out, found "//trim(name)
    if (month /= 0) scenario%month = month
    if (month < 0 .or. month > 12) errmsg = "month: expected 1 to 12, or 0 for the scenario's "// &
      "own, found "//as_text(month)
  end subroutine find_scenario

  subroutine check_positive(name, found, least, errmsg)
    character(len=*), intent(in) :: name
    integer, intent(in) :: found, least
    character(len=*), intent(inout) :: errmsg
    if (errmsg /= "" .or. found >= least) return
    errmsg = name//": expected at least "//as_text(least)//", found "// &
      as_text(found)
  end subroutine check_positive

  pure function integer_as_text(x) result(text)
    integer, intent(in) :: x
    character(len=:), allocatable :: text
    character(len=16) :: buffer
    write (buffer, '(i0)') x
    text = trim(buffer)
  end function integer_as_text

  pure function real_as_text(x) result(text)
    real(dp), intent(in) :: x
    character(len=:), allocatable :: text
    character(len=32) :: buffer
    logical :: whole
    whole = ieee_is_finite(x)
    if (whole) whole = abs(x) < 1e9_dp
    if (whole) whole = abs(x - anint(x)) <= 0
    if (whole) then
      write (buffer, '(i0)') nint(x)
    else
      write (buffer, '(g0)') x
    end if
    text = trim(buffer)
  end function real_as_text

end module host_settings
