! SPDX-License-Identifier: BSD-3-Clause
!> New particles from H2SO4 and water.
module m7_nucleation
  use m7_kinds, only: tile, wp
  use m7_constants, only: boltzmann, cluster_radius, density_so4, h2so4_molecule, pi
  implicit none
  private
  public :: vehkamaki, binary_rate, nucleate

  integer, parameter :: nterm = 10
  !> Powers of ln S and ln N in each term of ln J and ln n
  integer, parameter :: power_s(nterm) = [0, 1, 2, 3, 0, 1, 2, 0, 1, 0]
  integer, parameter :: power_n(nterm) = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3]

  ! Coefficients of 1, T, T^2, T^3 and 1 / x in each term: eqs. 12 and 13 of the paper, with all
  ! the digits; the printed ones change J by 4 %.
  real(wp), parameter :: of_rate(5, nterm) = reshape([ &
    0.1430901615568665_wp, 2.219563673425199_wp, -0.02739106114964264_wp, &
      7.228107239317088e-05_wp, 5.91822263375044_wp, &
    0.1174886643003278_wp, 0.4625315047693772_wp, -0.01180591129059253_wp, &
      4.04196487152575e-05_wp, 15.79628615047088_wp, &
    -0.215553951893509_wp, -0.0810269192332194_wp, 0.001435808434184642_wp, &
      -4.775796947178588e-06_wp, -2.912974063702185_wp, &
    -3.588557942822751_wp, 0.04950795302831703_wp, -0.0002138195118737068_wp, &
      3.108005107949533e-07_wp, -0.02933332747098296_wp, &
    1.145983818561277_wp, -0.6007956227856778_wp, 0.00864244733283759_wp, &
      -2.289467254710888e-05_wp, -8.44984513869014_wp, &
    2.158548369286559_wp, 0.0808121412840917_wp, -0.0004073815255395214_wp, &
      -4.019572560156515e-07_wp, 0.7213255852557235_wp, &
    1.62409850488771_wp, -0.01601062035325362_wp, 3.771238979714162e-05_wp, &
      3.217942606371182e-08_wp, -0.01132550810022116_wp, &
    9.71681713056504_wp, -0.1150478558347306_wp, 0.0001570982486038294_wp, &
      4.009144680125015e-07_wp, 0.7118597859976135_wp, &
    -1.056105824379897_wp, 0.009033775846284189_wp, -1.984167387090606e-05_wp, &
      2.460478196482179e-08_wp, -0.05790872906645181_wp, &
    -0.1487119673397459_wp, 0.002835082097822667_wp, -9.246188254716939e-06_wp, &
      5.004267665960894e-09_wp, -0.01270805101481648_wp &
    ], [5, nterm])
  real(wp), parameter :: of_size(5, nterm) = reshape([ &
    -0.002954125078716302_wp, -0.0976834264241286_wp, 0.001024847927067835_wp, &
      -2.186459697726116e-06_wp, -0.1017165718716887_wp, &
    -0.002050640345231486_wp, -0.007585041382707174_wp, 0.0001926539658089536_wp, &
      -6.70429719683894e-07_wp, -0.2557744774673163_wp, &
    0.003223076552477191_wp, 0.000852636632240633_wp, -1.547571354871789e-05_wp, &
      5.666608424980593e-08_wp, 0.03384437400744206_wp, &
    0.04743226764572505_wp, -0.0006251042204583412_wp, 2.650663328519478e-06_wp, &
      -3.674710848763778e-09_wp, -0.0002672510825259393_wp, &
    -0.01252108546759328_wp, 0.005806550506277202_wp, -0.0001016735312443444_wp, &
      2.881946187214505e-07_wp, 0.09422433793962789_wp, &
    -0.0385459592773097_wp, -0.0006723156277391984_wp, 2.602884877659698e-06_wp, &
      1.194163699688297e-08_wp, -0.008515153458062809_wp, &
    -0.01837488495738111_wp, 0.0001720723574407498_wp, -3.717657974086814e-07_wp, &
      -5.148746022615196e-10_wp, 0.0002686602132926594_wp, &
    -0.06199739728812199_wp, 0.000906958053583576_wp, -9.11727926129757e-07_wp, &
      -5.367963396508457e-09_wp, -0.007742343393937707_wp, &
    0.0121827103101659_wp, -0.0001066499571188091_wp, 2.534598655067518e-07_wp, &
      -3.635186504599571e-10_wp, 0.0006100650851863252_wp, &
    0.0003201836700403512_wp, -1.74761713262546e-05_wp, 6.065037668052183e-08_wp, &
      -1.421771723004557e-11_wp, 0.0001357509859501723_wp &
    ], [5, nterm])

  ! Where the fit holds; the paper's lowest temperature is 230.15 K, and 190.15 K behaves.
  real(wp), parameter :: coldest = 190.15_wp, warmest = 300.15_wp     ! [K]
  real(wp), parameter :: driest = 1.0e-4_wp, wettest = 1.0_wp         ! [1]
  real(wp), parameter :: fewest = 1.0e4_wp, most = 1.0e11_wp          ! [cm-3]
  real(wp), parameter :: slowest = 1.0e-7_wp, fastest = 1.0e10_wp     ! [cm-3 s-1]
  real(wp), parameter :: smallest_cluster = 4.0_wp                    ! [molecules of H2SO4]

  real(wp), parameter :: least_clear = 1.0e-6_wp                      ! [1] can be divided by
  real(wp), parameter :: least_taken = 1.0e-30_wp                     ! [cm-3 s-1] likewise
  real(wp), parameter :: dimer = 2.0_wp                               ! [molecules]
  real(wp), parameter :: activated_cluster = &                        ! [molecules]
    4 * pi / 3 * cluster_radius * cluster_radius * density_so4 * (cluster_radius / h2so4_molecule)

