! SPDX-License-Identifier: BSD-3-Clause
!
!> The host's columns in blocks of nproma, level 1 at the top, as old models have them.
module host_state
  implicit none
  public

  integer, parameter :: dp = kind(1.0d0)
  integer, parameter :: nproma = 16, nlev = 8, ncolumns = 100
  integer, parameter :: nblocks = (ncolumns + nproma - 1) / nproma
  real(dp), parameter :: dt = 600.0_dp                  ! [s]
  real(dp) :: t(nproma, nlev, nblocks)                  ! temperature [K]
  real(dp) :: q(nproma, nlev, nblocks)                  ! specific humidity [kg kg-1]
  real(dp) :: rain(nproma, nblocks)                     ! [kg m-2 s-1]

contains

  subroutine start_state()
    integer :: jc, jk, jb
    do jb = 1, nblocks
      do jk = 1, nlev
        do jc = 1, nproma
          t(jc, jk, jb) = 220.0_dp + 9.0_dp * jk + 0.05_dp * ((jb - 1) * nproma + jc)
          q(jc, jk, jb) = 1.0e-5_dp * jk**3
        end do
      end do
    end do
    rain = 0.0_dp
  end subroutine start_state

  !> Columns of a block: the last one is not full.
  pure integer function columns_of(jb)
    integer, intent(in) :: jb
    columns_of = min(nproma, ncolumns - (jb - 1) * nproma)
  end function columns_of

end module host_state
