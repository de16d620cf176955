! SPDX-License-Identifier: BSD-3-Clause
!> What a user may choose: the namelist `lorenz96`.
module host_settings
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use lorenz_equations, only: parameters_type
  implicit none
  private
  public :: settings_type, read_settings, as_text, path_length, mtu

  interface as_text
    module procedure integer_as_text, real_as_text
  end interface as_text

  integer, parameter :: path_length = 256
  real(dp), parameter :: mtu = 432000   !< a model time unit [s]: five days (Lorenz 1996)

  type :: settings_type
    integer :: members = 64               !< of all ranks
    integer :: nproma = 64                !< columns of a block
    integer :: steps = 200                !< of this run
    real(dp) :: time_step = 0.005_dp      !< [MTU]
    integer :: substeps = 5               !< of the small scales in a time step
    logical :: keep_small_scales = .true. !< in step with X when nobody asks for them
    integer :: output_every = 10          !< steps
    character(len=path_length) :: hybrid = "hybrid.toml"
    character(len=path_length) :: restart_in = ""    !< none: from numbers that look random
    character(len=path_length) :: restart_out = "restart.nc"
    character(len=path_length) :: output = "output.nc"
    character(len=path_length) :: hybrid_restart_in = ""    !< none: the library starts anew
    character(len=path_length) :: hybrid_restart_out = ""   !< none: what it knows is not kept
    type(parameters_type) :: lorenz
  end type settings_type

contains

  !> Reads a namelist file. Unknown keys and bad values are messages.
  subroutine read_settings(path, settings, errmsg)
    character(len=*), intent(in) :: path
    type(settings_type), intent(out) :: settings
    character(len=*), intent(inout) :: errmsg
    integer :: members, nproma, steps, substeps, output_every, unit, stat
    real(dp) :: time_step, forcing, coupling, damping, space_ratio, time_ratio
    logical :: keep_small_scales
    character(len=path_length) :: hybrid, restart_in, restart_out, output, hybrid_restart_in, &
      hybrid_restart_out, why
    namelist /lorenz96/ members, nproma, steps, time_step, substeps, keep_small_scales, &
      output_every, hybrid, restart_in, restart_out, output, hybrid_restart_in, &
      hybrid_restart_out, forcing, coupling, damping, space_ratio, time_ratio
    type(settings_type) :: preset

    members = preset%members; nproma = preset%nproma; steps = preset%steps
    time_step = preset%time_step; substeps = preset%substeps; output_every = preset%output_every
    keep_small_scales = preset%keep_small_scales; hybrid = preset%hybrid
    restart_in = preset%restart_in; restart_out = preset%restart_out; output = preset%output
    hybrid_restart_in = preset%hybrid_restart_in; hybrid_restart_out = preset%hybrid_restart_out
    forcing = preset%lorenz%forcing; coupling = preset%lorenz%coupling
    damping = preset%lorenz%damping
    space_ratio = preset%lorenz%space; time_ratio = preset%lorenz%time
    open (newunit=unit, file=path, action="read", status="old", iostat=stat, iomsg=why)
    if (stat == 0) then
      read (unit, nml=lorenz96, iostat=stat, iomsg=why)
      close (unit)
    end if
    if (stat /= 0) then
      errmsg = "namelist '"//path//"': expected the group &lorenz96, found: "//why
      return
    end if
    settings = settings_type(members, nproma, steps, time_step, substeps, keep_small_scales, &
      output_every, hybrid, restart_in, restart_out, output, hybrid_restart_in, &
      hybrid_restart_out, parameters_type(forcing, coupling, space_ratio, time_ratio, damping))
    call check(settings, errmsg)
  end subroutine read_settings

  subroutine check(settings, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    call check_count("members", settings%members, 100000, errmsg)
    call check_count("nproma", settings%nproma, huge(1), errmsg)
    call check_count("steps", settings%steps, 10**9, errmsg)
    call check_count("substeps", settings%substeps, 1000, errmsg)
    call check_count("output_every", settings%output_every, huge(1), errmsg)
    call check_real("time_step", settings%time_step, 1e-6_dp, 0.02_dp, "MTU", errmsg)
    call check_real("forcing", settings%lorenz%forcing, -100.0_dp, 100.0_dp, "MTU-1", errmsg)
    call check_real("coupling", settings%lorenz%coupling, 0.0_dp, 10.0_dp, "1", errmsg)
    call check_real("damping", settings%lorenz%damping, 0.0_dp, 10.0_dp, "MTU-1", errmsg)
    call check_real("space_ratio", settings%lorenz%space, 1.0_dp, 100.0_dp, "1", errmsg)
    call check_real("time_ratio", settings%lorenz%time, 1.0_dp, 100.0_dp, "1", errmsg)
    call check_paths(settings, errmsg)
  end subroutine check

  subroutine check_count(name, found, most, errmsg)
    character(len=*), intent(in) :: name
    integer, intent(in) :: found, most
    character(len=*), intent(inout) :: errmsg
    if (errmsg == "" .and. (found < 1 .or. found > most)) errmsg = name//": expected 1 to "// &
      as_text(most)//", found "//as_text(found)
  end subroutine check_count

  !> NaN is refused too.
  subroutine check_real(name, found, least, most, unit, errmsg)
    character(len=*), intent(in) :: name, unit
    real(dp), intent(in) :: found, least, most
    character(len=*), intent(inout) :: errmsg
    if (errmsg == "" .and. .not. (found >= least .and. found <= most)) errmsg = name// &
      ": expected "//as_text(least)//" to "//as_text(most)//" "//unit//", found "//as_text(found)
  end subroutine check_real

  !> A longer path would be cut off, and what is written must not be what is read.
  subroutine check_paths(settings, errmsg)
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    character(len=path_length) :: paths(6)
    integer :: i, j
    paths = [settings%hybrid, settings%restart_in, settings%restart_out, settings%output, &
      settings%hybrid_restart_in, settings%hybrid_restart_out]
    do i = 1, size(paths)
      if (len_trim(paths(i)) == path_length .and. errmsg == "") errmsg = "paths: expected fewer"// &
        " than "//as_text(path_length)//" characters, found more"
      do j = 1, i - 1
        if (paths(i) == paths(j) .and. paths(i) /= "" .and. errmsg == "") &
          errmsg = "paths: expected different files, found '"//trim(paths(i))//"' twice"
      end do
    end do
  end subroutine check_paths

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
    if (abs(x) >= 1e-6_dp .and. abs(x) < 1e9_dp .or. .not. (x < 0 .or. x > 0)) then
      write (buffer, '(f20.6)') x
      text = trim(adjustl(buffer))
      do while (index(text, ".") > 0 .and. scan(text, "0.", back=.true.) == len(text))
        text = text(:len(text) - 1)
      end do
    else
      write (buffer, '(g0.6)') x
      text = trim(adjustl(buffer))
    end if
  end function real_as_text

end module host_settings
