! SPDX-License-Identifier: BSD-3-Clause
!> The atmosphere the columns are cut from: a snapshot on a grid of longitude and latitude, as
!! `columns.py` writes it. Every rank holds all of it; columns are counted along longitude first.
module host_columns
  use, intrinsic :: iso_fortran_env, only: dp => real64, int64
  use, intrinsic :: ieee_exceptions, only: ieee_get_status, ieee_invalid, ieee_set_halting_mode, &
    ieee_set_status, ieee_status_type
  use netcdf
  use host_settings, only: as_text
  implicit none
  private
  public :: read_columns, checksum, nlon, nlat, levels, lon, lat, area, land, ice, surface_wind, &
    pressure_of, layer_mass, temperature_of, humidity_of, cloud_of, condensate_of, gravity, &
    longitude_index, latitude_index, place_type, place_of

  real(dp), parameter :: gravity = 9.80665_dp   !< [m s-2]

  integer, protected :: nlon, nlat, levels
  real(dp), allocatable, protected :: lon(:), lat(:)             !< [degrees]
  real(dp), allocatable, protected :: pressure_of(:)             !< [Pa] (levels)
  real(dp), allocatable, protected :: layer_mass(:)              !< [kg m-2] (levels)
  real(dp), allocatable, protected, dimension(:, :) :: &         !< (nlon, nlat)
    area, land, ice, surface_wind                                !< [m2], [1], [1], [m s-1]
  real(dp), allocatable, protected, dimension(:, :, :) :: &      !< (nlon, nlat, levels)
    temperature_of, humidity_of, cloud_of, condensate_of         !< [K], [1], [1], [kg kg-1]

  !> A point on a circle of latitude, between two columns of the snapshot.
  type :: place_type
    integer :: west, east, circle
    real(dp) :: share   !< of the eastern one [1]
  end type place_type

