! SPDX-License-Identifier: BSD-3-Clause
!> M7 at the ends of everything it accepts. Built to trap: an invalid operation, a division by zero
!! or an overflow ends the program.
program test_m7_limits
  use, intrinsic :: iso_fortran_env, only: int64
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  use check, only: expect, finish
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_states, only: block, create_block, run_block, species_totals
  use m7_tracers, only: nmass
  implicit none
  integer, parameter :: columns = 2 * 2 * 3 * 2 * 2, levels = 12
  type(m7_options_type) :: options
  integer :: n

  call random_seed(put=[(n, n = 1, 64)])
  call run_extremes("kappa, ", options)
  options%water = "zsr"
  options%activation = .true.
  options%activation_rate = 1
  call run_extremes("zsr, ", options)
  options%nucleation = "none"
  call run_extremes("zsr without nucleation, ", options)
  call nothing_happens_without_particles_and_gas()
  call clear_air_forms_particles()
  call activation_is_of_the_boundary_layer()
  call more_than_saturated_is_saturated("kappa")
  call more_than_saturated_is_saturated("zsr")
  call no_boxes()
  call finish()

contains

  !> All corners of the environment, for each kind of aerosol.
  subroutine run_extremes(words, options)
    character(len=*), intent(in) :: words
    type(m7_options_type), intent(in) :: options
    type(block) :: b
    real(wp) :: before(columns, levels, 5), after(columns, levels, 5)
    integer :: level
    call create_block(columns, columns, levels, b)
    do level = 1, levels
      call set_corners(b, level)
      call set_aerosol(b, level)
    end do
    call species_totals(b%xt, before)
    before(:, :, 1) = before(:, :, 1) + b%production * b%dt
    call run_block(b, options)
    call expect(all(ieee_is_finite(b%xt)) .and. all(b%xt >= 0), words // "tracers")
    call expect(all(ieee_is_finite(b%wet_radius)) .and. all(ieee_is_finite(b%dry_radius)) .and. &
                all(ieee_is_finite(b%density)) .and. all(ieee_is_finite(b%water)), &
                words // "particles")
    call species_totals(b%xt, after)
    ! Denormal masses have few digits; they come back from other units.
    call expect(all(abs(after - before) <= 1e-12_wp * before + 1e-300_wp), words // "conserved")
  end subroutine run_extremes

  subroutine set_corners(b, level)
    type(block), intent(inout) :: b
    integer, intent(in) :: level
    real(wp), parameter :: humidities(3) = [0.0_wp, 1.0_wp, 1.5_wp]
    integer :: i, corner
    do i = 0, columns - 1
      b%temperature(i + 1, level) = merge(180.0_wp, 320.0_wp, mod(i, 2) == 0)
      b%pressure(i + 1, level) = merge(10.0_wp, 1.1e5_wp, mod(i / 2, 2) == 0)
      corner = mod(i / 4, 3)
      b%humidity(i + 1, level) = humidities(corner + 1)
      b%cloud(i + 1, level) = merge(0.0_wp, 1.0_wp, mod(i / 12, 2) == 0)
      b%production(i + 1, level) = merge(0.0_wp, 1e-6_wp, mod(i / 24, 2) == 0)
    end do
  end subroutine set_corners

  subroutine set_aerosol(b, level)
    type(block), intent(inout) :: b
    integer, intent(in) :: level
    real(wp), parameter :: denormal = 1e-310_wp
    select case (level)
    case (1); b%xt(:, level, :) = 0
    case (2); b%xt(:, level, :) = denormal
    case (3); b%xt(:, level, :) = tiny(1.0_wp)
    case (4); b%xt(:, level, 1) = 0
    case (5); call set_masses_and_numbers(b, level, 0.0_wp, 1e8_wp)
    case (6); call set_masses_and_numbers(b, level, 1e-10_wp, 0.0_wp)
    case (7); call set_masses_and_numbers(b, level, 1.0_wp, 1e18_wp)
    case (8); call set_masses_and_numbers(b, level, 1.0_wp, denormal)
    case (9); call set_masses_and_numbers(b, level, denormal, 1e18_wp)
    case (10); b%xt(:, level, 1) = 1
    case (11); call set_masses_and_numbers(b, level, 1.0_wp, 1e-3_wp)
    case (12); call set_masses_and_numbers(b, level, 0.0_wp, 0.0_wp)
    end select
  end subroutine set_aerosol

  subroutine set_masses_and_numbers(b, level, mass, number)
    type(block), intent(inout) :: b
    integer, intent(in) :: level
    real(wp), intent(in) :: mass, number
    b%xt(:, level, 2:nmass + 1) = mass
    b%xt(:, level, nmass + 2:) = number
  end subroutine set_masses_and_numbers

  subroutine nothing_happens_without_particles_and_gas()
    type(block) :: b
    call create_block(3, 3, 2, b)
    b%xt = 0
    b%production = 0
    call run_block(b)
    call expect(all(b%xt <= 0), "nothing comes of nothing")
    call expect(all(b%wet_radius <= 0) .and. all(b%density <= 0) .and. all(b%water <= 0), &
                "empty modes have radius, density and water 0")
  end subroutine nothing_happens_without_particles_and_gas

  !> Without particles the gas of clouds stays there: what forms is in proportion to the clear part.
  !! In a second 1e5 particles per cm3 at most form, whose collisions, 1e-9 cm3 s-1, take 1e-4.
  subroutine clear_air_forms_particles()
    real(wp), parameter :: cloud(5) = [0.0_wp, 0.5_wp, 0.9_wp, 0.99_wp, 1.0_wp]
    type(block) :: b
    real(wp) :: number(5), sulfate(5)
    call create_block(5, 5, 1, b)
    b%dt = 1
    b%pressure = 5e4_wp
    b%temperature = 230
    b%humidity = 0.6_wp
    b%cloud(:, 1) = cloud
    b%production = 0
    b%xt = 0
    b%xt(:, :, 1) = 2e-11_wp
    call run_block(b)
    number = b%xt(:, 1, nmass + 2)
    sulfate = b%xt(:, 1, 2)
    call expect(number(1) > 1e6_wp, "clear air forms particles")
    call expect(all(abs(number - (1 - cloud) * number(1)) <= 1e-4_wp * number(1)), &
                "as many as there is clear air")
    call expect(all(abs(sulfate - (1 - cloud) * sulfate(1)) <= 1e-12_wp * sulfate(1)), &
                "with its gas")
  end subroutine clear_air_forms_particles

  !> In a second 2e-6 of the gas is activated, 1e2 particles per cm3 whose collisions take 1e-7.
  subroutine activation_is_of_the_boundary_layer()
    type(block) :: b
    real(wp) :: number(3)
    call create_block(3, 3, 1, b)
    b%dt = 1
    b%pressure = 9e4_wp
    b%temperature = 290
    b%humidity = 0.5_wp
    b%cloud = 0
    b%production = 0
    b%boundary_layer(:, 1) = [0.0_wp, 0.5_wp, 1.0_wp]
    b%xt = 0
    b%xt(:, :, 1) = 2e-11_wp
    call run_block(b, m7_options_type(nucleation="none", activation=.true.))
    number = b%xt(:, 1, nmass + 2)
    call expect(number(1) <= 0 .and. number(3) > 0, "activation is in the boundary layer")
    call expect(abs(number(2) - number(3) / 2) <= 1e-6_wp * number(3), "in proportion to it")
  end subroutine activation_is_of_the_boundary_layer

  !> Relative humidity from 1 to 1.5 counts as 1.
  subroutine more_than_saturated_is_saturated(water)
    character(len=*), intent(in) :: water
    type(block) :: b, saturated
    call create_block(20, 20, 5, saturated)
    b = saturated
    saturated%humidity = 1
    b%humidity(:, 1:2) = 1 + epsilon(1.0_wp)
    b%humidity(:, 3:) = 1.5_wp
    call run_block(saturated, m7_options_type(water=water))
    call run_block(b, m7_options_type(water=water))
    call expect(all(transfer(b%xt, [1_int64]) == transfer(saturated%xt, [1_int64])), &
                water // ": tracers above saturation")
    call expect(all(transfer(b%water, [1_int64]) == transfer(saturated%water, [1_int64])), &
                water // ": water above saturation")
  end subroutine more_than_saturated_is_saturated

  subroutine no_boxes()
    type(block) :: b
    integer :: stat
    call create_block(0, 3, 2, b)
    call run_block(b, stat=stat)
    call expect(stat == 0 .and. all(b%wet_radius < 0), "no columns in use: nothing is written")
    call create_block(0, 0, 5, b)
    call run_block(b, stat=stat)
    call expect(stat == 0, "an empty block")
    call create_block(3, 3, 0, b)
    call run_block(b, stat=stat)
    call expect(stat == 0, "no levels")
  end subroutine no_boxes

end program test_m7_limits
