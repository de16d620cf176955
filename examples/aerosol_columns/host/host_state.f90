! SPDX-License-Identifier: BSD-3-Clause
!> The model's state in blocks of nproma columns, as ECHAM holds it, and how columns are dealt out.
!!
!! The last block is short. Its rows without a column hold signalling NaN for ever: whoever reads
!! them is found out by a build that traps.
module host_state
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_signaling_nan
  use m7_tracers, only: nm7 => ntracer, nmode, nsoluble, m7_name => tracer_name
  use host_settings, only: as_text
  implicit none
  private
  public :: nm7, nmode, ntrac, nspecies, so2, nproma, nlev, ngpblks, ncol, first_column, ncols, &
    block_start, global_start, create_blocks, tracer_name, species_name
  public :: xt, t, pressure, rh, cloud, rain, production, boundary_layer, water, wind, budget, &
    wet_radius, dry_radius, density, emitted, dry, wet

  integer, parameter :: ntrac = nm7 + 1, so2 = ntrac   !< M7's tracers, and SO2
  integer, parameter :: nspecies = 5                   !< sulfur, BC, OC, sea salt, dust
  integer, parameter :: emitted = 1, dry = 2, wet = 3
  character(len=8), parameter :: tracer_name(ntrac) = [character(len=8) :: m7_name, "SO2"]
  character(len=8), parameter :: species_name(nspecies) = &
    [character(len=8) :: "SO4", "BC", "OC", "SS", "DU"]

  integer, protected :: nproma, nlev, ngpblks
  integer, protected :: ncol           !< columns of this rank
  integer, protected :: first_column   !< global index of the first of them

  real(dp), allocatable :: xt(:, :, :, :)  !< [kg kg-1, kg-1] (nproma, nlev, ntrac, ngpblks)
  !> [K], [Pa], [1], [1], (nproma, nlev, ngpblks)
  real(dp), allocatable, dimension(:, :, :) :: t, pressure, rh, cloud
  real(dp), allocatable :: rain(:, :, :)            !< made in a layer [kg kg-1 s-1]
  real(dp), allocatable :: production(:, :, :)      !< of H2SO4 [kg kg-1 s-1]
  real(dp), allocatable :: boundary_layer(:, :, :)  !< 1 within, 0 above
  real(dp), allocatable :: wind(:, :)               !< near the surface [m s-1] (nproma, ngpblks)
  real(dp), allocatable :: water(:, :, :, :)        !< [kg kg-1] (nproma, nlev, nsoluble, ngpblks)
  real(dp), allocatable, dimension(:, :, :, :) :: wet_radius, dry_radius, density  !< M7's own
  !> Since the start: emitted, lost dry, lost wet [kg m-2] (nproma, nspecies, 3, ngpblks); sulfur
  !! counts as H2SO4
  real(dp), allocatable :: budget(:, :, :, :)

contains

  !> Deals global columns out to ranks and blocks, and allocates.
  subroutine create_blocks(columns, levels, block_length, blocks, rank, nranks, errmsg)
    integer, intent(in) :: columns, levels, block_length, blocks, rank, nranks
    character(len=*), intent(inout) :: errmsg
    nlev = levels
    first_column = share(rank) + 1
    ncol = share(rank + 1) - share(rank)
    nproma = min(block_length, max(ncol, 1))
    if (blocks > 0) nproma = max((ncol + blocks - 1)/blocks, 1)
    ngpblks = (ncol + nproma - 1)/nproma
    if (ncol == 0) errmsg = "rank "//as_text(rank)//": expected at most "// &
      as_text(columns)//" ranks, one for each column, found "//as_text(nranks)
    if (ncol > 0 .and. blocks > ngpblks) errmsg = "block "//as_text(ngpblks + 1)// &
      ": expected a column or more, found none: nblocks = "//as_text(blocks)//" for "// &
      as_text(ncol)//" columns"
    if (errmsg == "") call allocate_state()
  contains
    pure integer function share(r)
      integer, intent(in) :: r
      share = int(int(columns, selected_int_kind(18))*r/nranks)
    end function share
  end subroutine create_blocks

  subroutine allocate_state()
    real(dp) :: poison
    integer :: nc
    poison = ieee_value(poison, ieee_signaling_nan)
    allocate (xt(nproma, nlev, ntrac, ngpblks), t(nproma, nlev, ngpblks))
    allocate (pressure, rh, cloud, rain, production, boundary_layer, mold=t)
    allocate (wind(nproma, ngpblks), budget(nproma, nspecies, 3, ngpblks))
    allocate (water(nproma, nlev, nsoluble, ngpblks), dry_radius(nproma, nlev, nsoluble, ngpblks))
    allocate (wet_radius(nproma, nlev, nmode, ngpblks), density(nproma, nlev, nmode, ngpblks))
    xt = poison; t = poison; pressure = poison; rh = poison; cloud = poison; rain = poison
    production = poison; boundary_layer = poison; wind = poison; budget = poison
    water = poison; wet_radius = poison; dry_radius = poison; density = poison
    nc = ncols(ngpblks)
    xt(:, :, :, :ngpblks - 1) = 0
    xt(:nc, :, :, ngpblks) = 0
    budget(:, :, :, :ngpblks - 1) = 0
    budget(:nc, :, :, ngpblks) = 0
  end subroutine allocate_state

  !> Columns of a block.
  pure integer function ncols(jb)
    integer, intent(in) :: jb
    ncols = min(nproma, ncol - (jb - 1)*nproma)
  end function ncols

  !> The first column of a block, counted in the columns of this rank.
  pure integer function block_start(jb)
    integer, intent(in) :: jb
    block_start = (jb - 1)*nproma + 1
  end function block_start

  !> The first column of a block, counted in the columns of all ranks.
  pure integer function global_start(jb)
    integer, intent(in) :: jb
    global_start = first_column + block_start(jb) - 1
  end function global_start

end module host_state
