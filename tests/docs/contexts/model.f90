! SPDX-License-Identifier: BSD-3-Clause
! What the fragments of the pages leave out: a model of three blocks, the last one not full.
module parts
  implicit none
contains
  subroutine native_radiation()
  end subroutine native_radiation

  subroutine finish(where, message)
    character(len=*), intent(in) :: where
    character(len=*), intent(in), optional :: message
    if (present(message)) print '(a)', message
    print '(a)', where
    error stop
  end subroutine finish

! [procedures]
end module parts

program model
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid
  use parts
! [uses]
  implicit none
  integer, parameter :: nblocks = 3
  integer, parameter :: nproma = 32
  integer, parameter :: nlev = 47
  integer, parameter :: ntotal = 70
  integer, parameter :: ncols(nblocks) = [32, 32, 6]
  integer, parameter :: jb_start(nblocks) = [1, 33, 65]
  real(real64), parameter :: dt = 1800.0_real64
  character(len=*), parameter :: date = "2001-01-01T00:00:00"
  type(hybrid_domain), save :: atmosphere
  type(hybrid_scheme), save :: radiation
  type(hybrid_call) :: this
  real(real64) :: t(nproma, nlev, nblocks)
  real(real64) :: q(nproma, nlev, nblocks)
  real(real64) :: dtdt(nproma, nlev, nblocks)
  real(real64) :: flux_up(nproma, nlev + 1, nblocks)
  real(real64) :: olr(nproma, nblocks)
  real(real64) :: increment(nproma, nlev, nblocks)
  real(real64) :: zrgp(nproma, 5*nlev, nblocks)
  real(real64) :: lat(ntotal)
  real(real64) :: lon(ntotal)
  real(real64) :: area(ntotal)
  real(real64), allocatable :: shared(:)
  real(real64), allocatable :: columns(:, :)
  integer :: my_columns(ntotal)
  integer :: jb
  integer :: nc
  integer :: ierr
  integer :: istep
  integer :: i
  integer :: comm
  integer :: stat
  integer :: nshared
  integer :: ncol
  integer :: nrow
  integer :: it
  integer :: ib
  integer :: iflux
  integer :: kidia
  integer :: kfdia
  integer :: klev
  logical :: there
  character(len=200) :: errmsg
! [declarations]
  t = 260
  q = 1e-3_real64
  dtdt = 0
  flux_up = 0
  increment = 0
  olr = 0
  zrgp = 0
  my_columns = [(i, i=1, ntotal)]
  lat = 0
  lon = [(real(i, real64), i=1, ntotal)]
  area = 1
  jb = 1
  nc = ncols(jb)
  istep = 1
  it = 1
  ib = 1
  iflux = 1
  kidia = 1
  kfdia = nc
  klev = nlev
  comm = 0
  call atmosphere%create("hybrid.toml", ncol=ntotal)
  call radiation%create(atmosphere, "radiation")
  call atmosphere%step(istep, date, dt)
! [statements]
  call radiation%destroy()
  call atmosphere%destroy()
end program model
