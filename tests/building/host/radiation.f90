! SPDX-License-Identifier: BSD-3-Clause
!
!> The native radiation: cools towards a profile.
subroutine radiation(nc, nproma, nlev, dt, t)
  implicit none
  integer, parameter :: dp = kind(1.0d0)
  integer, intent(in) :: nc, nproma, nlev
  real(dp), intent(in) :: dt                     ! [s]
  real(dp), intent(inout) :: t(nproma, nlev)     ! [K]
  integer :: jk

  do jk = 1, nlev
    t(1:nc, jk) = t(1:nc, jk) - dt / 864000.0_dp * (t(1:nc, jk) - 200.0_dp)
  end do
end subroutine radiation
