! SPDX-License-Identifier: BSD-3-Clause
!> What M7 accepts. Messages say what was expected and found, and where.
module m7_checks
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_tracers, only: ntracer, tracer_name
  implicit none
  private
  public :: check_sizes, check_options, check_state

  real(wp), parameter :: largest_mass = 1.0_wp          ! [kg kg-1]
  real(wp), parameter :: largest_number = 1.0e18_wp     ! [kg-1]

contains

  pure subroutine check_sizes(kproma, kbdim, klev, dt, message)
    integer, intent(in) :: kproma, kbdim, klev
    real(wp), intent(in) :: dt
    character(len=*), intent(inout) :: message    !< blank if all is well
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

  !> All fields of a block.
  subroutine check_state(kproma, kbdim, klev, pressure, temperature, humidity, cloud, production, &
                         boundary_layer, xt, message)
    integer, intent(in) :: kproma, kbdim, klev
    real(wp), intent(in), dimension(kbdim, klev) :: pressure, temperature, humidity, cloud, &
      production, boundary_layer
    real(wp), intent(in) :: xt(kbdim, klev, ntracer)
    character(len=*), intent(inout) :: message
    integer :: n
    call check_field("pressure", pressure, 0.01_wp, 1.2e5_wp, "Pa")
    call check_field("temperature", temperature, 150.0_wp, 350.0_wp, "K")
    call check_field("relative_humidity", humidity, 0.0_wp, 1.5_wp, "1")
    call check_field("cloud_fraction", cloud, 0.0_wp, 1.0_wp, "1")
    call check_field("h2so4_production", production, 0.0_wp, 1.0e-6_wp, "kg kg-1 s-1")
    call check_field("boundary_layer", boundary_layer, 0.0_wp, 1.0_wp, "1")
    do n = 1, ntracer
      if (tracer_name(n)(1:2) == "N_") then
        call check_field(tracer_name(n), xt(:, :, n), 0.0_wp, largest_number, "kg-1")
      else
        call check_field(tracer_name(n), xt(:, :, n), 0.0_wp, largest_mass, "kg kg-1")
      end if
    end do

  contains

    subroutine check_field(name, field, lowest, highest, unit)
      character(len=*), intent(in) :: name, unit
      real(wp), intent(in) :: field(kbdim, klev), lowest, highest
      integer :: level, column
      do level = 1, klev
        if (count(field(1:kproma, level) >= lowest .and. field(1:kproma, level) <= highest) &
            == kproma) cycle
        do column = kproma, 1, -1
          if (field(column, level) >= lowest .and. field(column, level) <= highest) cycle
          message = trim(name) // "(column " // trim(text(column)) // ", level " &
            // trim(text(level)) // "): expected " // trim(real_text(lowest)) // " to " &
            // trim(real_text(highest)) // " " // unit // ", found " &
            // trim(real_text(field(column, level)))
        end do
        return
      end do
    end subroutine check_field

  end subroutine check_state

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
