! SPDX-License-Identifier: BSD-3-Clause
!> What all NetCDF files of the model need: messages, of which the first is kept.
module host_netcdf
  use netcdf
  implicit none
  private
  public :: note, find

contains

  subroutine note(status, path, errmsg)
    integer, intent(in) :: status
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    if (status /= NF90_NOERR .and. errmsg == "") &
      errmsg = "'"//trim(path)//"': "//trim(nf90_strerror(status))
  end subroutine note

  !> The variable of a name.
  subroutine find(file, name, id, path, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(in) :: name, path
    integer, intent(out) :: id
    character(len=*), intent(inout) :: errmsg
    id = 0
    if (errmsg == "") call note(nf90_inq_varid(file, name, id), trim(path)//": "//name, errmsg)
  end subroutine find

end module host_netcdf
