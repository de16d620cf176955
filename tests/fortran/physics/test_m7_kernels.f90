! SPDX-License-Identifier: BSD-3-Clause
!> M7's kernels against published values, closed forms and limits.
program test_m7_kernels
  use check, only: expect, finish
  use m7_kinds, only: tile, wp
  use m7_condensation, only: condense
  use m7_coagulation, only: evolve_number
  use m7_functions, only: cube_root, fuchs_distance, relaxation
  use m7_nucleation, only: binary_rate, nucleate, vehkamaki
  use m7_options, only: m7_options_type
  use m7_states, only: near
  use m7_tracers, only: ki, ci, member, members, nmass, nmode, ntracer, place, species_of, &
    tracer_mode, tracer_name, tracer_species
  implicit none

  call tables_agree()
  call options_have_their_defaults()
  call functions_have_their_limits()
  call vehkamaki_has_the_published_values()
  call nucleation_is_bounded_by_the_gas()
  call number_has_its_closed_forms()
  call condensation_has_its_closed_form()
  call finish()

contains

  subroutine tables_agree()
    character(len=3), parameter :: species_name(0:5) = ["N  ", "SO4", "BC ", "OC ", "SS ", "DU "]
    character(len=2), parameter :: mode_name(nmode) = ["NS", "KS", "AS", "CS", "KI", "AI", "CI"]
    integer :: k, mode
    do mode = 1, nmode
      do k = 1, members(mode)
        call expect(place(species_of(member(k, mode)), mode) == member(k, mode), &
                    "place of a member")
      end do
      call expect(count(place(:, mode) > 0) == members(mode), "no other places")
    end do
    call expect(tracer_name(1) == "H2SO4" .and. tracer_mode(1) == 0, "the gas has no mode")
    do k = 2, ntracer
      call expect(tracer_name(k) == trim(species_name(tracer_species(k))) // "_" &
                  // mode_name(tracer_mode(k)), tracer_name(k) // " is a species in a mode")
    end do
    call expect(all(tracer_species(2:nmass + 1) == species_of), "species of the masses")
  end subroutine tables_agree

  !> Those of docs/m7.md
  subroutine options_have_their_defaults()
    type(m7_options_type) :: options
    call expect(options%nucleation == "vehkamaki" .and. options%water == "kappa", "schemes")
    call expect(.not. options%activation .and. near(options%activation_rate, 2e-6_wp, 1e-15_wp), &
                "activation")
    call expect(near(options%monolayers, 1.0_wp, 1e-15_wp), "monolayers")
  end subroutine options_have_their_defaults

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
    x = [(1.5_wp**(i - 55), i = 1, tile)]   ! 3e-10 to 38
    call relaxation(x, y, z)
    ! (1 - exp(-x)) / x without a difference. Of 38 the rounding of exp(x / 2) is that of 20 units.
    call expect(all(abs(z / (exp(-x / 2) * sinh(x / 2) / (x / 2)) - 1) < 100 * epsilon(1.0_wp)), &
                "the mean of a relaxation")
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
    call expect(near(rate(3), 1.172854e5_wp, 5e-7_wp), "with 4.6 molecules there is a barrier")
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

end program test_m7_kernels
