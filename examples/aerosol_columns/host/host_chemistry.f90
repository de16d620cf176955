! SPDX-License-Identifier: BSD-3-Clause
!> From SO2 to sulfate: OH by day makes H2SO4 gas, cloud droplets make sulfate of what is in them.
module host_chemistry
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use host_emissions, only: sulfuric_acid
  use host_state, only: xt, t, cloud, production, so2, nlev, ncols, nproma, global_start, &
    tracer_name
  use host_weather, only: sun
  implicit none
  private
  public :: oxidise

  real(dp), parameter :: noon_hydroxyl = 4.0e6_dp     ! under the overhead sun [cm-3]
  real(dp), parameter :: reaction = 1.0e-12_dp        ! of SO2 with OH [cm3 s-1]
  real(dp), parameter :: cloud_time = 14400.0_dp      ! of SO2 in droplets [s]
  real(dp), parameter :: frozen = 258.0_dp            ! no droplets below [K]

contains

  !> Sets the production of H2SO4 for M7 and moves the sulfur of both ways out of SO2.
  subroutine oxidise(jb, time, dt, month)
    integer, intent(in) :: jb, month
    real(dp), intent(in) :: time, dt   !< [s]
    real(dp) :: by_day(nproma), dissolved, oxidised, accumulation, particles
    integer :: jc, jk, m_as, m_cs, n_as, n_cs
    m_as = findloc(tracer_name, "SO4_AS", dim=1); n_as = findloc(tracer_name, "N_AS", dim=1)
    m_cs = findloc(tracer_name, "SO4_CS", dim=1); n_cs = findloc(tracer_name, "N_CS", dim=1)
    do jc = 1, ncols(jb)
      by_day(jc) = 1 - exp(-dt*reaction*noon_hydroxyl* &
        sun(global_start(jb) + jc - 1, time, month))
    end do
    do jk = 1, nlev
      do jc = 1, ncols(jb)
        oxidised = xt(jc, jk, so2, jb)*by_day(jc)
        production(jc, jk, jb) = oxidised*sulfuric_acid/dt
        xt(jc, jk, so2, jb) = xt(jc, jk, so2, jb) - oxidised
        particles = xt(jc, jk, n_as, jb) + xt(jc, jk, n_cs, jb)
        if (t(jc, jk, jb) < frozen .or. particles <= 0) cycle
        dissolved = xt(jc, jk, so2, jb)*cloud(jc, jk, jb)*(1 - exp(-dt/cloud_time))
        accumulation = dissolved*(xt(jc, jk, n_as, jb)/particles)
        xt(jc, jk, so2, jb) = xt(jc, jk, so2, jb) - dissolved
        xt(jc, jk, m_as, jb) = xt(jc, jk, m_as, jb) + accumulation*sulfuric_acid
        xt(jc, jk, m_cs, jb) = xt(jc, jk, m_cs, jb) + (dissolved - accumulation)*sulfuric_acid
      end do
    end do
  end subroutine oxidise

end module host_chemistry
