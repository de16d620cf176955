! SPDX-License-Identifier: BSD-3-Clause
!> The weather of a block at a time: nothing of it is kept, so nothing of it is in the restart.
!!
!! A column is air that flows eastwards along its circle of latitude, over land, sea and sources.
!! The snapshot's weather moves the same way at half the speed, so the air passes through it.
!! Season: temperature differs from the snapshot's January, relative humidity stays. Day:
!! temperature and vapour near the surface follow the sun.
module host_weather
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use host_columns, only: lon, lat, land, surface_wind, pressure_of, temperature_of, humidity_of, &
    cloud_of, condensate_of, longitude_index, latitude_index, place_type, place_of
  use host_state, only: t, pressure, rh, cloud, rain, boundary_layer, wind, nlev, ncols, &
    global_start
  implicit none
  private
  public :: set_weather, ground, longitude, sun, day_length, rain_time

  real(dp), parameter :: day_length = 86400          ! [s]
  real(dp), parameter :: flow = 11.25_dp             ! of air over ground [degrees day-1]
  real(dp), parameter :: flow_through_weather = 5.625_dp
  real(dp), parameter :: land_swing = 5.0_dp, sea_swing = 0.5_dp     ! of the day [K]
  real(dp), parameter :: vapour_swing = 0.05_dp      ! of the day [1]
  real(dp), parameter :: season_swing = 15.0_dp      ! July minus January at the pole [K]
  real(dp), parameter :: day_depth = 8000.0_dp       ! over which the day's swing decays [Pa]
  real(dp), parameter :: season_depth = 30000.0_dp   ! [Pa]
  real(dp), parameter :: sea_layer = 10000.0_dp, night_layer = 5000.0_dp, &
    day_layer = 15000.0_dp                           ! depth of the boundary layer [Pa]
  real(dp), parameter :: rain_time = 10800.0_dp      !< in which condensate rains [s]
  real(dp), parameter :: pi = acos(-1.0_dp)

contains

  subroutine set_weather(jb, time, month)
    integer, intent(in) :: jb, month
    real(dp), intent(in) :: time    !< since the start of the run's first day [s]
    type(place_type) :: below, air
    integer :: jc, column
    real(dp) :: l, swing, phi
    do jc = 1, ncols(jb)
      column = global_start(jb) + jc - 1
      below = ground(column, time)
      air = place_of(column, flow_through_weather*time/day_length)
      swing = cos(hour_angle(column, time - day_length/12))   ! warmest at two in the afternoon
      phi = lat(below%circle)*pi/180
      l = between(below, land(:, below%circle))
      wind(jc, jb) = between(air, surface_wind(:, air%circle))
      call set_column(swing, (land_swing*l + sea_swing*(1 - l))*swing, &
        season_swing*sin(phi)*(1 - cos(2*pi*(month - 1)/12))/2, &
        sea_layer*(1 - l) + (night_layer + day_layer*max(swing, 0.0_dp))*l)
    end do
  contains
    subroutine set_column(swing, warming, season, depth)
      real(dp), intent(in) :: swing, warming, season, depth
      real(dp) :: height, near
      integer :: jk
      do jk = 1, nlev
        height = pressure_of(nlev) - pressure_of(jk)
        near = exp(-height/day_depth)
        pressure(jc, jk, jb) = pressure_of(jk)
        t(jc, jk, jb) = between(air, temperature_of(:, air%circle, jk)) + &
          season*exp(-height/season_depth)
        rh(jc, jk, jb) = between(air, humidity_of(:, air%circle, jk))
        if (near > 1e-3_dp) then
          rh(jc, jk, jb) = min(rh(jc, jk, jb)*(1 + vapour_swing*swing*near)* &
            saturation(t(jc, jk, jb))/saturation(t(jc, jk, jb) + warming*near), 1.0_dp)
          t(jc, jk, jb) = t(jc, jk, jb) + warming*near
        end if
        cloud(jc, jk, jb) = between(air, cloud_of(:, air%circle, jk))
        rain(jc, jk, jb) = between(air, condensate_of(:, air%circle, jk))/rain_time
        boundary_layer(jc, jk, jb) = merge(1.0_dp, 0.0_dp, height < depth)
      end do
    end subroutine set_column
  end subroutine set_weather

  !> Saturation pressure of vapour over liquid or supercooled water [Pa].
  !! Murphy and Koop 2005, eq. 10, https://doi.org/10.1256/qj.04.94; 123 to 332 K.
  elemental real(dp) function saturation(t)
    real(dp), intent(in) :: t   !< [K]
    saturation = exp(54.842763_dp - 6763.22_dp/t - 4.21_dp*log(t) + 0.000367_dp*t + &
      tanh(0.0415_dp*(t - 218.8_dp))* &
      (53.878_dp - 1331.22_dp/t - 9.44523_dp*log(t) + 0.014025_dp*t))
  end function saturation

  !> What a column is above.
  elemental type(place_type) function ground(column, time)
    integer, intent(in) :: column
    real(dp), intent(in) :: time
    ground = place_of(column, flow*time/day_length)
  end function ground

  !> Of what a column is above [degrees east].
  elemental real(dp) function longitude(column, time)
    integer, intent(in) :: column
    real(dp), intent(in) :: time
    longitude = modulo(lon(longitude_index(column)) + flow*time/day_length, 360.0_dp)
  end function longitude

  !> 0 at noon.
  pure real(dp) function hour_angle(column, time)
    integer, intent(in) :: column
    real(dp), intent(in) :: time
    hour_angle = 2*pi*(time/day_length + longitude(column, time)/360 - 0.5_dp)
  end function hour_angle

  !> Cosine of the sun's zenith angle, 0 at night: declination of the middle of a month.
  pure real(dp) function sun(column, time, month)
    integer, intent(in) :: column, month
    real(dp), intent(in) :: time
    real(dp) :: declination, phi
    declination = -23.44_dp*pi/180*cos(2*pi*(month - 0.3_dp)/12)
    phi = lat(latitude_index(column))*pi/180
    sun = max(sin(phi)*sin(declination) + cos(phi)*cos(declination)*cos(hour_angle(column, time)), &
      0.0_dp)
  end function sun

  !> A value between those of two columns.
  pure real(dp) function between(place, circle)
    type(place_type), intent(in) :: place
    real(dp), intent(in) :: circle(:)
    between = (1 - place%share)*circle(place%west) + place%share*circle(place%east)
  end function between

end module host_weather
