! SPDX-License-Identifier: BSD-3-Clause
!> M7 as a host calls it: a block of columns, SI units, checks of what comes in.
module m7_driver
  use, intrinsic :: iso_fortran_env, only: error_unit
  use m7_kinds, only: tile, wp
  use m7_checks, only: check_block
  use m7_constants, only: gas_constant_air, h2so4_molecule
  use m7_options, only: m7_options_type
  use m7_step, only: m7_boxes, m7_particles, step_boxes
  use m7_tracers, only: nmass, nmode, nsoluble, ntracer, so4, species_of
  implicit none
  private
  public :: m7

  integer, parameter :: wrong_argument = 1

  real(wp), parameter :: per_cm3 = 1.0e-6_wp                        ! [m3 cm-3]
  real(wp), parameter :: micrograms = 1.0e9_wp                      ! [ug kg-1]
  real(wp), parameter :: molecules = 1.0e-3_wp / h2so4_molecule     ! [cm-3] of [kg m-3]
  !> M7's units in [kg m-3], by mass
  real(wp), parameter :: unit(nmass) = merge(molecules, micrograms, species_of == so4)

contains

  !> Advances the aerosol of a block of columns by a time step.
  !!
  !! Level 1 is at the top. Rows behind kproma are neither read nor written. xt: mass mixing ratios
  !! [kg kg-1], sulfate as H2SO4, and numbers [kg-1], in the order of m7_tracers. Empty modes have
  !! radius and density 0. stat and errmsg as in ALLOCATE; after a failure xt is what it was.
  subroutine m7(kproma, kbdim, klev, dt, pressure, temperature, relative_humidity, &
                cloud_fraction, h2so4_production, boundary_layer, xt, wet_radius, dry_radius, &
                density, water, options, stat, errmsg)
    integer, intent(in) :: kproma                                   !< columns in use
    integer, intent(in) :: kbdim                                    !< columns of the arrays
    integer, intent(in) :: klev                                     !< levels
    real(wp), intent(in) :: dt                                      !< [s]
    real(wp), intent(in) :: pressure(kbdim, klev)                   !< [Pa]
    real(wp), intent(in) :: temperature(kbdim, klev)                !< [K]
    real(wp), intent(in) :: relative_humidity(kbdim, klev)          !< [1]
    real(wp), intent(in) :: cloud_fraction(kbdim, klev)             !< [1]
    real(wp), intent(in) :: h2so4_production(kbdim, klev)           !< [kg kg-1 s-1]
    real(wp), intent(in) :: boundary_layer(kbdim, klev)             !< 1 within, 0 above [1]
    real(wp), intent(inout) :: xt(kbdim, klev, ntracer)             !< [kg kg-1], [kg-1]
    real(wp), intent(inout) :: wet_radius(kbdim, klev, nmode)       !< count median [m]
    real(wp), intent(inout) :: dry_radius(kbdim, klev, nsoluble)    !< count median [m]
    real(wp), intent(inout) :: density(kbdim, klev, nmode)          !< wet [kg m-3]
    real(wp), intent(inout) :: water(kbdim, klev, nsoluble)         !< [kg kg-1]
    type(m7_options_type), intent(in), optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(m7_options_type) :: chosen
    type(m7_boxes) :: boxes
    type(m7_particles) :: particles
    character(len=200) :: message
    real(wp) :: air(tile)
    integer :: column(tile), level(tile), first, boxes_left
    message = ""
    if (present(options)) chosen = options
    call check_block(kproma, kbdim, klev, dt, pressure, temperature, relative_humidity, &
      cloud_fraction, h2so4_production, boundary_layer, xt, 1, message, chosen)
    call report(message, stat, errmsg)
    if (message /= "") return
    do first = 0, kproma * klev - 1, tile
      boxes_left = min(tile, kproma * klev - first)
      call place_boxes(first, boxes_left, kproma, column, level)
      call gather_air()
      call gather_tracers(kbdim, klev, column, level, air, xt, boxes)
      call step_boxes(dt, chosen, boxes, particles)
      call scatter_tracers(kbdim, klev, boxes_left, column, level, air, boxes, xt)
      call scatter_particles(kbdim, klev, boxes_left, column, level, air, particles, wet_radius, &
                             dry_radius, density, water)
    end do

  contains

    subroutine gather_air()
      integer :: i
      do i = 1, tile
        boxes%pressure(i) = pressure(column(i), level(i))
        boxes%temperature(i) = temperature(column(i), level(i))
        boxes%humidity(i) = relative_humidity(column(i), level(i))
        boxes%cloud(i) = cloud_fraction(column(i), level(i))
        boxes%boundary_layer(i) = boundary_layer(column(i), level(i))
        air(i) = boxes%pressure(i) / (gas_constant_air * boxes%temperature(i))
        boxes%production(i) = h2so4_production(column(i), level(i)) * air(i) * molecules
      end do
    end subroutine gather_air

  end subroutine m7

  !> Where the boxes of a tile are: columns first, then levels. A tile that is not full repeats its
  !! last box.
  pure subroutine place_boxes(first, count, kproma, column, level)
    integer, intent(in) :: first, count, kproma
    integer, intent(out) :: column(tile), level(tile)
    integer :: i
    column(1) = mod(first, kproma) + 1
    level(1) = first / kproma + 1
    do i = 2, count
      column(i) = merge(1, column(i - 1) + 1, column(i - 1) == kproma)
      level(i) = level(i - 1) + merge(1, 0, column(i - 1) == kproma)
    end do
    column(count + 1:) = column(count)
    level(count + 1:) = level(count)
  end subroutine place_boxes

  pure subroutine gather_tracers(kbdim, klev, column, level, air, xt, boxes)
    integer, intent(in) :: kbdim, klev, column(tile), level(tile)
    real(wp), intent(in) :: air(tile), xt(kbdim, klev, ntracer)
    type(m7_boxes), intent(inout) :: boxes
    integer :: i, n
    do i = 1, tile
      boxes%gas(i) = xt(column(i), level(i), 1) * (air(i) * molecules)
    end do
    do n = 1, nmass
      do i = 1, tile
        boxes%mass(i, n) = xt(column(i), level(i), n + 1) * (air(i) * unit(n))
      end do
    end do
    do n = 1, nmode
      do i = 1, tile
        boxes%number(i, n) = xt(column(i), level(i), n + nmass + 1) * (air(i) * per_cm3)
      end do
    end do
  end subroutine gather_tracers

  pure subroutine scatter_tracers(kbdim, klev, count, column, level, air, boxes, xt)
    integer, intent(in) :: kbdim, klev, count, column(tile), level(tile)
    real(wp), intent(in) :: air(tile)
    type(m7_boxes), intent(in) :: boxes
    real(wp), intent(inout) :: xt(kbdim, klev, ntracer)
    integer :: i, n
    do i = 1, count
      xt(column(i), level(i), 1) = boxes%gas(i) / (air(i) * molecules)
    end do
    do n = 1, nmass
      do i = 1, count
        xt(column(i), level(i), n + 1) = boxes%mass(i, n) / (air(i) * unit(n))
      end do
    end do
    do n = 1, nmode
      do i = 1, count
        xt(column(i), level(i), n + nmass + 1) = boxes%number(i, n) / (air(i) * per_cm3)
      end do
    end do
  end subroutine scatter_tracers

  pure subroutine scatter_particles(kbdim, klev, count, column, level, air, particles, &
                                    wet_radius, dry_radius, density, water)
    integer, intent(in) :: kbdim, klev, count, column(tile), level(tile)
    real(wp), intent(in) :: air(tile)
    type(m7_particles), intent(in) :: particles
    real(wp), intent(inout), dimension(kbdim, klev, nmode) :: wet_radius, density
    real(wp), intent(inout), dimension(kbdim, klev, nsoluble) :: dry_radius, water
    real(wp), parameter :: m = 0.01_wp, kg_m3 = 1000.0_wp   ! of cm, of g cm-3
    real(wp) :: there(tile)
    integer :: i, n
    do n = 1, nmode
      there = merge(1.0_wp, 0.0_wp, particles%active(:, n) > 0)
      do i = 1, count
        wet_radius(column(i), level(i), n) = there(i) * particles%r_wet(i, n) * m
        density(column(i), level(i), n) = there(i) * particles%density(i, n) * kg_m3
      end do
    end do
    do n = 1, nsoluble
      there = merge(1.0_wp, 0.0_wp, particles%active(:, n) > 0)
      do i = 1, count
        dry_radius(column(i), level(i), n) = there(i) * particles%r_dry(i, n) * m
        water(column(i), level(i), n) = particles%water(i, n) * kg_m3 / air(i)
      end do
    end do
  end subroutine scatter_particles

  subroutine report(message, stat, errmsg)
    character(len=*), intent(in) :: message
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    if (present(stat)) stat = merge(0, wrong_argument, message == "")
    if (message == "") return
    if (present(errmsg)) errmsg = "m7_driver: " // message
    if (present(stat)) return
    write (error_unit, "(2a)") "m7_driver: ", trim(message)
    error stop 1
  end subroutine report

end module m7_driver