contains

  subroutine read_columns(path, errmsg)
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: file, status
    real(dp), allocatable :: bounds(:)   ! of levels [Pa] (levels + 1)
    status = nf90_open(path, NF90_NOWRITE, file)
    if (status /= NF90_NOERR) then
      errmsg = "columns '"//path//"': "//trim(nf90_strerror(status))
      return
    end if
    call read_extents(file, errmsg)
    allocate (bounds(levels + 1))
    call get(file, "pressure_bounds", errmsg, x1=bounds)
    call read_grid(file, errmsg)
    call read_weather(file, errmsg)
    status = nf90_close(file)
    call check_weather(errmsg)
    call check_grid(bounds, errmsg)
    if (errmsg /= "") return
    layer_mass = (bounds(2:) - bounds(:levels))/gravity
    if (.not. all(layer_mass > 0)) errmsg = "columns: pressure_bounds: expected to increase "// &
      "from the top down, found a layer without mass"
  end subroutine read_columns

  subroutine read_extents(file, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(inout) :: errmsg
    nlon = extent("lon"); nlat = extent("lat"); levels = extent("level")
  contains
    integer function extent(name) result(n)
      character(len=*), intent(in) :: name
      integer :: id, status
      n = 0
      status = nf90_inq_dimid(file, name, id)
      if (status == NF90_NOERR) status = nf90_inquire_dimension(file, id, len=n)
      if (n == 0 .and. errmsg == "") &
        errmsg = "columns: dimension '"//name//"': expected 1 or more, found none"
    end function extent
  end subroutine read_extents

  !> The places, and what is on the ground.
  subroutine read_grid(file, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(inout) :: errmsg
    allocate (lon(nlon), lat(nlat), pressure_of(levels), area(nlon, nlat))
    allocate (land, ice, surface_wind, mold=area)
    call get(file, "lon", errmsg, x1=lon)
    call get(file, "lat", errmsg, x1=lat)
    call get(file, "pressure", errmsg, x1=pressure_of)
    call get(file, "area", errmsg, x2=area)
    call get(file, "land", errmsg, x2=land)
    call get(file, "ice", errmsg, x2=ice)
    call get(file, "wind", errmsg, x2=surface_wind)
  end subroutine read_grid

  subroutine read_weather(file, errmsg)
    integer, intent(in) :: file
    character(len=*), intent(inout) :: errmsg
    allocate (temperature_of(nlon, nlat, levels))
    allocate (humidity_of, cloud_of, condensate_of, mold=temperature_of)
    call get(file, "air_temperature", errmsg, x3=temperature_of)
    call get(file, "relative_humidity", errmsg, x3=humidity_of)
    call get(file, "cloud", errmsg, x3=cloud_of)
    call get(file, "condensate", errmsg, x3=condensate_of)
  end subroutine read_weather

  subroutine check_weather(errmsg)
    character(len=*), intent(inout) :: errmsg
    integer :: level
    do level = 1, levels
      call check("condensate", condensate_of(:, :, level), level, 0.0_dp, 0.1_dp, errmsg)
      call check("cloud", cloud_of(:, :, level), level, 0.0_dp, 1.0_dp, errmsg)
      call check("relative_humidity", humidity_of(:, :, level), level, 0.0_dp, 1.0_dp, errmsg)
      call check("air_temperature", temperature_of(:, :, level), level, 150.0_dp, 350.0_dp, &
        errmsg)
    end do
  end subroutine check_weather

  subroutine check_grid(bounds, errmsg)
    real(dp), intent(in) :: bounds(:)   !< of levels [Pa]
    character(len=*), intent(inout) :: errmsg
    integer :: level
    do level = 1, size(bounds)
      if (level <= levels) call check("pressure", reshape(pressure_of(level:level), [1, 1]), &
        level, 1.0_dp, 1.2e5_dp, errmsg)
      call check("pressure_bounds", reshape(bounds(level:level), [1, 1]), level, 0.0_dp, &
        1.2e5_dp, errmsg)
    end do
    call check("lon", reshape(lon, [nlon, 1]), 0, -360.0_dp, 360.0_dp, errmsg)
    call check("lat", reshape(lat, [1, nlat]), 0, -90.0_dp, 90.0_dp, errmsg)
    call check("area", area, 0, 0.0_dp, 5.2e14_dp, errmsg)
    call check("wind", surface_wind, 0, 0.0_dp, 150.0_dp, errmsg)
    call check("land", land, 0, 0.0_dp, 1.0_dp, errmsg)
    call check("ice", ice, 0, 0.0_dp, 1.0_dp, errmsg)
  end subroutine check_grid

  subroutine get(file, name, errmsg, x1, x2, x3)
    integer, intent(in) :: file
    character(len=*), intent(in) :: name
    character(len=*), intent(inout) :: errmsg
    real(dp), intent(inout), optional :: x1(:), x2(:, :), x3(:, :, :)
    integer :: id, status
    if (errmsg /= "") return
    status = nf90_inq_varid(file, name, id)
    if (status == NF90_NOERR .and. present(x1)) status = nf90_get_var(file, id, x1)
    if (status == NF90_NOERR .and. present(x2)) status = nf90_get_var(file, id, x2)
    if (status == NF90_NOERR .and. present(x3)) status = nf90_get_var(file, id, x3)
    if (status /= NF90_NOERR) &
      errmsg = "columns: variable '"//name//"': "//trim(nf90_strerror(status))
  end subroutine get

  !> A message if a value of a level (0: of the surface) cannot be.
  subroutine check(name, values, level, least, most, errmsg)
    character(len=*), intent(in) :: name
    real(dp), intent(in) :: values(:, :), least, most
    integer, intent(in) :: level
    character(len=*), intent(inout) :: errmsg
    integer :: i, j
    type(ieee_status_type) :: status
    call ieee_get_status(status)
    call ieee_set_halting_mode(ieee_invalid, .false.)   ! NaN gets a message, not a trap
    do j = 1, size(values, 2)
      do i = 1, size(values, 1)
        if (values(i, j) >= least .and. values(i, j) <= most) cycle
        if (errmsg == "") errmsg = "columns: "//name//"(column "// &
          as_text((j - 1)*nlon + i)//", level "//as_text(level)//"): expected "//as_text(least)// &
          " to "//as_text(most)//", found "//as_text(values(i, j))
      end do
    end do
    call ieee_set_status(status)
  end subroutine check

  !> Tells one set of columns from another: by all bits of all fields and by their order.
  integer function checksum()
    integer(int64), parameter :: factor = 48271, prime = 999999937
    integer(int64) :: rest
    rest = 0
    call add([lon, lat, pressure_of, layer_mass])
    call add([area, land, ice, surface_wind])
    call add([temperature_of, humidity_of])
    call add([cloud_of, condensate_of])
    checksum = int(rest)
  contains
    subroutine add(values)
      real(dp), intent(in) :: values(:)
      integer(int64) :: bits
      integer :: i
      do i = 1, size(values)
        bits = transfer(values(i), bits)
        rest = mod(factor*rest + ibits(bits, 0, 32), prime)
        rest = mod(factor*rest + ibits(bits, 32, 32), prime)
      end do
    end subroutine add
  end function checksum

  elemental integer function longitude_index(column)
    integer, intent(in) :: column   !< global, from 1
    longitude_index = modulo(column - 1, nlon) + 1
  end function longitude_index

  elemental integer function latitude_index(column)
    integer, intent(in) :: column   !< global, from 1
    latitude_index = (column - 1)/nlon + 1
  end function latitude_index

  !> Where a column is that went so many degrees to the east.
  elemental type(place_type) function place_of(column, degrees)
    integer, intent(in) :: column   !< global, from 1
    real(dp), intent(in) :: degrees
    real(dp) :: steps
    steps = degrees*nlon/360
    place_of%circle = latitude_index(column)
    place_of%west = modulo(longitude_index(column) - 1 + floor(steps), nlon) + 1
    place_of%east = modulo(place_of%west, nlon) + 1
    place_of%share = steps - floor(steps)
  end function place_of

end module host_columns
