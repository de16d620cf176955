! SPDX-License-Identifier: BSD-3-Clause
!> Whether a restart belongs to a run. Each procedure keeps the message that is there already.
module host_match
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  use netcdf
  use host_columns, only: checksum, levels
  use host_layout, only: text_length
  use host_netcdf, only: find, note
  use host_settings, only: as_text, settings_type
  use host_state, only: ntrac, tracer_name
  implicit none
  private
  public :: compare

contains

  !> A restart of other columns, levels, tracers or time step is refused; one of another scenario
  !! too, unless the run is to branch off. It has one time: output of several is none.
  subroutine compare(file, settings, ncolumns, errmsg)
    integer, intent(in) :: file, ncolumns
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    call check_variables(file, errmsg)
    call compare_dimension(file, "column", ncolumns, errmsg)
    call compare_dimension(file, "level", levels, errmsg)
    call compare_dimension(file, "tracer", ntrac, errmsg)
    call compare_dimension(file, "time", 1, errmsg)
    call compare_tracers(file, errmsg)
    call compare_real(file, "columns_checksum", real(checksum(), dp), errmsg)
    call compare_real(file, "time_step", settings%time_step, errmsg)
    if (.not. settings%branch) &
      call compare_real(file, "month", real(settings%scenario%month, dp), errmsg)
    if (.not. settings%branch) &
      call compare_text(file, "scenario", trim(settings%scenario%name), errmsg)
    if (errmsg /= "") errmsg = "restart '"//trim(settings%restart_in)//"': "//errmsg
  end subroutine compare

  !> Output has other variables, and so has a file of another program.
  subroutine check_variables(file, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(inout) :: errmsg
    character(len=*), parameter :: names(4) = &
      [character(len=11) :: "step", "tracer_name", "tracers", "budget"]
    integer :: i, id
    do i = 1, size(names)
      if (nf90_inq_varid(file, trim(names(i)), id) == NF90_NOERR) cycle
      if (errmsg == "") errmsg = "expected a restart of this model, found no variable '"// &
        trim(names(i))//"' in it"
    end do
  end subroutine check_variables

  subroutine compare_dimension(file, name, expected, errmsg)
    integer, intent(in) :: file, expected
    character(len=*), intent(in) :: name
    character(len=*), intent(inout) :: errmsg
    integer :: id, found
    found = 0
    if (nf90_inq_dimid(file, name, id) == NF90_NOERR) &
      call note(nf90_inquire_dimension(file, id, len=found), name, errmsg)
    if (found /= expected) &
      call differ("dimension "//name, as_text(expected), as_text(found), errmsg)
  end subroutine compare_dimension

  subroutine compare_tracers(file, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(inout) :: errmsg
    character(len=text_length) :: found(ntrac)
    integer :: id, i
    found = ""
    call find(file, "tracer_name", id, "restart", errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, found), "tracer_name", errmsg)
    do i = 1, ntrac
      if (found(i) /= tracer_name(i)) &
        call differ("tracer "//as_text(i), trim(tracer_name(i)), trim(found(i)), errmsg)
    end do
  end subroutine compare_tracers

  subroutine compare_real(file, name, expected, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(in) :: name
    real(dp), intent(in) :: expected
    character(len=*), intent(inout) :: errmsg
    real(dp) :: found
    integer :: status
    status = NF90_ENOTATT
    if (has(file, name, 1)) status = nf90_get_att(file, NF90_GLOBAL, name, found)
    if (status /= NF90_NOERR) then
      call differ(name, as_text(expected), "none", errmsg)
    else if (.not. ieee_is_finite(found)) then
      call differ(name, as_text(expected), as_text(found), errmsg)
    else if (found < expected .or. found > expected) then
      call differ(name, as_text(expected), as_text(found), errmsg)
    end if
  end subroutine compare_real

  subroutine compare_text(file, name, expected, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(in) :: name, expected
    character(len=*), intent(inout) :: errmsg
    character(len=64) :: found
    integer :: status
    found = ""   ! the library does not fill up with blanks
    status = NF90_ENOTATT
    if (has(file, name, len(found))) status = nf90_get_att(file, NF90_GLOBAL, name, found)
    if (status /= NF90_NOERR) found = "none"
    if (found /= expected) call differ(name, expected, trim(found), errmsg)
  end subroutine compare_text

  !> Whether there is such an attribute, with so many values at most: more would not be cut off.
  logical function has(file, name, most)
    integer, intent(in) :: file, most
    character(len=*), intent(in) :: name
    integer :: length
    has = nf90_inquire_attribute(file, NF90_GLOBAL, name, len=length) == NF90_NOERR
    if (has) has = length <= most
  end function has

  subroutine differ(what, expected, found, errmsg)
    character(len=*), intent(in) :: what, expected, found
    character(len=*), intent(inout) :: errmsg
    if (errmsg == "") errmsg = what//": expected "//expected//", found "//found
  end subroutine differ

end module host_match
