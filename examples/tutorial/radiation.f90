! SPDX-License-Identifier: BSD-3-Clause
!> The routine to be replaced: long-wave radiation of a grey atmosphere, in the style of 1990.
!!
!! Two-stream equations of a grey gas without scattering, each layer isothermal: Petty, A First
!! Course in Atmospheric Radiation, 2nd ed. (2006), section 8.2.
subroutine radiation(kidia, kfdia, klon, klev, pt, pq, pps, pdtdt, polr)
  use, intrinsic :: iso_fortran_env, only: real64
  implicit none
  integer, intent(in) :: kidia, kfdia, klon, klev
  real(real64), intent(in) :: pt(klon, klev), pq(klon, klev), pps(klon)  ! [K], [kg kg-1], [Pa]
  real(real64), intent(inout) :: pdtdt(klon, klev)                       ! is added to [K s-1]
  real(real64), intent(inout) :: polr(klon)                              ! [W m-2]
  real(real64), parameter :: sigma = 5.670374e-8_real64   ! [W m-2 K-4]
  real(real64), parameter :: gravity = 9.81_real64        ! [m s-2]
  real(real64), parameter :: cp = 1004                    ! [J kg-1 K-1]
  real(real64), parameter :: dry = 1.0e-5_real64          ! absorption of dry air [m2 kg-1]
  real(real64), parameter :: vapour = 0.08_real64         ! and of vapour [m2 kg-1]
  real(real64) :: up(0:klev), down(0:klev), pass(klev), mass
  integer :: jl, jk

  do jl = kidia, kfdia
    mass = pps(jl)/klev/gravity
    do jk = 1, klev
      pass(jk) = exp(-1.66_real64*mass*(dry + vapour*pq(jl, jk)))
    end do
    down(0) = 0
    do jk = 1, klev
      down(jk) = down(jk - 1)*pass(jk) + (1 - pass(jk))*sigma*pt(jl, jk)**4
    end do
    up(klev) = sigma*pt(jl, klev)**4
    do jk = klev, 1, -1
      up(jk - 1) = up(jk)*pass(jk) + (1 - pass(jk))*sigma*pt(jl, jk)**4
      pdtdt(jl, jk) = pdtdt(jl, jk) + (up(jk) - up(jk - 1) + down(jk - 1) - down(jk))/(cp*mass)
    end do
    polr(jl) = up(0)
  end do
end subroutine radiation
