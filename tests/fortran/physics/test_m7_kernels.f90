! SPDX-License-Identifier: BSD-3-Clause
!> M7's kernels against published values, closed forms and limits.
program test_m7_kernels
  use check, only: expect, finish
  use m7_kinds, only: tile, wp
  use m7_condensation, only: condense
  use m7_coagulation, only: coagulation_kernel, evolve_number, npair
  use m7_functions, only: cube_root, fuchs_distance, relaxation
  use m7_nucleation, only: binary_rate, nucleate, vehkamaki
  use m7_states, only: near
  use m7_tracers, only: ki, ci, cs, member, members, nmass, nmode, particle_volume, place, &
    species_of, ss
  use m7_water, only: kappa_growth
  use m7_zsr, only: acid_fraction, molality, zsr_water
  implicit none

  call tables_agree()
  call functions_have_their_limits()
  call vehkamaki_has_the_published_values()
  call nucleation_is_bounded_by_the_gas()
  call number_has_its_closed_forms()
  call condensation_has_its_closed_form()
  call coagulation_has_its_limits()
  call growth_solves_its_equation()
  call acid_is_of_known_strength()
  call traces_of_salt_count_as_none()
  call finish()

contains

  subroutine tables_agree()
    integer :: k, mode
    do mode = 1, nmode
      do k = 1, members(mode)
        call expect(place(species_of(member(k, mode)), mode) == member(k, mode), &
                    "place of a member")
      end do
      call expect(count(place(:, mode) > 0) == members(mode), "no other places")
    end do
  end subroutine tables_agree

  subroutine functions_have_their_limits()
    real(wp) :: x(tile), y(tile), z(tile)
    integer :: i
    x = [(10.0_wp**(i - 40), i = 1, tile)]
    call cube_root(x, y)
    ! Logarithms of up to 92 are off by half a unit of their last place: 92 / 3 epsilons.
    call expect(all(abs(y**3 / x - 1) < 100 * epsilon(1.0_wp)), "the cube of a cube root")
    call relaxation(x, y, z)
    call expect(all(y >= 0 .and. y <= 1 .and. z > 0 .and. z <= 1), "relaxation within 0 to 1")
    call expect(near(z(1), 1.0_wp, epsilon(1.0_wp)), "no relaxation: a mean of 1")
    x = [(0.02_wp * (1 + (i - 32) * epsilon(1.0_wp)), i = 1, tile)]
    call relaxation(x, y, z)
    ! (1 - exp(-x)) / x loses 1 / x = 50 epsilons.
    call expect(maxval(z) - minval(z) < 100 * epsilon(1.0_wp), "series and quotient meet")
    x = 1e-7_wp
    y = [(10.0_wp**(i - 32), i = 1, tile)]
    call fuchs_distance(x, y, z)
    ! r << l: l; r >> l: l / 2; relative errors are of the order of r / l and l / r, and rounding
    ! of (r + distance) where the distance is small.
    call expect(near(z(tile), y(tile), 1e-12_wp), "a long path is the distance")
    call expect(near(x(16) + z(16), x(16) + y(16) / 2, 1e-12_wp), "of a short one, half")
    call expect(all(z > -epsilon(1.0_wp) * x), "a distance is not negative")
  end subroutine functions_have_their_limits

  !> Values of the parameterisation itself, from another program than ours, to the digits given.
  subroutine vehkamaki_has_the_published_values()
    real(wp), dimension(tile) :: rate, n, x, radius, t, humidity, gas, n_acid
    t = 270
    humidity = 0.7_wp
    gas = 1e8_wp
    t(2:3) = [250, 285]
    humidity(2:3) = [0.5_wp, 0.9_wp]
    gas(2:3) = [5e7_wp, 3e9_wp]
    call vehkamaki(t, humidity, gas, rate, n, x, radius)
    call expect(near(rate(1), 4.481568e-2_wp, 2e-7_wp), "J at 270 K")
    call expect(near(x(1), 0.224511_wp, 3e-6_wp), "x at 270 K")
    call expect(near(n(1), 29.506655_wp, 2e-8_wp), "n at 270 K")
    call expect(near(2 * radius(1), 1.30792_wp, 5e-6_wp), "diameter at 270 K")
    call expect(near(rate(2), 2.222072e2_wp, 3e-7_wp), "J at 250 K")
    call expect(near(n(2) * x(2), 3.70_wp, 2e-3_wp), "n* at 250 K")
    call expect(near(rate(3), 1.172854e5_wp, 5e-7_wp), "J at 285 K")
    call expect(near(n(3) * x(3), 4.6219_wp, 2e-5_wp), "n* at 285 K")
    call binary_rate(t, humidity, gas, rate, n_acid)
    call expect(near(rate(1), 4.481568e-2_wp, 2e-7_wp) .and. &
                near(n_acid(1), n(1) * x(1), 1e-14_wp), &
                "with a barrier: the fit")
    ! n^2 / 2 times 3.06e-15 cm2 pi times sqrt(16 k T / (pi m)): 3.1e-10 cm3 s-1 at 250 K
    call expect(near(rate(2), 0.5_wp * 25e14_wp * 3.1e-10_wp, 0.02_wp) .and. &
                near(n_acid(2), 2.0_wp, 0.0_wp), &
                "without: collisions")
    gas = 1e3_wp
    call binary_rate(t, humidity, gas, rate, n_acid)
    call expect(all(rate <= 0), "too little gas: nothing")
  end subroutine vehkamaki_has_the_published_values

  subroutine nucleation_is_bounded_by_the_gas()
    real(wp), dimension(tile) :: t, humidity, clear, activation, sink, gas, so4, formation, before
    integer :: i
    t = 200
    humidity = 1
    clear = [(i / real(tile, wp), i = 0, tile - 1)]
    activation = 0
    sink = 0
    gas = 1e10_wp
    so4 = 0
    before = gas
    call nucleate(1800.0_wp, t, humidity, clear, activation, .true., sink, gas, so4, formation)
    call expect(all(gas >= 0 .and. so4 >= 0), "no more than there is")
    call expect(all(abs(gas + so4 - before) <= 2 * epsilon(1.0_wp) * before), "nothing is lost")
    call expect(so4(1) <= 0 .and. formation(1) <= 0, "nothing in an overcast box")
    gas = 1e4_wp
    so4 = 0
    activation = 2e-6_wp
    clear = 1
    call nucleate(10.0_wp, t + 100, humidity, clear, activation, .false., sink, gas, so4, formation)
    call expect(near(formation(1), 0.02_wp, 1e-12_wp), "activation: A times the gas")
    ! 4 pi / 3 (0.5 nm)^3 1.841 g cm-3 / (98.0734 / 6.022e23 g) = 5.92 molecules
    call expect(near(so4(1), 5.92_wp * 0.2_wp, 1e-3_wp), "and a cluster's mass")
  end subroutine nucleation_is_bounded_by_the_gas

  subroutine number_has_its_closed_forms()
    real(wp), dimension(tile) :: a, b, c, n, n0, expected
    real(wp), parameter :: dt = 1800
    integer :: i
    n0 = [(10.0_wp**(0.1_wp * i), i = 1, tile)]
    a = 1e-8_wp
    b = 0
    c = 0
    n = n0
    call evolve_number(dt, a, b, c, n)
    call expect(all(abs(n / (n0 / (1 + a * n0 * dt)) - 1) < 1e-14_wp), "coagulation alone")
    b = 1e-3_wp
    n = n0
    call evolve_number(dt, a, b, c, n)
    expected = b * n0 * exp(-b * dt) / (a * n0 * (1 - exp(-b * dt)) + b)
    call expect(all(abs(n / expected - 1) < 1e-14_wp), "with losses")
    n = n0
    call evolve_number(dt, 0 * a, 0 * b, c, n)
    call expect(all(abs(n - n0) <= 0), "nothing: nothing")
    c = 10
    n = n0
    call evolve_number(dt, 0 * a, b, c, n)
    expected = n0 * exp(-b * dt) + c / b * (1 - exp(-b * dt))
    call expect(all(abs(n / expected - 1) < 1e-13_wp), "source and losses")
    n = 0
    call evolve_number(dt, a, 0 * b, c, n)
    call expect(all(abs(n / (sqrt(c / a) * tanh(sqrt(a * c) * dt)) - 1) < 1e-13_wp), &
                "source and coagulation")
    call number_is_integrated(a, b, c, n0)
    n = n0
    call evolve_number(1e9_wp, a, b, c, n)
    ! The stationary solution: c - b n - a n^2 = 0.
    call expect(all(abs(n / ((sqrt(b**2 + 4 * a * c) - b) / (2 * a)) - 1) < 1e-13_wp), "at last")
  end subroutine number_has_its_closed_forms

  !> All three terms against 20000 steps of the classical Runge-Kutta method, whose error is far
  !! below the tolerance.
  subroutine number_is_integrated(a, b, c, n0)
    real(wp), intent(in), dimension(tile) :: a, b, c, n0
    integer, parameter :: steps = 20000
    real(wp), parameter :: h = 1800.0_wp / steps
    real(wp), dimension(tile) :: n, k1, k2, k3, k4, expected
    integer :: step
    expected = n0
    do step = 1, steps
      k1 = c - (b + a * expected) * expected
      k2 = c - (b + a * (expected + h / 2 * k1)) * (expected + h / 2 * k1)
      k3 = c - (b + a * (expected + h / 2 * k2)) * (expected + h / 2 * k2)
      k4 = c - (b + a * (expected + h * k3)) * (expected + h * k3)
      expected = expected + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    end do
    n = n0
    call evolve_number(1800.0_wp, a, b, c, n)
    call expect(all(abs(n / expected - 1) < 1e-10_wp), "all terms")
  end subroutine number_is_integrated

  subroutine condensation_has_its_closed_form()
    real(wp), dimension(tile) :: cloud, production, gas, g0, sink, g1, in_cloud
    real(wp) :: coefficient(tile, nmode), number(tile, nmode), mass(tile, nmass), &
      coating(tile, ki:ci), taken(tile, nmode)
    real(wp), parameter :: dt = 1800
    integer :: i
    g0 = 1e7_wp
    production = 1e4_wp
    do i = 1, nmode
      coefficient(:, i) = 1e-4_wp * i
    end do
    cloud = [(i / real(tile, wp), i = 0, tile - 1)]
    number = 1
    number(:, 4) = 0
    mass = 0
    gas = g0
    call condense(dt, cloud, production, coefficient, number, gas, mass, coating, sink, in_cloud)
    call expect(all(abs(sink / 28e-4_wp - 1) < 1e-14_wp), "the sink is the sum")
    g1 = (g0 - production / sink) * exp(-sink * dt) + production / sink
    call expect(all(abs(gas - (1 - cloud) * g1) < 1e-12_wp * g0), "gas in the clear part")
    g1 = g0 + production * dt - g1
    taken(:, :ki - 1) = mass(:, :ki - 1)
    taken(:, ki:) = coating
    do i = 1, nmode
      if (i == 3) cycle
      call expect(all(abs(taken(:, i) - (1 - cloud) * g1 * i / 28) < 1e-12_wp * g0), "by uptake")
    end do
    call expect(all(abs(taken(:, 3) - (1 - cloud) * g1 * 3 / 28 - cloud * (g0 + production * dt)) &
                    < 1e-11_wp * g0), "in clouds the largest mode that is there")
    call clouds_take_all(coefficient, g0)
    number = 0
    mass = 0
    gas = g0
    call condense(dt, cloud, production, 0 * coefficient, number, gas, mass, coating, sink, in_cloud)
    g1 = g0 + production * dt
    call expect(all(abs(gas - (1 - cloud) * g1) <= 1e-15_wp * g1), "no particles: it stays")
    call expect(all(abs(in_cloud - cloud * g1) <= 1e-15_wp * g1), "in clouds too")
  end subroutine condensation_has_its_closed_form

  !> Modes are added from the last choice to the first; each takes what the one before did.
  subroutine clouds_take_all(coefficient, g0)
    real(wp), intent(in) :: coefficient(tile, nmode), g0(tile)
    integer, parameter :: order(nmode) = [5, 6, 7, 1, 2, 3, 4]
    real(wp) :: number(tile, nmode), mass(tile, nmass), coating(tile, ki:ci), gas(tile), &
      sink(tile), in_cloud(tile), taken(nmode)
    integer :: k
    number = 0
    do k = 1, nmode
      number(:, order(k)) = 1
      mass = 0
      gas = g0
      call condense(1.0_wp, 0 * g0 + 1, 0 * g0, coefficient, number, gas, mass, coating, sink, &
                    in_cloud)
      taken(:ki - 1) = mass(1, :ki - 1)
      taken(ki:) = coating(1, :)
      call expect(near(taken(order(k)), g0(1), 1e-15_wp), "the largest takes all")
      call expect(all(gas + in_cloud <= 0), "nothing stays in a cloud")
    end do
  end subroutine clouds_take_all

  !> Smoluchowski's kernel for large particles, that of kinetic gas theory for small ones.
  subroutine coagulation_has_its_limits()
    real(wp), dimension(tile) :: t, p, viscosity
    real(wp) :: radius(tile, nmode), density(tile, nmode), kernel(tile, npair)
    real(wp), parameter :: k_b = 1.380649e-16_wp, pi = acos(-1.0_wp)
    t = 298.15_wp
    p = 1e5_wp
    density = 1
    radius = 1e-2_wp
    call coagulation_kernel(t, p, radius, density, kernel)
    viscosity = 1.827e-4_wp * (t / 291.15_wp)**0.74_wp
    ! The slip correction of 100 um particles is 1.2e-3 l / r = 8e-4.
    call expect(all(abs(kernel(:, 1) / (8 * k_b * t / (3 * viscosity)) - 1) < 1e-3_wp), "continuum")
    call expect(all(abs(kernel - spread(kernel(:, 1), 2, npair)) < 1e-12_wp * kernel), "alike")
    radius = 1e-8_wp
    p = 1e2_wp
    call coagulation_kernel(t, p, radius, density, kernel)
    ! pi (2 r)^2 sqrt(2) c with c^2 = 8 k T / (pi m)
    call expect(all(abs(kernel(:, 1) / (pi * 4e-16_wp * sqrt(2.0_wp) * sqrt(8 * k_b * t &
      / (pi * 4 * pi / 3 * 1e-24_wp))) - 1) < 2e-3_wp), "kinetic")
  end subroutine coagulation_has_its_limits

  subroutine growth_solves_its_equation()
    real(wp), dimension(tile) :: humidity, kelvin, r, kappa, g, a
    integer :: i, k, m
    real(wp) :: worst
    worst = 0
    kelvin = 1.2e-7_wp
    do k = 0, 10
      do m = 0, 10
        humidity = 0.095_wp * k
        kappa = 0.1_wp * m
        r = [(1e-8_wp * 10**(i * 0.08_wp), i = 1, tile)]
        call kappa_growth(humidity, kelvin, r, kappa, g)
        a = humidity * exp(-kelvin / (r * g))
        ! d ln g of the residual of g^3 is 3 at least, less the slope of the right-hand side.
        worst = max(worst, maxval(abs((1 + kappa * a / (1 - a))**(1 / 3.0_wp) / g - 1)))
      end do
    end do
    call expect(worst < 1e-4_wp, "growth is a solution")
    humidity = 0
    call kappa_growth(humidity, kelvin, r, kappa, g)
    call expect(all(abs(g - 1) < 1e-15_wp), "no humidity, no growth")
    humidity = 1.5_wp
    r = 1e-4_wp
    kappa = 0.6_wp
    call kappa_growth(humidity, kelvin, r, kappa, g)
    call expect(near(g(1), (1 + 0.6_wp * 19)**(1 / 3.0_wp), 0.02_wp), "humidity counts up to 0.95")
  end subroutine growth_solves_its_equation

  !> Sulfuric acid in equilibrium at 298 K (Robinson and Stokes 1959): 43 % at 0.5, 18 % at 0.9.
  !! The fits are of that quality: 3 % of acid. Saturated NaCl: 6.1 mol kg-1 at 0.753.
  subroutine acid_is_of_known_strength()
    real(wp), dimension(tile) :: t, p, humidity, molecules, fraction, density
    t = 298
    p = 1e5_wp
    humidity = 0.9_wp
    humidity(1) = 0.5_wp
    molecules = 1e8_wp
    call acid_fraction(t, p, humidity, molecules, fraction, density)
    call expect(abs(fraction(1) - 0.43_wp) < 0.03_wp, "acid at 50 %")
    call expect(abs(fraction(2) - 0.18_wp) < 0.03_wp, "acid at 90 %")
    call expect(near(density(1), 1.33_wp, 0.03_wp), "its density")
    call expect(near(molality(1, 0.753_wp), 6.1_wp, 0.03_wp), "saturated salt")
  end subroutine acid_is_of_known_strength

  subroutine traces_of_salt_count_as_none()
    real(wp), dimension(tile) :: t, p, humidity, active, volume, swelling, water, without
    real(wp) :: mass(tile, nmass)
    t = 290
    p = 9e4_wp
    humidity = 0.4_wp
    active = 100
    mass = 0
    mass(:, cs) = 1e10_wp
    volume = mass(:, cs) * particle_volume(cs)
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, without)
    mass(:, place(ss, cs)) = 1e-310_wp
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, water)
    call expect(all(abs(water - without) <= 0) .and. all(without > 0), "a trace of salt is none")
    mass(:, place(ss, cs)) = 0.1_wp
    call zsr_water(cs, t, p, humidity, mass, active, volume, swelling, water)
    call expect(all(water <= 0), "salt is dry at 40 %")
  end subroutine traces_of_salt_count_as_none

end program test_m7_kernels
