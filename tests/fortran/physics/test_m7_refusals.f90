! SPDX-License-Identifier: BSD-3-Clause
!> What M7 refuses: with a message, and with xt as it was. Built to trap invalid operations.
program test_m7_refusals
  use, intrinsic :: iso_fortran_env, only: int64
  use, intrinsic :: ieee_arithmetic, only: ieee_quiet_nan, ieee_positive_inf, ieee_signaling_nan, &
    ieee_value
  use check, only: expect, expect_failure, finish
  use m7_checks, only: check_block, check_field, check_tracers
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_states, only: block, create_block, run_block
  use m7_tracers, only: ntracer, tracer_name
  implicit none
  type(block) :: good
  type(m7_options_type) :: options
  integer :: n

  call random_seed(put=[(n, n = 1, 64)])
  call create_block(5, 8, 3, good)
  call refuse_fields()
  call refuse_tracers()
  call refuse_sizes()
  call refuse_options()
  call tell_before_and_after()
  call tell_the_first()
  call finish()

contains

  subroutine refuse(b, words, options)
    type(block), intent(in) :: b
    character(len=*), intent(in) :: words
    type(m7_options_type), intent(in), optional :: options
    type(block) :: ran
    integer :: stat
    character(len=120) :: message
    ran = b
    message = ""
    call run_block(ran, options, stat, message)
    call expect_failure(stat, message, 1, words)
    call expect(index(message, "m7_driver: " // words) == 1, &
                "'" // trim(message) // "' starts with " // words)
    call expect(all(transfer(ran%xt, [1_int64]) == transfer(b%xt, [1_int64])) .and. &
                all(ran%wet_radius < 0), words // ": nothing is written")
  end subroutine refuse

  subroutine refuse_fields()
    call refuse_values("pressure", [0.0_wp, -1.0_wp, 1.3e5_wp])
    call refuse_values("temperature", [149.0_wp, 351.0_wp, -10.0_wp])
    call refuse_values("relative_humidity", [-0.01_wp, 1.51_wp, 50.0_wp])
    call refuse_values("cloud_fraction", [-0.01_wp, 1.01_wp, 100.0_wp])
    call refuse_values("h2so4_production", [-1e-20_wp, 1e-5_wp, 1.0_wp])
    call refuse_values("boundary_layer", [-0.01_wp, 1.01_wp, 1e3_wp])
  end subroutine refuse_fields

  subroutine refuse_values(name, values)
    character(len=*), intent(in) :: name
    real(wp), intent(in) :: values(3)
    type(block) :: b
    integer :: i
    do i = 1, 3
      b = good
      call set(b, name, values(i))
      call refuse(b, name // "(column 5, level 2): expected ")
    end do
    b = good
    call set(b, name, ieee_value(1.0_wp, ieee_quiet_nan))
    call refuse(b, name // "(column 5, level 2): expected ")
    b = good
    call set(b, name, ieee_value(1.0_wp, ieee_positive_inf))
    call refuse(b, name // "(column 5, level 2): expected ")
  end subroutine refuse_values

  subroutine set(b, name, value)
    type(block), intent(inout) :: b
    character(len=*), intent(in) :: name
    real(wp), intent(in) :: value
    select case (name)
    case ("pressure"); b%pressure(5, 2) = value
    case ("temperature"); b%temperature(5, 2) = value
    case ("relative_humidity"); b%humidity(5, 2) = value
    case ("cloud_fraction"); b%cloud(5, 2) = value
    case ("h2so4_production"); b%production(5, 2) = value
    case ("boundary_layer"); b%boundary_layer(5, 2) = value
    end select
  end subroutine set

  subroutine refuse_tracers()
    type(block) :: b
    integer :: n, i
    real(wp) :: values(3)
    values = [-1e-30_wp, 2e18_wp, ieee_value(1.0_wp, ieee_quiet_nan)]
    do n = 1, ntracer
      do i = 1, 3
        b = good
        b%xt(2, 3, n) = values(i)
        call refuse(b, trim(tracer_name(n)) // "(column 2, level 3): expected ")
      end do
    end do
  end subroutine refuse_tracers

  subroutine refuse_sizes()
    type(block) :: b
    b = good
    b%dt = 0
    call refuse(b, "dt: expected above 0 and to 86400 s, found 0.0")
    b%dt = 86401
    call refuse(b, "dt: ")
    b%dt = ieee_value(1.0_wp, ieee_quiet_nan)
    call refuse(b, "dt: ")
    b = good
    b%kproma = 9
    call refuse(b, "kproma: expected 0 to kbdim = 8, found 9")
    b%kproma = -1
    call refuse(b, "kproma: ")
    b = good
    b%klev = -1
    call refuse(b, "klev: expected 0 or more, found -1")
    b = good
    b%kbdim = -1
    b%kproma = -1
    call refuse(b, "kbdim: expected 0 or more, found -1")
  end subroutine refuse_sizes

  subroutine refuse_options()
    options = m7_options_type(nucleation="kazil")
    call refuse(good, "options%nucleation: expected vehkamaki or none, found kazil", options)
    options = m7_options_type(water="dry")
    call refuse(good, "options%water: expected kappa or zsr, found dry", options)
    options = m7_options_type(activation_rate=-1)
    call refuse(good, "options%activation_rate: ", options)
    options = m7_options_type(monolayers=0)
    call refuse(good, "options%monolayers: ", options)
  end subroutine refuse_options

  !> What a host asks itself: columns count from the block's own first one.
  subroutine tell_before_and_after()
    type(block) :: b
    character(len=120) :: message
    b = good
    b%xt(2, 3, 4) = ieee_value(1.0_wp, ieee_signaling_nan)
    b%temperature(6:, :) = ieee_value(1.0_wp, ieee_signaling_nan)   ! behind kproma
    call expect(told(b, 101) == "SO4_AS(column 102, level 3): expected 0.00000E+00 to " // &
                "1.00000E+00 kg kg-1, found NaN", "before: " // told(b, 101))
    message = ""
    call check_tracers(b%kproma, b%kbdim, b%klev, b%xt, 101, message)
    call expect(message == told(b, 101), "after: " // message)
    message = ""
    call check_field(b%kproma, b%kbdim, b%klev, "any", b%temperature, 0.0_wp, 1.0_wp, "K", 1, &
                     message)
    call expect(index(message, "any(column 1, level 1): expected ") == 1, "field: " // message)
    call expect(told(good, 1) == "", "good blocks are good")
    b%kproma = 0
    call expect(told(b, 1) == "", "an empty block is good: no row of it is read")
  end subroutine tell_before_and_after

  !> The first field, of it the highest level, of it the first column.
  subroutine tell_the_first()
    type(block) :: b
    character(len=120) :: message
    b = good
    b%xt(1, 1, 1) = -1
    b%humidity(4, 2) = 2
    b%humidity(3, 2) = 3
    b%humidity(1, 3) = 4
    call expect(told(b, 1) == "relative_humidity(column 3, level 2): expected 0.00000E+00 to " // &
                "1.50000E+00 1, found 3.00000E+00", told(b, 1))
    message = "what was there"
    call check_tracers(b%kproma, b%kbdim, b%klev, b%xt, 1, message)
    call expect(message == "what was there", "a message is kept")
  end subroutine tell_the_first

  function told(b, first_column) result(message)
    type(block), intent(in) :: b
    integer, intent(in) :: first_column
    character(len=120) :: message
    message = ""
    call check_block(b%kproma, b%kbdim, b%klev, b%dt, b%pressure, b%temperature, b%humidity, &
                     b%cloud, b%production, b%boundary_layer, b%xt, first_column, message)
  end function told

end program test_m7_refusals
