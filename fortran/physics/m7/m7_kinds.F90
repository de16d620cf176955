! SPDX-License-Identifier: BSD-3-Clause
!> The kind of M7's reals, and how many boxes its kernels work on.
module m7_kinds
  use, intrinsic :: iso_fortran_env, only: real32, real64
  implicit none
  private
  public :: wp, tile

#ifdef M7_REAL32
  integer, parameter :: wp = real32
#else
  integer, parameter :: wp = real64
#endif

  !> Boxes in a call of a kernel. It never changes: no loop has a remainder, so a box has the same
  !! bits wherever it stands, and what a tile needs stays in the cache.
  integer, parameter :: tile = 64

end module m7_kinds
