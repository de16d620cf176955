! SPDX-License-Identifier: BSD-3-Clause
!> A block of M7 for a caller that measures: the driver with the interface of C.
subroutine m7_block(ncol, nlev, dt, pressure, temperature, humidity, cloud, production, xt, water, &
                    stat) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int
  use m7_driver, only: m7
  implicit none
  integer(c_int), value :: ncol, nlev
  real(c_double), value :: dt                                              !< [s]
  real(c_double), intent(in), dimension(ncol, nlev) :: pressure, temperature, humidity, cloud, &
    production
  real(c_double), intent(inout) :: xt(ncol, nlev, 26)
  real(c_double), intent(inout) :: water(ncol, nlev, 4)
  integer(c_int), intent(out) :: stat
  real(c_double) :: boundary_layer(ncol, nlev), wet(ncol, nlev, 7), dry(ncol, nlev, 4), &
    density(ncol, nlev, 7)
  boundary_layer = 0
  call m7(ncol, ncol, nlev, dt, pressure, temperature, humidity, cloud, production, &
    boundary_layer, xt, wet, dry, density, water, stat=stat)
end subroutine m7_block
