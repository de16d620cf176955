! SPDX-License-Identifier: BSD-3-Clause
!> Where a run goes on: only from a restart that belongs to it.
module host_restart
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use netcdf
  use host_checks, only: check_budget, check_tracers
  use host_match, only: compare
  use host_netcdf, only: find, note
  use host_settings, only: as_text, settings_type
  use host_state
  implicit none
  private
  public :: read_restart

contains

  !> Reads this rank's columns, once the file is known to belong to this configuration.
  subroutine read_restart(path, settings, ncolumns, step, errmsg)
    character(len=*), intent(in) :: path
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: ncolumns
    integer, intent(inout) :: step
    character(len=*), intent(inout) :: errmsg
    integer :: file, jb, id, most
    call note(nf90_open(path, NF90_NOWRITE, file), path, errmsg)
    if (errmsg /= "") return
    call compare(file, settings, ncolumns, errmsg)
    call find(file, "step", id, path, errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, step), path//": step", errmsg)
    most = huge(step) - settings%steps
    if (errmsg == "" .and. (step < 0 .or. step > most)) errmsg = "restart '"//path// &
      "': step: expected 0 to "//as_text(most)//", found "//as_text(step)
    do jb = 1, ngpblks
      call get("tracers", xt(:ncols(jb), :, :, jb))
      call get("budget", budget(:ncols(jb), :, :, jb))
      call check_tracers(jb, "restart '"//path//"'", errmsg)
      call check_budget(jb, "restart '"//path//"'", errmsg)
    end do
    call note(nf90_close(file), path, errmsg)
  contains
    subroutine get(name, values)
      character(len=*), intent(in) :: name
      real(dp), intent(inout) :: values(:, :, :)
      call find(file, name, id, path, errmsg)
      if (errmsg == "") call note(nf90_get_var(file, id, values, [global_start(jb), 1, 1, 1], &
        [shape(values), 1]), path//": "//name, errmsg)
    end subroutine get
  end subroutine read_restart

end module host_restart
