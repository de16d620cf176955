! SPDX-License-Identifier: BSD-3-Clause
!> What M7 accepts. Messages say what was expected and found, and where.
!!
!! A host may ask before it calls M7, or something in its place, and look at tracers afterwards.
!! In messages the columns of a block are counted from first_column. The first message is kept; all
!! is well while there is none. Rows behind kproma are not read, and NaN does not trap.
module m7_checks
  use, intrinsic :: ieee_exceptions, only: ieee_get_status, ieee_invalid, ieee_set_halting_mode, &
    ieee_set_status, ieee_status_type
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_tracers, only: ntracer, tracer_name
  implicit none
  private
  public :: check_block, check_tracers, check_field

  real(wp), parameter :: largest_mass = 1.0_wp          ! [kg kg-1]
  real(wp), parameter :: largest_number = 1.0e18_wp     ! [kg-1]

contains

  !> All arguments of a call of m7.
  subroutine check_block(kproma, kbdim, klev, dt, pressure, temperature, relative_humidity, &
                         cloud_fraction, h2so4_production, boundary_layer, xt, first_column, &
                         message, options)
    integer, intent(in) :: kproma, kbdim, klev
    real(wp), intent(in) :: dt
    real(wp), intent(in), dimension(kbdim, klev) :: pressure, temperature, relative_humidity, &
      cloud_fraction, h2so4_production, boundary_layer
    real(wp), intent(in) :: xt(kbdim, klev, ntracer)
    integer, intent(in) :: first_column
    character(len=*), intent(inout) :: message
    type(m7_options_type), intent(in), optional :: options
    type(ieee_status_type) :: status
    call stop_halting(status)
    call check_sizes(kproma, kbdim, klev, dt, message)
    if (present(options)) call check_options(options, message)
    call look("pressure", pressure, 0.01_wp, 1.2e5_wp, "Pa")
    call look("temperature", temperature, 150.0_wp, 350.0_wp, "K")
    call look("relative_humidity", relative_humidity, 0.0_wp, 1.5_wp, "1")
    call look("cloud_fraction", cloud_fraction, 0.0_wp, 1.0_wp, "1")
    call look("h2so4_production", h2so4_production, 0.0_wp, 1.0e-6_wp, "kg kg-1 s-1")
    call look("boundary_layer", boundary_layer, 0.0_wp, 1.0_wp, "1")
    if (message == "") call look_at_tracers(kproma, kbdim, klev, xt, first_column, message)
    call ieee_set_status(status)

  contains

    subroutine look(name, field, lowest, highest, unit)
      character(len=*), intent(in) :: name, unit
      real(wp), intent(in) :: field(kbdim, klev), lowest, highest
      if (message == "") call look_at_field(kproma, kbdim, klev, name, field, lowest, highest, &
                                            unit, first_column, message)
    end subroutine look

  end subroutine check_block

  !> Tracers alone: what a restart holds, or what came back.
  subroutine check_tracers(kproma, kbdim, klev, xt, first_column, message)
    integer, intent(in) :: kproma, kbdim, klev, first_column
    real(wp), intent(in) :: xt(kbdim, klev, ntracer)
    character(len=*), intent(inout) :: message
    type(ieee_status_type) :: status
    call stop_halting(status)
    call look_at_tracers(kproma, kbdim, klev, xt, first_column, message)
    call ieee_set_status(status)
  end subroutine check_tracers

  !> Any field of a block.
  subroutine check_field(kproma, kbdim, klev, name, field, lowest, highest, unit, first_column, &
                         message)
    integer, intent(in) :: kproma, kbdim, klev, first_column
    character(len=*), intent(in) :: name, unit
    real(wp), intent(in) :: field(kbdim, klev), lowest, highest
    character(len=*), intent(inout) :: message
    type(ieee_status_type) :: status
    call stop_halting(status)
    call look_at_field(kproma, kbdim, klev, name, field, lowest, highest, unit, first_column, &
                       message)
    call ieee_set_status(status)
  end subroutine check_field

  !> A comparison with NaN is invalid: whoever traps that is to get a message.
  subroutine stop_halting(status)
    type(ieee_status_type), intent(out) :: status   !< to be set again
    call ieee_get_status(status)
    call ieee_set_halting_mode(ieee_invalid, .false.)
  end subroutine stop_halting

  pure subroutine check_sizes(kproma, kbdim, klev, dt, message)
    integer, intent(in) :: kproma, kbdim, klev
    real(wp), intent(in) :: dt
    character(len=*), intent(inout) :: message
    if (message /= "") return
    if (.not. (dt > 0 .and. dt <= 86400)) message = "dt: expected above 0 and to 86400 s, found " &
      // trim(real_text(dt))
    if (kproma < 0 .or. kproma > kbdim) message = "kproma: expected 0 to kbdim = " &
      // trim(text(kbdim)) // ", found " // trim(text(kproma))
    if (klev < 0) message = "klev: expected 0 or more, found " // trim(text(klev))
    if (kbdim < 0) message = "kbdim: expected 0 or more, found " // trim(text(kbdim))
  end subroutine check_sizes

  pure subroutine check_options(options, message)
    type(m7_options_type), intent(in) :: options
    character(len=*), intent(inout) :: message
    if (message /= "") return
    if (all(options%nucleation /= ["vehkamaki", "none     "])) &
      message = "options%nucleation: expected vehkamaki or none, found " // options%nucleation
    if (all(options%water /= ["kappa", "zsr  "])) &
      message = "options%water: expected kappa or zsr, found " // options%water
    if (.not. (options%activation_rate >= 0 .and. options%activation_rate <= 1)) &
      message = "options%activation_rate: expected 0 to 1 s-1, found " &
      // trim(real_text(options%activation_rate))
    if (.not. (options%monolayers > 0 .and. options%monolayers <= 100)) &
      message = "options%monolayers: expected above 0 and to 100, found " &
      // trim(real_text(options%monolayers))
  end subroutine check_options

  pure subroutine look_at_tracers(kproma, kbdim, klev, xt, first_column, message)
    integer, intent(in) :: kproma, kbdim, klev, first_column
    real(wp), intent(in) :: xt(kbdim, klev, ntracer)
    character(len=*), intent(inout) :: message
    integer :: n
    do n = 1, ntracer
      if (tracer_name(n)(1:2) == "N_") then
        call look_at_field(kproma, kbdim, klev, tracer_name(n), xt(:, :, n), 0.0_wp, &
                           largest_number, "kg-1", first_column, message)
      else
        call look_at_field(kproma, kbdim, klev, tracer_name(n), xt(:, :, n), 0.0_wp, &
                           largest_mass, "kg kg-1", first_column, message)
      end if
    end do
  end subroutine look_at_tracers

  pure subroutine look_at_field(kproma, kbdim, klev, name, field, lowest, highest, unit, &
                                first_column, message)
    integer, intent(in) :: kproma, kbdim, klev, first_column
    character(len=*), intent(in) :: name, unit
    real(wp), intent(in) :: field(kbdim, klev), lowest, highest
    character(len=*), intent(inout) :: message
    integer :: level, column
    if (message /= "") return
    do level = 1, klev
      if (count(field(1:kproma, level) >= lowest .and. field(1:kproma, level) <= highest) &
          == kproma) cycle
      do column = kproma, 1, -1
        if (field(column, level) >= lowest .and. field(column, level) <= highest) cycle
        message = trim(name) // "(column " // trim(text(first_column + column - 1)) // ", level " &
          // trim(text(level)) // "): expected " // trim(real_text(lowest)) // " to " &
          // trim(real_text(highest)) // " " // unit // ", found " &
          // trim(real_text(field(column, level)))
      end do
      return
    end do
  end subroutine look_at_field

  !> Of fixed length: gfortran keeps deferred lengths in static memory, which threads share.
  pure function text(i)
    integer, intent(in) :: i
    character(len=12) :: text
    write (text, "(i0)") i
  end function text

  pure function real_text(x)
    real(wp), intent(in) :: x
    character(len=16) :: real_text
    write (real_text, "(es13.5)") x
    real_text = adjustl(real_text)
  end function real_text

end module m7_checks
