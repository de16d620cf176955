! SPDX-License-Identifier: BSD-3-Clause
!> What the model knows: columns in blocks of nproma, the last of which is not full.
module state
  use, intrinsic :: iso_fortran_env, only: real64
  implicit none
  public

  integer, parameter :: nproma = 32, nlev = 20, ncolumns = 500
  integer, parameter :: nblocks = (ncolumns + nproma - 1)/nproma
  real(real64), parameter :: dt = 1800                    ! [s]

  real(real64) :: t(nproma, nlev, nblocks)                ! temperature [K], level 1 at the top
  real(real64) :: q(nproma, nlev, nblocks)                ! specific humidity [kg kg-1]
  real(real64) :: ps(nproma, nblocks)                     ! surface pressure [Pa]
  real(real64) :: dtdt(nproma, nlev, nblocks)             ! temperature tendency [K s-1]
  real(real64) :: olr(nproma, nblocks)                    ! outgoing longwave flux [W m-2]

contains

  !> Columns from the equator to a pole, in a standard profile.
  subroutine start()
    integer :: column, block, row, level
    real(real64) :: south, height
    olr = 0
    do column = 1, nblocks*nproma
      block = (column - 1)/nproma + 1
      row = column - (block - 1)*nproma
      south = real(column - 1, real64)/ncolumns
      ps(row, block) = 101325 - 3000*sin(20*south)
      do level = 1, nlev
        height = real(nlev - level, real64)/nlev
        t(row, level, block) = 300 - 40*south**2 - 75*height
        q(row, level, block) = 0.018_real64*exp(-5*height - 2*south)
      end do
    end do
  end subroutine start

end module state
