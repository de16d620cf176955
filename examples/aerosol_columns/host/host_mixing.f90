! SPDX-License-Identifier: BSD-3-Clause
!> Vertical mixing of all tracers: implicit diffusion, which keeps column masses and signs.
module host_mixing
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use host_columns, only: gravity, layer_mass, pressure_of
  use host_state, only: xt, t, boundary_layer, nproma, nlev, ntrac, ncols
  implicit none
  private
  public :: mix

  real(dp), parameter :: gas_constant_air = 287.05_dp      ! [J kg-1 K-1]
  real(dp), parameter :: in_boundary_layer = 30.0_dp       ! diffusivities [m2 s-1]
  real(dp), parameter :: in_troposphere = 5.0_dp, in_stratosphere = 0.2_dp
  real(dp), parameter :: tropopause = 15000.0_dp           ! [Pa]

contains

  !> Backward Euler: (m + a + b) x(k) - a x(k - 1) - b x(k + 1) = m x_old(k), by elimination from
  !! the top. All terms of the elimination are positive, so no x can become negative.
  subroutine mix(jb, dt)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt   !< [s]
    real(dp) :: exchange(nproma, nlev), below(nproma, nlev), inverse(nproma, nlev)
    integer :: jk, jt, nc
    nc = ncols(jb)
    call exchanges(jb, nc, dt, exchange)
    inverse(:nc, 1) = 1/(layer_mass(1) + exchange(:nc, 1))
    below(:nc, 1) = exchange(:nc, 1)*inverse(:nc, 1)
    do jk = 2, nlev
      inverse(:nc, jk) = 1/(layer_mass(jk) + exchange(:nc, jk) + &
        exchange(:nc, jk - 1)*(1 - below(:nc, jk - 1)))
      below(:nc, jk) = exchange(:nc, jk)*inverse(:nc, jk)
    end do
    do jt = 1, ntrac
      call solve(xt(:, :, jt, jb))
    end do
  contains
    subroutine solve(x)
      real(dp), intent(inout) :: x(nproma, nlev)
      integer :: k
      x(:nc, 1) = layer_mass(1)*x(:nc, 1)*inverse(:nc, 1)
      do k = 2, nlev
        x(:nc, k) = (layer_mass(k)*x(:nc, k) + exchange(:nc, k - 1)*x(:nc, k - 1))*inverse(:nc, k)
      end do
      do k = nlev - 1, 1, -1
        x(:nc, k) = x(:nc, k) + below(:nc, k)*x(:nc, k + 1)
      end do
    end subroutine solve
  end subroutine mix

  !> What a level and the one below exchange in a time step [kg m-2]: rho^2 g K dt / dp.
  subroutine exchanges(jb, nc, dt, exchange)
    integer, intent(in) :: jb, nc
    real(dp), intent(in) :: dt
    real(dp), intent(inout) :: exchange(nproma, nlev)
    real(dp) :: between, diffusivity, density
    integer :: jc, jk
    do jk = 1, nlev - 1
      between = (pressure_of(jk) + pressure_of(jk + 1))/2
      do jc = 1, nc
        diffusivity = merge(in_troposphere, in_stratosphere, between > tropopause)
        if (boundary_layer(jc, jk, jb) > 0) diffusivity = in_boundary_layer
        density = between/(gas_constant_air*(t(jc, jk, jb) + t(jc, jk + 1, jb))/2)
        exchange(jc, jk) = density**2*gravity*diffusivity*dt/(pressure_of(jk + 1) - pressure_of(jk))
      end do
    end do
    exchange(:nc, nlev) = 0
  end subroutine exchanges

end module host_mixing
