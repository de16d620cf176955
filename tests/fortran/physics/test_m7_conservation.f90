! SPDX-License-Identifier: BSD-3-Clause
!> A million random boxes, each advanced twice: species keep their mass, nothing is negative.
program test_m7_conservation
  use check, only: expect, finish
  use m7_kinds, only: wp
  use m7_options, only: m7_options_type
  use m7_states, only: block, create_block, run_block, species_totals
  use m7_tracers, only: so4
  implicit none
  integer, parameter :: columns = 500, levels = 100, blocks = 20
  character(len=*), parameter :: species(5) = &
    [character(len=14) :: "sulfate", "black carbon", "organic carbon", "sea salt", "dust"]
  real(wp) :: worst(5)
  integer :: n

  worst = 0
  call random_seed(put=[(n, n = 1, 64)])
  do n = 1, blocks
    call advance(choice(n))
  end do
  ! Rounding only: some forty additions to a mass, each good to 1e-16.
  do n = 1, 5
    call expect(worst(n) < 1e-14_wp, trim(species(n)) // " is conserved")
    print "(a,es9.1)", species(n), worst(n)
  end do
  call finish()

contains

  function choice(n) result(options)
    integer, intent(in) :: n
    type(m7_options_type) :: options
    options%activation = mod(n, 2) == 0
    if (mod(n, 3) == 0) options%water = "zsr"
    if (mod(n, 5) == 0) options%nucleation = "none"
  end function choice

  subroutine advance(options)
    type(m7_options_type), intent(in) :: options
    type(block) :: b
    real(wp), allocatable, dimension(:, :, :) :: before, after
    integer :: k
    call create_block(columns, columns, levels, b)
    allocate (before(columns, levels, 5), after(columns, levels, 5))
    call species_totals(b%xt, before)
    do k = 1, 2
      before(:, :, so4) = before(:, :, so4) + b%production * b%dt
      call run_block(b, options)
      call expect(all(b%xt >= 0) .and. all(b%xt < 1e18_wp), "tracers not negative, finite")
    end do
    call expect(all(b%wet_radius >= 0 .and. b%density >= 0 .and. b%density < 2700), "diagnostics")
    call expect(all(b%wet_radius(:, :, 1:4) >= b%dry_radius * (1 - 1e-14_wp)), "water swells")
    call expect(all(b%water >= 0 .and. b%water < 1), "water is not negative")
    call species_totals(b%xt, after)
    do k = 1, 5
      worst(k) = max(worst(k), maxval(abs(after(:, :, k) - before(:, :, k)) &
        / max(before(:, :, k), 1e-60_wp)))
    end do
  end subroutine advance

end program test_m7_conservation
