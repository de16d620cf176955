! SPDX-License-Identifier: BSD-3-Clause
!> M7 in real32 beside M7 in real64, in one program.
program test_m7_real32
  use, intrinsic :: iso_fortran_env, only: real32
  use check, only: expect, finish
  use m7_driver_real32, only: m7_real32 => m7
  use m7_kinds, only: wp
  use m7_options_real32, only: options_real32 => m7_options_type
  use m7_options, only: m7_options_type
  use m7_states, only: block, create_block, run_block, species_totals
  use m7_tracers, only: nmass, nmode, ntracer, tracer_name, tracer_species
  implicit none
  integer, parameter :: columns = 1000, levels = 20
  type(m7_options_type) :: options
  type(options_real32) :: options32
  integer :: k

  call random_seed(put=[(k, k = 1, 64)])
  call compare("kappa")
  options%water = "zsr"
  options32%water = "zsr"
  call compare("zsr")
  call finish()

contains

  subroutine compare(words)
    character(len=*), intent(in) :: words
    type(block) :: b
    real(real32), allocatable, dimension(:, :, :) :: xt, wet, dry, density, water
    real(wp), allocatable, dimension(:, :, :) :: before, total
    real(wp), allocatable :: scale(:, :)
    integer :: n
    call create_block(columns, columns, levels, b)
    allocate (before(columns, levels, 5), total(columns, levels, 5), scale(columns, levels), &
              xt(columns, levels, ntracer), wet(columns, levels, nmode), dry(columns, levels, 4), &
              density(columns, levels, nmode), water(columns, levels, 4))
    xt = real(b%xt, real32)
    call species_totals(real(xt, wp), before)
    before(:, :, 1) = before(:, :, 1) + real(real(b%production, real32), wp) * b%dt
    call m7_real32(columns, columns, levels, real(b%dt, real32), real(b%pressure, real32), &
                   real(b%temperature, real32), real(b%humidity, real32), real(b%cloud, real32), &
                   real(b%production, real32), real(b%boundary_layer, real32), xt, wet, dry, &
                   density, water, options32)
    call run_block(b, options)
    call species_totals(real(xt, wp), total)
    call expect(all(xt >= 0), words // ": not negative")
    ! Rounding of real32, 6e-8, some forty times.
    call expect(all(abs(total - before) <= 2e-6_wp * before + 1e-35_wp), words // ": conserved")
    call species_totals(b%xt, total)
    do n = 1, ntracer
      scale = sum(b%xt(:, :, nmass + 2:), 3)
      if (tracer_species(n) > 0) scale = total(:, :, tracer_species(n))
      call agree(words // " " // tracer_name(n), real(xt(:, :, n), wp), b%xt(:, :, n), scale)
      call expect(all(abs(xt(:, :, n) - b%xt(:, :, n)) <= 2e-3_wp * scale + 1e-35_wp), &
                  words // " " // tracer_name(n) // ": all within 2e-3")
    end do
    do n = 1, nmode
      call agree(words // " radius", real(wet(:, :, n), wp), b%wet_radius(:, :, n), &
                 b%wet_radius(:, :, n))
    end do
  end subroutine compare

  !> Of the species' mass or of all particles in the box; radii of their own size. What is near a
  !! threshold may fall on either side of it: the onset of merging moves up to 1 % of a mode, and an
  !! empty mode has no radius.
  subroutine agree(what, x, y, scale)
    character(len=*), intent(in) :: what
    real(wp), intent(in), dimension(:, :) :: x, y, scale
    integer :: far
    far = count(abs(x - y) > 1e-4_wp * scale + 1e-35_wp)
    call expect(far <= size(x) / 100, what // ": 99 % within 1e-4")
  end subroutine agree

end program test_m7_real32
