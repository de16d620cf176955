! SPDX-License-Identifier: BSD-3-Clause
! The routine of a host around the call site of the aerosol scheme.
module site
  use hybrid
  use m7_checks, only: check_block
  implicit none
  private
  public :: aerosol
  integer, parameter :: wp = kind(1.0d0)
  type(hybrid_scheme), save :: microphysics
contains
  subroutine aerosol(nc, nproma, nlev, dt, first_column, block_start, pressure, t, rh, cloud, &
                     production, boundary_layer, xt, water, errmsg)
    integer, intent(in) :: nc, nproma, nlev, first_column, block_start
    real(wp), intent(in) :: dt
    real(wp), intent(in), dimension(nproma, nlev) :: pressure, t, rh, cloud, production
    real(wp), intent(in) :: boundary_layer(nproma, nlev)
    real(wp), intent(inout) :: xt(nproma, nlev, 26), water(nproma, nlev, 4)
    character(len=200), intent(inout) :: errmsg
    type(hybrid_call) :: this
    integer :: stat
! [declarations]
! [statements]
  end subroutine aerosol

  subroutine m7(nc, nproma, nlev, dt)
    integer, intent(in) :: nc, nproma, nlev
    real(wp), intent(in) :: dt
  end subroutine m7

  subroutine finish(where)
    character(len=*), intent(in) :: where
    error stop
  end subroutine finish
end module site
