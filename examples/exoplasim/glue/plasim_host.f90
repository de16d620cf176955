! SPDX-License-Identifier: BSD-3-Clause
!
!> ExoPlaSim as a host: its domain, its three schemes and its clock.
!!
!! The model is not edited. Its routines lwr, swr and kuo take no arguments; the linker lets ours
!! stand in for them, and the model's own are called native_lwr, native_swr and native_kuo.
module plasim_host
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid, only: hybrid_domain, hybrid_scheme
  use pumamod, only: NHOR, NLON, NLPP, mypid, myworld, deglat, gwd, plarad, nstep, nkits, mtspd, &
    ndatim, deltsec
  implicit none
  private

  public :: longwave, shortwave, convection, open_step, close_run

  type(hybrid_domain), save :: atmosphere
  type(hybrid_scheme), save :: longwave, shortwave, convection

  logical :: created = .false.
  integer :: open_nstep = -1, open_nkits = -1

contains

  !> Called at the head of every scheme: opens the time step when the first of them is reached.
  subroutine open_step()
    use plasim_climate, only: begin_climate_step
    if (.not. created) call create()
    if (nstep == open_nstep .and. nkits == open_nkits) return
    open_nstep = nstep
    open_nkits = nkits
    call atmosphere%step(step_number(), date(), deltsec)
    call begin_climate_step()
  end subroutine open_step

  !> Of the model's calendar; the time of day is that of the step, mtspd of which make a day.
  character(len=19) function date()
    integer :: minute
    minute = mod(nstep, mtspd)*1440/mtspd
    write (date, '(i4.4,"-",i2.2,"-",i2.2,"T",i2.2,":",i2.2,":00")') ndatim(1:3), minute/60, &
      mod(minute, 60)
  end function date

  !> The short initial steps of a cold start (nkits = 3, 2, 1) share one nstep; they precede it.
  integer function step_number()
    step_number = nstep - nkits
  end function step_number

  subroutine close_run()
    use plasim_climate, only: write_climate
    if (.not. created) return
    call write_climate()
    call atmosphere%destroy()
  end subroutine close_run

  subroutine create()
    integer :: column(NHOR)
    real(real64) :: lat(NHOR), lon(NHOR), area(NHOR)
    real(real64), parameter :: pi = acos(-1.0_real64)
    integer :: jlat, jlon, jhor
    do jlat = 1, NLPP
      do jlon = 1, NLON
        jhor = (jlat - 1)*NLON + jlon
        column(jhor) = mypid*NHOR + jhor
        lat(jhor) = deglat(jlat)
        lon(jhor) = (jlon - 1)*360.0_real64/NLON
        area(jhor) = 2*pi*real(plarad, real64)**2*gwd(jlat)/NLON
      end do
    end do
    call atmosphere%create("hybrid.toml", column=column, lat=lat, lon=lon, area=area, &
      comm=myworld, log=report)
    call declare_longwave()
    call declare_shortwave()
    call declare_convection()
    created = .true.
  end subroutine create

  !> What the library has to say goes where the model's own messages go.
  subroutine report(level, text, data) bind(c)
    use, intrinsic :: iso_c_binding, only: c_int32_t, c_ptr
    use hybrid, only: hybrid_text
    use pumamod, only: nud
    integer(c_int32_t), value :: level
    type(c_ptr), value :: text, data
    write (nud, '(a)') "hybrid: "//hybrid_text(text)
  end subroutine report

  subroutine declare_longwave()
    call longwave%create(atmosphere, "longwave")
    call declare_air(longwave)
    call longwave%field("surface_temperature", "K")
    call longwave%field("land_area_fraction", "1")
    call longwave%field("upwelling_longwave_flux_in_air", "W m-2")
    call longwave%field("downwelling_longwave_flux_in_air", "W m-2")
    call longwave%field("net_downward_longwave_flux_in_air", "W m-2")
    call longwave%field("upwelling_longwave_flux_in_air_due_to_emission_by_air", "W m-2", &
      role="increment")
    call longwave%field("upwelling_longwave_flux_in_air_due_to_emission_by_surface", "W m-2", &
      role="increment")
    call longwave%field("toa_outgoing_longwave_flux_due_to_emission_by_layer", "W m-2")
    call longwave%field("surface_downwelling_longwave_flux_due_to_emission_by_layer", "W m-2")
  end subroutine declare_longwave

  subroutine declare_shortwave()
    call shortwave%create(atmosphere, "shortwave")
    call declare_air(shortwave)
    call shortwave%field("cosine_of_solar_zenith_angle", "1")
    call shortwave%field("solar_irradiance", "W m-2")
    call shortwave%field("land_area_fraction", "1")
    call shortwave%field("sea_ice_area_fraction", "1")
    call shortwave%field("surface_albedo", "1")
    call shortwave%field("surface_albedo_below_750_nm", "1")
    call shortwave%field("surface_albedo_above_750_nm", "1")
    call shortwave%field("upwelling_shortwave_flux_in_air", "W m-2")
    call shortwave%field("downwelling_shortwave_flux_in_air", "W m-2")
    call shortwave%field("net_downward_shortwave_flux_in_air", "W m-2")
  end subroutine declare_shortwave

  subroutine declare_convection()
    call convection%create(atmosphere, "convection")
    call convection%field("air_temperature", "K")
    call convection%field("surface_temperature", "K")
    call convection%field("specific_humidity", "1")
    call convection%field("surface_specific_humidity", "1")
    call convection%field("surface_air_pressure", "Pa")
    call convection%field("leapfrog_time_step", "s")
    call convection%field("tendency_of_air_temperature", "K s-1", role="increment")
    call convection%field("tendency_of_specific_humidity", "s-1", role="increment")
    call convection%field("tendency_of_specific_humidity_due_to_advection", "s-1", role="tendency")
    call convection%field("convective_rainfall_tendency_of_layer", "s-1", role="tendency")
    call convection%field("convective_snowfall_tendency_of_layer", "s-1", role="tendency")
    call convection%field("convective_cloud_flag", "1", role="flag")
    call convection%field("number_of_convective_cloud_layers", "1", role="flag")
  end subroutine declare_convection

  !> The state that both radiation schemes read.
  subroutine declare_air(scheme)
    type(hybrid_scheme), intent(inout) :: scheme
    call scheme%field("air_temperature", "K")
    call scheme%field("specific_humidity", "1")
    call scheme%field("cloud_area_fraction_in_atmosphere_layer", "1")
    call scheme%field("mass_fraction_of_cloud_liquid_water_in_air", "1")
    call scheme%field("mass_fraction_of_ozone_in_air", "1")
    call scheme%field("surface_air_pressure", "Pa")
  end subroutine declare_air

end module plasim_host

!> The model calls this when it ends.
subroutine radstop()
  use plasim_host, only: close_run
  implicit none
  external :: native_radstop
  call close_run()
  call native_radstop()
end subroutine radstop
