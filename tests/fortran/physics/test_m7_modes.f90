! SPDX-License-Identifier: BSD-3-Clause
!> Who gets what when particles collide, age or outgrow their mode.
program test_m7_modes
  use check, only: expect, finish
  use m7_kinds, only: tile, wp
  use m7_ageing, only: age
  use m7_coagulation, only: coagulate, npair, pair
  use m7_merging, only: merge_modes
  use m7_properties, only: dry_particles, mode_volume
  use m7_states, only: near
  use m7_tracers, only: as, ci, cs, ki, ks, ln2_sigma, member, members, mode_bound, nmass, nmode, &
    ns, place, species_of
  implicit none
  integer, parameter :: so4 = 1
  real(wp), parameter :: pi = acos(-1.0_wp)
  !> Of the first in a pair with the second: where the first goes, 0 if it stays
  integer, parameter :: goes_to(npair) = [0, ks, as, cs, ks, as, cs, 0, as, cs, 0, as, cs, 0, 0, 0]

  call collisions_move_particles()
  call insoluble_particles_are_collected()
  call collisions_share_out()
  call coating_makes_soluble()
  call small_modes_stay()
  call large_modes_merge()
  call modes_are_judged_before()
  call finish()

contains

  !> Each mass is 1 more than its place, both numbers are 1e5, there are no other particles.
  subroutine one_pair(which, number, mass, coating)
    integer, intent(in) :: which
    real(wp), intent(out) :: number(tile, nmode), mass(tile, nmass), coating(tile, ki:ci)
    real(wp), parameter :: dt = 1800
    real(wp) :: kernel(tile, npair), formation(tile), active(tile, nmode)
    integer :: i
    kernel = 0
    kernel(:, which) = 1e-9_wp
    number = 0
    number(:, pair(:, which)) = 1e5_wp
    active = number
    formation = 0
    coating = 0
    do i = 1, nmass
      mass(:, i) = i + 1
    end do
    call coagulate(dt, kernel, active, formation, number, mass, coating)
  end subroutine one_pair

  !> One pair at a time: K N dt = 0.18 of a mode collides with another; half as much with itself.
  subroutine collisions_move_particles()
    real(wp) :: number(tile, nmode), mass(tile, nmass), coating(tile, ki:ci), left, moved
    integer :: k, from, other, i, receiver
    do k = 1, npair
      from = pair(1, k)
      other = pair(2, k)
      if (goes_to(k) == 0 .and. from /= other) cycle
      call one_pair(k, number, mass, coating)
      if (from == other) then
        left = 1 / (1 + 0.09_wp)
        call expect(near(number(1, from), 1e5_wp * left, 1e-13_wp), "collisions within a mode")
        call expect(all(abs(mass(1, :) - [(i + 1, i = 1, nmass)]) < 1e-13_wp), "leave its mass")
        cycle
      end if
      left = exp(-0.18_wp)
      moved = 1 - left
      call expect(near(number(1, from), 1e5_wp * left, 1e-13_wp), "collisions take particles")
      call expect(near(sum(number(1, :)), (1 + left) * 1e5_wp, 1e-13_wp), "from one mode only")
      do i = 1, members(from)
        receiver = place(species_of(member(i, from)), max(goes_to(k), 1))
        call expect(near(mass(1, member(i, from)), (member(i, from) + 1) * left, 1e-13_wp), &
                    "mass goes")
        if (species_of(member(i, from)) == so4 .and. other >= ki) then
          call expect(near(coating(1, other), (from + 1) * moved, 1e-12_wp), "sulfate coats")
        else
          call expect(near(mass(1, receiver), receiver + 1 + (member(i, from) + 1) * moved, &
                           1e-13_wp), "mass arrives")
        end if
      end do
    end do
  end subroutine collisions_move_particles

  !> Pairs 2-5 and 3-5 take from mode 5, not from the larger ones.
  subroutine insoluble_particles_are_collected()
    real(wp) :: number(tile, nmode), mass(tile, nmass), coating(tile, ki:ci), left
    integer :: k, collector
    left = exp(-0.18_wp)
    do k = 11, 15, 4
      collector = pair(1, k)
      call one_pair(k, number, mass, coating)
      call expect(pair(2, k) == ki .and. near(number(1, ki), 1e5_wp * left, 1e-13_wp), &
                  "mode 5 loses")
      call expect(near(number(1, collector), 1e5_wp, 1e-15_wp), "its collector does not")
      call expect(near(mass(1, 8), 9 * left, 1e-13_wp), "carbon goes")
      call expect(near(mass(1, place(2, collector)), place(2, collector) + 1 + 9 * (1 - left), &
                       1e-13_wp), "carbon arrives")
    end do
  end subroutine insoluble_particles_are_collected

  !> Losses within and between modes are in proportion of their rates, with formation too.
  subroutine collisions_share_out()
    real(wp) :: kernel(tile, npair), number(tile, nmode), mass(tile, nmass), coating(tile, ki:ci), &
      formation(tile), active(tile, nmode), lost
    kernel = 0
    kernel(:, 1) = 2e-9_wp
    kernel(:, 3) = 1e-9_wp
    number = 0
    number(:, as) = 1e4_wp
    active = number
    mass = 0
    mass(:, ns) = 1
    coating = 0
    formation = 10
    call coagulate(1800.0_wp, kernel, active, formation, number, mass, coating)
    lost = 1 - number(1, ns) / 18000
    ! Of 18000 particles a N = 1.8e-5 s-1 would meet their own kind, b = 1e-5 s-1 the other mode.
    call expect(lost > 0.005_wp .and. lost < 0.05_wp, "some are lost")
    call expect(near(mass(1, as), lost / 2.8_wp, 1e-10_wp), "10 of 28 to the other mode")
    call expect(near(mass(1, ns) + mass(1, as), 1.0_wp, 1e-14_wp), "the rest keep their mass")
  end subroutine collisions_share_out

  subroutine coating_makes_soluble()
    real(wp), dimension(tile, nmode) :: active, radius, number
    real(wp) :: mass(tile, nmass), coating(tile, ki:ci), layer
    integer :: i, mode
    radius = 1e-5_wp
    do mode = ki, ci
      layer = 4 * pi * (1e-5_wp * exp(ln2_sigma(mode)))**2 / 2.39e-15_wp
      number = 10
      active = number
      mass = 0
      mass(:, member(1, mode)) = 8
      coating = 0
      coating(:, mode) = [(layer * 20 * (i - 1) / real(tile, wp), i = 1, tile)]
      call age(2.0_wp, active, radius, coating, number, mass)
      call expect(near(number(1, mode), 10.0_wp, 1e-15_wp), "bare particles stay")
      ! A quarter of 20 layers for particles that need 2 each: 2.5 of 10.
      call expect(near(number(17, mode), 7.5_wp, 1e-13_wp), "as many as can be coated go")
      call expect(near(number(17, mode - 3), 12.5_wp, 1e-13_wp), "and arrive")
      call expect(near(mass(17, member(1, mode)), 6.0_wp, 1e-13_wp), "with their mass")
      call expect(near(mass(17, place(species_of(member(1, mode)), mode - 3)), 2.0_wp, 1e-13_wp), &
                  "which arrives")
      call expect(near(mass(17, mode - 3), coating(17, mode), 1e-15_wp), "and all the sulfate")
    end do
    coating = 1e30_wp
    call age(1.0_wp, active, radius, coating, number, mass)
    call expect(all(number(:, ki:ci) <= 0), "no more than all")
    number = 10
    active = 0
    call age(1.0_wp, active, radius, coating, number, mass)
    call expect(all(abs(number - 10) <= 0), "empty modes stay")
  end subroutine coating_makes_soluble

  !> Sulfate and dust in modes of a given mean radius (that of the mean volume).
  subroutine fill(mode, r, number, mass)
    integer, intent(in) :: mode
    real(wp), intent(in) :: r
    real(wp), intent(inout) :: number(tile, nmode), mass(tile, nmass)
    real(wp) :: unit(tile)
    number(:, mode) = 100
    mass(:, mode) = 1
    call mode_volume(mode, mass, unit)
    mass(:, mode) = 4 * pi / 3 * r**3 * number(:, mode) / unit
  end subroutine fill

  !> Volume radius of the particle of average mass in the middle of a mode's range
  real(wp) function middle(mode)
    integer, intent(in) :: mode
    middle = sqrt(mode_bound(mode) * mode_bound(mode + 1)) * exp(1.5_wp * ln2_sigma(mode))
  end function middle

  subroutine small_modes_stay()
    real(wp) :: number(tile, nmode), mass(tile, nmass), before(tile, nmass)
    integer :: mode
    number = 0
    mass = 0
    do mode = ns, as
      call fill(mode, 0.9999_wp * middle(mode), number, mass)
    end do
    before = mass
    call merge_modes(number, mass)
    call expect(all(abs(mass - before) <= 0), "modes within their range keep their mass")
    call expect(all(abs(number(:, ns:as) - 100) <= 0), "and number")
  end subroutine small_modes_stay

  subroutine large_modes_merge()
    real(wp) :: number(tile, nmode), mass(tile, nmass), r, share, below, total(tile), volume(tile)
    real(wp), dimension(tile, nmode) :: active, v, radius, density
    integer :: mode, k
    do mode = ns, as
      do k = 0, 3
        r = middle(mode) * (1.001_wp + 0.7_wp * k)
        number = 0
        mass = 0
        call fill(mode, r, number, mass)
        call mode_volume(mode, mass, total)
        call merge_modes(number, mass)
        below = 0.5_wp * erfc(-log(mode_bound(mode + 1) / (r * exp(-1.5_wp * ln2_sigma(mode)))) &
          / sqrt(2 * ln2_sigma(mode)))
        share = 1 - below * (middle(mode) / r)**3
        call mode_volume(mode + 1, mass, volume)
        call expect(near(volume(1), share * total(1), 1e-9_wp), "mass beyond the range goes")
        call expect(near(sum(number(1, :)), 100.0_wp, 1e-14_wp), "particles are not lost")
        call expect(volume(1) / number(1, mode + 1) >= 4 * pi / 3 * mode_bound(mode + 1)**3 &
          * (1 - 1e-12_wp), "they are of the next mode's size")
        call dry_particles(mass, number, active, v, radius, density)
        call expect(radius(1, mode) < mode_bound(mode + 1), "what stays is in its range")
      end do
    end do
  end subroutine large_modes_merge

  !> What a mode gets does not go on to the next at once.
  subroutine modes_are_judged_before()
    real(wp) :: number(tile, nmode), mass(tile, nmass)
    number = 0
    mass = 0
    call fill(ns, 1e-3_wp, number, mass)
    call merge_modes(number, mass)
    call expect(all(number(:, ks) > 99) .and. all(number(:, as) <= 0), "one mode at a time")
    call merge_modes(number, mass)
    call expect(all(number(:, as) > 98) .and. all(number(:, cs) <= 0), "then the next")
    call expect(all(mass(:, place(so4, as)) > 0), "with their sulfate")
  end subroutine modes_are_judged_before

end program test_m7_modes
