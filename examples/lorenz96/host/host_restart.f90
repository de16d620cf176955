! SPDX-License-Identifier: BSD-3-Clause
!> Where a run goes on: only from a restart that belongs to it.
module host_restart
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  use netcdf
  use lorenz_equations, only: nlarge, nring
  use host_netcdf, only: find, note
  use host_settings, only: as_text, settings_type
  use host_state
  implicit none
  private
  public :: read_restart

contains

  !> Reads this rank's members and the step that the restart was written after.
  subroutine read_restart(settings, step, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(out) :: step
    character(len=*), intent(inout) :: errmsg
    integer, parameter :: most = 10**9
    integer :: file
    step = 0
    call note(nf90_open(settings%restart_in, NF90_NOWRITE, file), settings%restart_in, errmsg)
    if (errmsg /= "") return
    call compare(file, settings, errmsg)
    call read_state(file, step, errmsg)
    call note(nf90_close(file), settings%restart_in, errmsg)
    if (errmsg == "" .and. (step < 0 .or. step > most)) errmsg = "step: expected 0 to "// &
      as_text(most)//", found "//as_text(step)
    if (errmsg == "" .and. .not. (all(ieee_is_finite(x)) .and. all(ieee_is_finite(y)))) &
      errmsg = "expected finite numbers, found others"
    if (errmsg /= "") errmsg = "restart '"//trim(settings%restart_in)//"': "//errmsg
  end subroutine read_restart

  subroutine compare(file, settings, errmsg)
    integer, intent(in) :: file
    type(settings_type), intent(in) :: settings
    character(len=*), intent(inout) :: errmsg
    integer :: id, found
    found = 0
    if (nf90_inq_dimid(file, "column", id) == NF90_NOERR) &
      call note(nf90_inquire_dimension(file, id, len=found), "column", errmsg)
    if (errmsg == "" .and. found /= settings%members*nlarge) errmsg = "members*"// &
      as_text(nlarge)//": expected "//as_text(settings%members*nlarge)//", found "//as_text(found)
    call compare_real("time_step", settings%time_step)
    call compare_real("forcing", settings%lorenz%forcing)
    call compare_real("coupling", settings%lorenz%coupling)
    call compare_real("damping", settings%lorenz%damping)
    call compare_real("space_ratio", settings%lorenz%space)
    call compare_real("time_ratio", settings%lorenz%time)
  contains
    subroutine compare_real(name, expected)
      character(len=*), intent(in) :: name
      real(dp), intent(in) :: expected
      character(len=:), allocatable :: text
      real(dp) :: value
      logical :: there
      integer :: length
      if (errmsg /= "") return
      there = nf90_inquire_attribute(file, NF90_GLOBAL, name, len=length) == NF90_NOERR
      if (there) there = length == 1
      if (there) there = nf90_get_att(file, NF90_GLOBAL, name, value) == NF90_NOERR
      text = "none"
      if (there) text = as_text(value)
      if (there) there = .not. (value < expected .or. value > expected)
      if (.not. there) errmsg = name//": expected "//as_text(expected)//", found "//text
    end subroutine compare_real
  end subroutine compare

  subroutine read_state(file, step, errmsg)
    integer, intent(in) :: file
    integer, intent(inout) :: step
    character(len=*), intent(inout) :: errmsg
    real(dp) :: large(ncol), small(nring/nlarge, ncol)
    integer :: id, first
    large = 0
    small = 0
    first = (first_member - 1)*nlarge + 1
    call find(file, "large_scale_variable", id, "variable", errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, large, [first, 1], [ncol, 1]), &
      "large_scale_variable", errmsg)
    call find(file, "small_scale_variables", id, "variable", errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, small, [1, first, 1], &
      [nring/nlarge, ncol, 1]), "small_scale_variables", errmsg)
    call find(file, "small_scale_step", id, "variable", errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, y_step, [first, 1], [ncol, 1]), &
      "small_scale_step", errmsg)
    call find(file, "step", id, "variable", errmsg)
    if (errmsg == "") call note(nf90_get_var(file, id, step), "step", errmsg)
    x = transpose(reshape(large, [nlarge, members]))
    y = transpose(reshape(small, [nring, members]))
  end subroutine read_state

end module host_restart
