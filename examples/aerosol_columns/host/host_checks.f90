! SPDX-License-Identifier: BSD-3-Clause
!> Whether a block is one that can be, by the rules of M7. Messages name field, column (counted in
!! those of all ranks) and level; the first is kept. Rows without a column are not read.
module host_checks
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use m7_checks, only: check_block, check_field, check_m7 => check_tracers
  use m7_tracers, only: nsoluble
  use host_state
  implicit none
  private
  public :: check_aerosol_input, check_tracers, check_water, check_budget

  character(len=6), parameter :: water_name(nsoluble) = ["WAT_NS", "WAT_KS", "WAT_AS", "WAT_CS"]

contains

  !> All that M7 is to get.
  subroutine check_aerosol_input(jb, dt, where, errmsg)
    integer, intent(in) :: jb
    real(dp), intent(in) :: dt   !< [s]
    character(len=*), intent(in) :: where
    character(len=*), intent(inout) :: errmsg
    if (errmsg /= "") return
    call check_block(ncols(jb), nproma, nlev, dt, pressure(:, :, jb), t(:, :, jb), rh(:, :, jb), &
      cloud(:, :, jb), production(:, :, jb), boundary_layer(:, :, jb), xt(:, :, :nm7, jb), &
      global_start(jb), errmsg)
    call say_where(where, errmsg)
  end subroutine check_aerosol_input

  !> All tracers; SO2 as M7's masses.
  subroutine check_tracers(jb, where, errmsg)
    integer, intent(in) :: jb
    character(len=*), intent(in) :: where
    character(len=*), intent(inout) :: errmsg
    if (errmsg /= "") return
    call check_m7(ncols(jb), nproma, nlev, xt(:, :, :nm7, jb), global_start(jb), errmsg)
    call check_field(ncols(jb), nproma, nlev, "SO2", xt(:, :, so2, jb), 0.0_dp, 1.0_dp, &
      "kg kg-1", global_start(jb), errmsg)
    call say_where(where, errmsg)
  end subroutine check_tracers

  !> The particles' water. Sea salt holds 9 times its mass at a relative humidity of 0.95.
  subroutine check_water(jb, where, errmsg)
    integer, intent(in) :: jb
    character(len=*), intent(in) :: where
    character(len=*), intent(inout) :: errmsg
    integer :: mode
    if (errmsg /= "") return
    do mode = 1, nsoluble
      call check_field(ncols(jb), nproma, nlev, water_name(mode), water(:, :, mode, jb), 0.0_dp, &
        100.0_dp, "kg kg-1", global_start(jb), errmsg)
    end do
    call say_where(where, errmsg)
  end subroutine check_water

  !> What was emitted and lost. It has no levels: the message has 1.
  subroutine check_budget(jb, where, errmsg)
    integer, intent(in) :: jb
    character(len=*), intent(in) :: where
    character(len=*), intent(inout) :: errmsg
    integer :: way, species
    if (errmsg /= "") return
    do way = 1, 3
      do species = 1, nspecies
        call check_field(ncols(jb), nproma, 1, trim(species_name(species))//" in the budget", &
          budget(:, species, way, jb), 0.0_dp, 1e6_dp, "kg m-2", global_start(jb), errmsg)
      end do
    end do
    call say_where(where, errmsg)
  end subroutine check_budget

  subroutine say_where(where, errmsg)
    character(len=*), intent(in) :: where
    character(len=*), intent(inout) :: errmsg
    if (errmsg /= "") errmsg = where//": "//errmsg
  end subroutine say_where

end module host_checks
