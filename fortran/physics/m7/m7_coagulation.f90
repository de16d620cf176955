! SPDX-License-Identifier: BSD-3-Clause
!> Brownian coagulation within and between modes.
module m7_coagulation
  use m7_kinds, only: tile, wp
  use m7_constants, only: boltzmann, pi, smallest_number
  use m7_functions, only: fuchs_distance, relaxation
  use m7_tracers, only: ai, as, ci, cs, ki, ks, nmass, nmode, ns
  use m7_transfer, only: deliver, keep
  implicit none
  private
  public :: npair, pair, coagulation_kernel, evolve_number, coagulate

  !> The pairs of modes that coagulate (Vignati et al. 2004), and their places in `pair`
  integer, parameter :: npair = 16
  integer, parameter :: pair(2, npair) = reshape([ &
    1, 1,  1, 2,  1, 3,  1, 4,  1, 5,  1, 6,  1, 7, &
    2, 2,  2, 3,  2, 4,  2, 5,  2, 6,  2, 7,  3, 3,  3, 5,  5, 5], [2, npair])
  integer, parameter :: k22 = 8, k23 = 9, k24 = 10, k25 = 11, k26 = 12, k27 = 13, k33 = 14, &
    k35 = 15, k55 = 16

  real(wp), parameter :: slowest = 1.0e-30_wp   ! [s-1] does nothing, but can be divided by