contains

  !> Fit to classical theory of binary homogeneous nucleation of H2SO4 and water.
  !!
  !! Vehkamaki et al. 2002, eqs. 11 to 14, https://doi.org/10.1029/2002JD002184.
  pure subroutine vehkamaki(temperature, humidity, gas, rate, molecules, fraction, radius)
    real(wp), intent(in) :: temperature(tile)   !< [K] (tile)
    real(wp), intent(in) :: humidity(tile)      !< relative [1] (tile)
    real(wp), intent(in) :: gas(tile)           !< H2SO4 [molecules cm-3] (tile)
    real(wp), intent(out) :: rate(tile)         !< J, at most 1e10 [cm-3 s-1] (tile)
    real(wp), intent(out) :: molecules(tile)    !< n of H2SO4 and water in the cluster [1] (tile)
    real(wp), intent(out) :: fraction(tile)     !< mole fraction x of H2SO4 in it [1] (tile)
    real(wp), intent(out) :: radius(tile)       !< of the cluster [nm] (tile)
    real(wp) :: t(tile), s(tile, 0:3), n(tile, 0:3), ln_rate(tile), ln_size(tile)
    integer :: i
    call powers(log(min(max(humidity, driest), wettest)), s)
    call powers(log(min(max(gas, fewest), most)), n)
    do i = 1, tile
      t(i) = min(max(temperature(i), coldest), warmest)
      fraction(i) = 0.7409967177282138_wp - 0.002663785665140117_wp * t(i) &
        + (0.002010478847383187_wp - 0.0001832894131464668_wp * t(i)) * s(i, 1) &
        + (0.001574072538464286_wp - 1.790589121766952e-05_wp * t(i)) * s(i, 2) &
        + (0.0001844027436573778_wp - 1.503452308794887e-06_wp * t(i)) * s(i, 3) &
        + (-0.003499978417957668_wp + 5.04021689382576e-05_wp * t(i)) * n(i, 1)
    end do
    call evaluate(of_rate, t, fraction, s, n, ln_rate)
    call evaluate(of_size, t, fraction, s, n, ln_size)
    do i = 1, tile
      rate(i) = exp(min(max(ln_rate(i), -50.0_wp), log(fastest)))
      molecules(i) = exp(min(max(ln_size(i), -50.0_wp), 50.0_wp))
      radius(i) = exp(-1.6524245_wp + 0.42316402_wp * fraction(i) + 0.33466487_wp * ln_size(i))
    end do
  end subroutine vehkamaki

  pure subroutine powers(x, power)
    real(wp), intent(in) :: x(tile)
    real(wp), intent(out) :: power(tile, 0:3)
    power(:, 0) = 1
    power(:, 1) = x
    power(:, 2) = x**2
    power(:, 3) = x**3
  end subroutine powers

  pure subroutine evaluate(coefficient, t, x, s, n, total)
    real(wp), intent(in) :: coefficient(5, nterm)
    real(wp), intent(in) :: t(tile), x(tile), s(tile, 0:3), n(tile, 0:3)
    real(wp), intent(out) :: total(tile)
    real(wp) :: inverse(tile)
    integer :: i, k
    inverse = 1 / x
    total = 0
    do k = 1, nterm
      do i = 1, tile
        total(i) = total(i) + s(i, power_s(k)) * n(i, power_n(k)) * (coefficient(1, k) &
          + t(i) * (coefficient(2, k) + t(i) * (coefficient(3, k) + t(i) * coefficient(4, k))) &
          + coefficient(5, k) * inverse(i))
      end do
    end do
  end subroutine evaluate

  !> Binary nucleation: the fit, or where its cluster has fewer than 4 molecules of H2SO4, so that
  !! there is no barrier, the collisions of molecules with each other (kinetic gas theory).
  pure subroutine binary_rate(temperature, humidity, gas, rate, molecules)
    real(wp), intent(in) :: temperature(tile)   !< [K] (tile)
    real(wp), intent(in) :: humidity(tile)      !< relative [1] (tile)
    real(wp), intent(in) :: gas(tile)           !< H2SO4 [molecules cm-3] (tile)
    real(wp), intent(out) :: rate(tile)         !< [cm-3 s-1] (tile)
    real(wp), intent(out) :: molecules(tile)    !< of H2SO4 in a new particle [1] (tile)
    real(wp) :: fraction(tile), radius(tile)
    real(wp) :: barrierless
    integer :: i
    call vehkamaki(temperature, humidity, gas, rate, molecules, fraction, radius)
    do i = 1, tile
      molecules(i) = molecules(i) * fraction(i)
      barrierless = merge(1.0_wp, 0.0_wp, molecules(i) < smallest_cluster)
      rate(i) = barrierless * collisions(temperature(i), min(gas(i), most)) &
        + (1 - barrierless) * rate(i)
      molecules(i) = barrierless * dimer + (1 - barrierless) * molecules(i)
      rate(i) = merge(min(rate(i), fastest), 0.0_wp, rate(i) > slowest .and. gas(i) > fewest)
    end do
  end subroutine binary_rate

  !> Collisions of H2SO4 molecules per volume and time: n^2 / 2 times cross section pi d^2 times
  !! mean relative speed sqrt(16 k T / (pi m)), d being the diameter of a molecule in the liquid.
  elemental real(wp) function collisions(temperature, gas)
    real(wp), intent(in) :: temperature   !< [K]
    real(wp), intent(in) :: gas           !< [cm-3]
    real(wp), parameter :: diameter2 = &   ! [cm2]
      (6 * h2so4_molecule / (pi * density_so4))**(2.0_wp / 3.0_wp)
    collisions = (2 * diameter2 * gas) * gas * sqrt(pi * boltzmann / h2so4_molecule * temperature)
  end function collisions

  !> Nucleation competes with condensation for the gas: loss n J dt / (1 + S dt), of what there is.
  !!
  !! Activation: J = A [H2SO4], Kulmala et al. 2006, https://doi.org/10.5194/acp-6-787-2006.
  pure subroutine nucleate(dt, temperature, humidity, clear, activation, binary, sink, gas, so4, &
                           formation)
    real(wp), intent(in) :: dt                   !< [s]
    real(wp), intent(in) :: temperature(tile)    !< [K] (tile)
    real(wp), intent(in) :: humidity(tile)       !< relative [1] (tile)
    real(wp), intent(in) :: clear(tile)          !< cloud-free fraction [1] (tile)
    real(wp), intent(in) :: activation(tile)     !< A [s-1] (tile)
    logical, intent(in) :: binary                !< whether there is binary nucleation
    real(wp), intent(in) :: sink(tile)           !< S [s-1] (tile)
    real(wp), intent(inout) :: gas(tile)         !< H2SO4 [molecules cm-3] (tile)
    real(wp), intent(inout) :: so4(tile)         !< of the nucleation mode [molecules cm-3] (tile)
    real(wp), intent(out) :: formation(tile)     !< of particles [cm-3 s-1] (tile)
    real(wp) :: density(tile), rate(tile), molecules(tile), activated, particles, taken
    integer :: i
    density = gas / max(clear, least_clear)
    rate = 0
    molecules = dimer
    if (binary) call binary_rate(temperature, humidity, density, rate, molecules)
    do i = 1, tile
      activated = activation(i) * density(i)
      particles = rate(i) + activated
      taken = rate(i) * molecules(i) + activated * activated_cluster
      formation(i) = particles / max(taken, least_taken) / dt
      taken = min(clear(i) * taken * dt / (1 + sink(i) * dt), gas(i))
      formation(i) = formation(i) * taken
      gas(i) = gas(i) - taken
      so4(i) = so4(i) + taken
    end do
  end subroutine nucleate

end module m7_nucleation
