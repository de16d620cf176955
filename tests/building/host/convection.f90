! SPDX-License-Identifier: BSD-3-Clause
!
!> The native convection: what is too moist rains out and warms.
subroutine convection(nc, nproma, nlev, dt, t, q, rain)
  implicit none
  integer, parameter :: dp = kind(1.0d0)
  integer, intent(in) :: nc, nproma, nlev
  real(dp), intent(in) :: dt                     ! [s]
  real(dp), intent(inout) :: t(nproma, nlev)     ! [K]
  real(dp), intent(inout) :: q(nproma, nlev)     ! [kg kg-1]
  real(dp), intent(out) :: rain(nproma)          ! [kg m-2 s-1]
  real(dp) :: excess
  integer :: jc, jk

  rain(1:nc) = 0.0_dp
  do jk = 1, nlev
    do jc = 1, nc
      excess = max(0.0_dp, q(jc, jk) - 1.0e-3_dp) * dt / 3600.0_dp
      q(jc, jk) = q(jc, jk) - excess
      t(jc, jk) = t(jc, jk) + 2.5e6_dp / 1004.0_dp * excess
      rain(jc) = rain(jc) + 1.0e3_dp * excess / dt
    end do
  end do
end subroutine convection