contains

  !> Coagulation kernel of the 16 pairs, for particles of the modes' wet count median radii.
  !!
  !! Fuchs 1964, The Mechanics of Aerosols, chapter VII, with the mean free path, viscosity and slip
  !! correction of Vignati et al. 2004.
  pure subroutine coagulation_kernel(temperature, pressure, radius, density, kernel)
    real(wp), intent(in) :: temperature(tile)        !< [K] (tile)
    real(wp), intent(in) :: pressure(tile)           !< [Pa] (tile)
    real(wp), intent(in) :: radius(tile, nmode)      !< [cm] (tile, 7)
    real(wp), intent(in) :: density(tile, nmode)     !< [g cm-3] (tile, 7)
    real(wp), intent(out) :: kernel(tile, npair)     !< [cm3 s-1] (tile, 16)
    real(wp) :: diffusivity(tile, nmode), speed2(tile, nmode), distance2(tile, nmode)
    integer :: k
    call brownian_motion(temperature, pressure, radius, density, diffusivity, speed2, distance2)
    do k = 1, npair
      call pair_kernel(pair(1, k), pair(2, k), radius, diffusivity, speed2, distance2, kernel(:, k))
    end do
  end subroutine coagulation_kernel

  pure subroutine brownian_motion(temperature, pressure, radius, density, diffusivity, speed2, &
                                  distance2)
    real(wp), intent(in) :: temperature(tile), pressure(tile)
    real(wp), intent(in) :: radius(tile, nmode), density(tile, nmode)
    real(wp), intent(out) :: diffusivity(tile, nmode)   !< [cm2 s-1] (tile, 7)
    real(wp), intent(out) :: speed2(tile, nmode)        !< mean thermal speed squared [cm2 s-2]
    real(wp), intent(out) :: distance2(tile, nmode)     !< 2 fuchs_distance(2 r)^2 [cm2] (tile, 7)
    real(wp) :: path(tile), mobility(tile), knudsen, r, two_r(tile), particle_path(tile), &
      distance(tile)
    integer :: mode, i
    do i = 1, tile
      path(i) = 2.251e-3_wp * temperature(i) / pressure(i)
      mobility(i) = boltzmann * temperature(i) &
        / (6 * pi * 1.827e-4_wp * exp(0.74_wp * log(temperature(i) / 291.15_wp)))
    end do
    do mode = 1, nmode
      do i = 1, tile
        r = radius(i, mode)
        knudsen = path(i) / (2 * r)
        diffusivity(i, mode) = mobility(i) / r &
          * (1 + knudsen * (2.492_wp + 0.84_wp * exp(max(-0.43_wp / knudsen, -80.0_wp))))
        speed2(i, mode) = 6 * boltzmann / pi**2 * temperature(i) / (density(i, mode) * r**3)
        particle_path(i) = 8 / pi * diffusivity(i, mode) / sqrt(speed2(i, mode))
        two_r(i) = 2 * r
      end do
      call fuchs_distance(two_r, particle_path, distance)
      distance2(:, mode) = 2 * distance**2
    end do
  end subroutine brownian_motion

  pure subroutine pair_kernel(m, n, radius, diffusivity, speed2, distance2, kernel)
    integer, intent(in) :: m, n
    real(wp), intent(in), dimension(tile, nmode) :: radius, diffusivity, speed2, distance2
    real(wp), intent(out) :: kernel(tile)
    real(wp) :: r, d, speed, reach
    integer :: i
    do i = 1, tile
      r = (radius(i, m) + radius(i, n)) / 2
      d = (diffusivity(i, m) + diffusivity(i, n)) / 2
      speed = sqrt(speed2(i, m) + speed2(i, n))
      reach = r + sqrt((distance2(i, m) + distance2(i, n)) / 2) / 2
      kernel(i) = 16 * pi * d * r**2 * speed * reach / (4 * d * reach + speed * r**2)
    end do
  end subroutine pair_kernel

  !> The number equation dn/dt = c - a n^2 - b n over a time step.
  !!
  !! A Riccati equation, solved as one by Vignati et al. 2004. With R = sqrt(b^2 + 4 a c),
  !! E = exp(-R dt) and F = (1 - E) / R its solution is [2 n0 E + 2 c F (1 + 2 a n0 / (R + b))] /
  !! [1 + E + (b + 2 a n0) F]: no term is negative, and none of a, b, c has to be there.
  pure subroutine evolve_number(dt, intra, inter, source, number)
    real(wp), intent(in) :: dt                 !< [s]
    real(wp), intent(in) :: intra(tile)        !< a [cm3 s-1] (tile)
    real(wp), intent(in) :: inter(tile)        !< b [s-1] (tile)
    real(wp), intent(in) :: source(tile)       !< c [cm-3 s-1] (tile)
    real(wp), intent(inout) :: number(tile)    !< n [cm-3] (tile)
    real(wp) :: root(tile), left(tile), mean(tile), n0, twice
    integer :: i
    do i = 1, tile
      root(i) = sqrt(inter(i)**2 + 4 * intra(i) * source(i))
    end do
    call relaxation(root * dt, left, mean)
    do i = 1, tile
      n0 = number(i)
      twice = 2 * intra(i) * n0
      number(i) = 2 * (n0 * left(i) + source(i) * dt * mean(i) &
        * (1 + twice / max(root(i) + inter(i), slowest))) &
        / (1 + left(i) + (inter(i) + twice) * dt * mean(i))
      number(i) = min(number(i), n0 + source(i) * dt)
    end do
  end subroutine evolve_number

  !> Coagulation over a time step, and the particles that form in it.
  !!
  !! Vignati et al. 2004: collisions within a mode leave its mass; those with larger
  !! modes take the mean particle to where the larger one is, or to the soluble mode of the size
  !! of an insoluble one. Sulfate that meets insoluble particles coats them first.
  pure subroutine coagulate(dt, kernel, active, formation, number, mass, coating)
    real(wp), intent(in) :: dt                             !< [s]
    real(wp), intent(in) :: kernel(tile, npair)            !< [cm3 s-1] (tile, 16)
    real(wp), intent(in) :: active(tile, nmode)            !< number before [cm-3] (tile, 7)
    real(wp), intent(in) :: formation(tile)                !< of particles [cm-3 s-1] (tile)
    real(wp), intent(inout) :: number(tile, nmode)         !< [cm-3] (tile, 7)
    real(wp), intent(inout) :: mass(tile, nmass)           !< [molecules cm-3; ug m-3] (tile, 18)
    real(wp), intent(inout) :: coating(tile, ki:ci)        !< [molecules cm-3] (tile, 3)
    real(wp), parameter :: none(tile) = 0
    real(wp) :: share(tile, nmode), before(tile)
    before = number(:, ns)
    share(:, 2:7) = kernel(:, 2:7) * active(:, 2:7)
    call collide(dt, kernel(:, 1), [ks, as, cs, ki, ai, ci], before, formation, number(:, ns), &
                 share)
    call move_nucleation_mode(share, mass, coating)

    share(:, as) = kernel(:, k23) * active(:, as)
    share(:, cs) = kernel(:, k24) * active(:, cs)
    share(:, ai) = kernel(:, k26) * active(:, ai)
    share(:, ci) = kernel(:, k27) * active(:, ci)
    call collide(dt, kernel(:, k22), [as, cs, ai, ci], active(:, ks), none, number(:, ks), share)
    call move_aitken_mode(share, mass, coating)

    call collide(dt, kernel(:, k33), [integer ::], active(:, as), none, number(:, as), share)

    share(:, ks) = kernel(:, k25) * active(:, ks)
    share(:, as) = kernel(:, k35) * active(:, as)
    call collide(dt, kernel(:, k55), [ks, as], active(:, ki), none, number(:, ki), share)
    call move_insoluble_mode(share, mass)
  end subroutine coagulate

  !> The number of a mode, and which share of its particles went to which other one.
  pure subroutine collide(dt, kernel, others, before, source, number, share)
    real(wp), intent(in) :: dt                          !< [s]
    real(wp), intent(in) :: kernel(tile)                !< within the mode [cm3 s-1] (tile)
    integer, intent(in) :: others(:)                    !< modes that it collides with
    real(wp), intent(in) :: before(tile)                !< number, 0 for an empty mode [cm-3] (tile)
    real(wp), intent(in) :: source(tile)                !< [cm-3 s-1] (tile)
    real(wp), intent(inout) :: number(tile)             !< [cm-3] (tile)
    real(wp), intent(inout) :: share(tile, nmode)       !< in: collisions [s-1], out: share [1]
    real(wp) :: intra(tile), inter(tile), after(tile), per_collision(tile), particles
    integer :: i, k
    intra = kernel / 2
    inter = 0
    do k = 1, size(others)
      inter = inter + share(:, others(k))
    end do
    after = before
    call evolve_number(dt, intra, inter, source, after)
    do i = 1, tile
      particles = before(i) + source(i) * dt
      per_collision(i) = (particles - after(i)) / (max(particles, smallest_number) &
        * max(intra(i) * particles + inter(i), slowest))
      number(i) = merge(after(i), number(i), particles > 0)
    end do
    do k = 1, size(others)
      share(:, others(k)) = min(share(:, others(k)) * per_collision, 1.0_wp)
    end do
  end subroutine collide

  !> Mode 1 loses sulfate to all others.
  pure subroutine move_nucleation_mode(share, mass, coating)
    real(wp), intent(in) :: share(tile, nmode)
    real(wp), intent(inout) :: mass(tile, nmass), coating(tile, ki:ci)
    real(wp) :: moved(tile)
    integer :: mode
    moved = 0
    do mode = ks, ci
      if (mode <= cs) then
        mass(:, mode) = mass(:, mode) + share(:, mode) * mass(:, ns)
      else
        coating(:, mode) = coating(:, mode) + share(:, mode) * mass(:, ns)
      end if
      moved = moved + share(:, mode)
    end do
    call keep(ns, moved, mass)
  end subroutine move_nucleation_mode

  !> Mode 2 loses what meets modes 3 and 6 to mode 3, what meets 4 and 7 to mode 4.
  pure subroutine move_aitken_mode(share, mass, coating)
    real(wp), intent(in) :: share(tile, nmode)
    real(wp), intent(inout) :: mass(tile, nmass), coating(tile, ki:ci)
    mass(:, as) = mass(:, as) + share(:, as) * mass(:, ks)
    mass(:, cs) = mass(:, cs) + share(:, cs) * mass(:, ks)
    coating(:, ai) = coating(:, ai) + share(:, ai) * mass(:, ks)
    coating(:, ci) = coating(:, ci) + share(:, ci) * mass(:, ks)
    call deliver(2, ks, as, share(:, as) + share(:, ai), mass)
    call deliver(2, ks, cs, share(:, cs) + share(:, ci), mass)
    call keep(ks, share(:, as) + share(:, cs) + share(:, ai) + share(:, ci), mass)
  end subroutine move_aitken_mode

  !> Mode 5 loses to modes 2 and 3.
  pure subroutine move_insoluble_mode(share, mass)
    real(wp), intent(in) :: share(tile, nmode)
    real(wp), intent(inout) :: mass(tile, nmass)
    call deliver(1, ki, ks, share(:, ks), mass)
    call deliver(1, ki, as, share(:, as), mass)
    call keep(ki, share(:, ks) + share(:, as), mass)
  end subroutine move_insoluble_mode

end module m7_coagulation
