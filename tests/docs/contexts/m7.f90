! SPDX-License-Identifier: BSD-3-Clause
! A host in Fortran that calls the native aerosol scheme.
program host
  use m7_options, only: m7_options_type
! [uses]
  implicit none
  integer, parameter :: kbdim = 8
  integer, parameter :: klev = 3
  integer, parameter :: wp = kind(1.0d0)
  integer :: kproma
  integer :: stat
  real(wp) :: dt
  real(wp), dimension(kbdim, klev) :: pressure
  real(wp), dimension(kbdim, klev) :: temperature
  real(wp), dimension(kbdim, klev) :: relative_humidity
  real(wp), dimension(kbdim, klev) :: cloud_fraction
  real(wp), dimension(kbdim, klev) :: h2so4_production
  real(wp), dimension(kbdim, klev) :: boundary_layer
  real(wp), dimension(kbdim, klev, 26) :: xt
  real(wp), dimension(kbdim, klev, 7) :: wet_radius
  real(wp), dimension(kbdim, klev, 7) :: density
  real(wp), dimension(kbdim, klev, 4) :: dry_radius
  real(wp), dimension(kbdim, klev, 4) :: water
  type(m7_options_type) :: options
  character(len=200) :: errmsg
  character(len=200) :: message
  integer :: first_column
! [declarations]
! [statements]
end program host
