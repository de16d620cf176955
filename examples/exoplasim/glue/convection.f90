! SPDX-License-Identifier: BSD-3-Clause
!
!> Stands in for PlaSim's Kuo convection, which adds to the tendencies of temperature and humidity
!! and tells others of its rain and of its clouds.
subroutine kuo()
  use hybrid, only: hybrid_call
  use plasim_climate, only: add_climate_step
  use plasim_host, only: convection, open_step
  use pumamod, only: NHOR, NLEV, dt, dq, dtdt, dqdt, dqt, dp, deltsec2
  use rainmod, only: dprcl, dprscl, icclev, icctot
  implicit none
  external :: native_kuo
  type(hybrid_call) :: this

  call open_step()
  call convection%open(this, ncol=NHOR)
  call this%put("air_temperature", dt(:, 1:NLEV))
  call this%put("surface_temperature", dt(:, NLEV + 1))
  call this%put("specific_humidity", dq(:, 1:NLEV))
  call this%put("surface_specific_humidity", dq(:, NLEV + 1))
  call this%put("tendency_of_air_temperature", dtdt(:, 1:NLEV))
  call this%put("tendency_of_specific_humidity", dqdt(:, 1:NLEV))
  call this%put("tendency_of_specific_humidity_due_to_advection", dqt(:, 1:NLEV))
  call this%put("surface_air_pressure", dp)
  call this%put("leapfrog_time_step", deltsec2)
  call this%run()
  if (this%native_wanted()) call native_kuo()
  call this%get("tendency_of_air_temperature", dtdt(:, 1:NLEV))
  call this%get("tendency_of_specific_humidity", dqdt(:, 1:NLEV))
  call this%get("convective_rainfall_tendency_of_layer", dprcl)
  call this%get("convective_snowfall_tendency_of_layer", dprscl)
  call this%get("convective_cloud_flag", icclev)
  call this%get("number_of_convective_cloud_layers", icctot)
  call this%close()
  call add_climate_step()
end subroutine kuo
