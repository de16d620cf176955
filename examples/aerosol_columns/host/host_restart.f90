! SPDX-License-Identifier: BSD-3-Clause
!> Where a run goes on: only from a restart that belongs to it.
module host_restart
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  use netcdf
  use host_checks, only: check_budget, check_tracers
  use host_columns, only: checksum, levels
  use host_files, only: note, text_length
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
    if (errmsg == "") call note(nf90_inq_varid(file, "step", id), path//": step", errmsg)
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
      if (errmsg == "") call note(nf90_inq_varid(file, name, id), path//": "//name, errmsg)
      if (errmsg == "") call note(nf90_get_var(file, id, values, [global_start(jb), 1, 1, 1], &
        [shape(values), 1]), path//": "//name, errmsg)
    end subroutine get
  end subroutine read_restart

  !> A restart of other columns, levels, tracers or time step is refused; one of another scenario
  !! too, unless the run is to branch off. It has one time: output of several is none.
  subroutine compare(file, settings, ncolumns, errmsg)
    integer, intent(in) :: file, ncolumns
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    call compare_dimension("column", ncolumns)
    call compare_dimension("level", levels)
    call compare_dimension("tracer", ntrac)
    call compare_dimension("time", 1)
    call compare_tracers()
    call compare_real("columns_checksum", real(checksum(), dp))
    call compare_real("time_step", settings%time_step)
    if (settings%branch) return
    call compare_real("month", real(settings%scenario%month, dp))
    call compare_text("scenario", settings%scenario%name)
  contains
    subroutine differ(what, expected, found)
      character(len=*), intent(in) :: what, expected, found
      if (errmsg == "") errmsg = "restart '"//trim(settings%restart_in)//"': "//what// &
        ": expected "//expected//", found "//found
    end subroutine differ

    subroutine compare_dimension(name, expected)
      character(len=*), intent(in) :: name
      integer, intent(in) :: expected
      integer :: id, found
      found = 0
      if (nf90_inq_dimid(file, name, id) == NF90_NOERR) &
        call note(nf90_inquire_dimension(file, id, len=found), "restart", errmsg)
      if (found /= expected) call differ("dimension "//name, as_text(expected), as_text(found))
    end subroutine compare_dimension

    subroutine compare_real(name, expected)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: expected
      real(dp) :: found
      integer :: status
      if (errmsg /= "") return
      status = NF90_ENOTATT
      if (has(name, 1)) status = nf90_get_att(file, NF90_GLOBAL, name, found)
      if (status /= NF90_NOERR) then
        call differ(name, as_text(expected), "none")
      else if (.not. ieee_is_finite(found)) then
        call differ(name, as_text(expected), as_text(found))
      else if (found < expected .or. found > expected) then
        call differ(name, as_text(expected), as_text(found))
      end if
    end subroutine compare_real

    subroutine compare_text(name, expected)
      character(len=*), intent(in) :: name, expected
      character(len=64) :: found
      integer :: status
      if (errmsg /= "") return
      found = ""   ! the library does not fill up with blanks
      status = NF90_ENOTATT
      if (has(name, len(found))) status = nf90_get_att(file, NF90_GLOBAL, name, found)
      if (status /= NF90_NOERR) found = "none"
      if (found /= expected) call differ(name, trim(expected), trim(found))
    end subroutine compare_text

    !> Whether there is such an attribute, with so many values at most: more would not be cut off.
    logical function has(name, most)
      character(len=*), intent(in) :: name
      integer, intent(in) :: most
      integer :: length
      has = nf90_inquire_attribute(file, NF90_GLOBAL, name, len=length) == NF90_NOERR
      if (has) has = length <= most
    end function has

    subroutine compare_tracers()
      character(len=text_length) :: found(ntrac)
      integer :: id, i
      if (errmsg /= "") return
      found = ""
      call note(nf90_inq_varid(file, "tracer_name", id), "restart", errmsg)
      if (errmsg == "") call note(nf90_get_var(file, id, found), "restart", errmsg)
      do i = 1, ntrac
        if (found(i) /= tracer_name(i)) call differ("tracer "//as_text(i), &
          trim(tracer_name(i)), trim(found(i)))
      end do
    end subroutine compare_tracers
  end subroutine compare

end module host_restart
