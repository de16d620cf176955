! SPDX-License-Identifier: BSD-3-Clause
!
!> Stands in for PlaSim's short-wave radiation, which overwrites the surface albedos where the sun
!! shines. In the model upward fluxes are negative; the field carries CF's sign.
subroutine swr()
  use hybrid, only: hybrid_call
  use plasim_host, only: shortwave, open_step
  use pumamod, only: NHOR, NLEV, dt, dq, dcc, dql, dqo3, dp, dls, dicec, dalb, dsalb, dfu, dfd, &
    dswfl
  use radmod, only: gmu0, gsol0, gdist2
  implicit none
  external :: native_swr
  type(hybrid_call) :: this

  call open_step()
  call shortwave%open(this, ncol=NHOR)
  call this%put("air_temperature", dt(:, 1:NLEV))
  call this%put("specific_humidity", dq(:, 1:NLEV))
  call this%put("cloud_area_fraction_in_atmosphere_layer", dcc(:, 1:NLEV))
  call this%put("mass_fraction_of_cloud_liquid_water_in_air", dql(:, 1:NLEV))
  call this%put("mass_fraction_of_ozone_in_air", dqo3(:, 1:NLEV))
  call this%put("surface_air_pressure", dp)
  call this%put("cosine_of_solar_zenith_angle", gmu0)
  call this%put("solar_irradiance", gsol0*gdist2)
  call this%put("land_area_fraction", dls)
  call this%put("sea_ice_area_fraction", dicec)
  call this%put("surface_albedo", dalb)
  call this%put("surface_albedo_below_750_nm", dsalb(1, :))
  call this%put("surface_albedo_above_750_nm", dsalb(2, :))
  call this%run()
  if (this%native_wanted()) call native_swr()
  dfu = -dfu
  call this%get("upwelling_shortwave_flux_in_air", dfu)
  dfu = -dfu
  call this%get("downwelling_shortwave_flux_in_air", dfd)
  call this%get("net_downward_shortwave_flux_in_air", dswfl)
  call this%get("surface_albedo", dalb)
  call this%get("surface_albedo_below_750_nm", dsalb(1, :))
  call this%get("surface_albedo_above_750_nm", dsalb(2, :))
  call this%close()
end subroutine swr
