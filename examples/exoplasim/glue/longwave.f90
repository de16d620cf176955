! SPDX-License-Identifier: BSD-3-Clause
!
!> Stands in for PlaSim's long-wave radiation. In the model upward fluxes are negative; the fields
!! carry CF's sign, upward positive. Negation is exact, so no bit is lost on the way.
subroutine lwr()
  use hybrid, only: hybrid_call
  use plasim_host, only: longwave, open_step
  use pumamod, only: NHOR, NLEV, dt, dq, dcc, dql, dqo3, dp, dls, dftu, dftd, dlwfl
  use radmod, only: dftue1, dftue2, dftu0, dftd0
  implicit none
  external :: native_lwr
  type(hybrid_call) :: this

  call open_step()
  call longwave%open(this, ncol=NHOR)
  call this%put("air_temperature", dt(:, 1:NLEV))
  call this%put("surface_temperature", dt(:, NLEV + 1))
  call this%put("specific_humidity", dq(:, 1:NLEV))
  call this%put("cloud_area_fraction_in_atmosphere_layer", dcc(:, 1:NLEV))
  call this%put("mass_fraction_of_cloud_liquid_water_in_air", dql(:, 1:NLEV))
  call this%put("mass_fraction_of_ozone_in_air", dqo3(:, 1:NLEV))
  call this%put("surface_air_pressure", dp)
  call this%put("land_area_fraction", dls)
  call this%put("upwelling_longwave_flux_in_air_due_to_emission_by_air", -dftue1)
  call this%put("upwelling_longwave_flux_in_air_due_to_emission_by_surface", -dftue2)
  call this%run()
  if (this%native_wanted()) call native_lwr()
  call get_negated("upwelling_longwave_flux_in_air", dftu)
  call this%get("downwelling_longwave_flux_in_air", dftd)
  call this%get("net_downward_longwave_flux_in_air", dlwfl)
  call get_negated("upwelling_longwave_flux_in_air_due_to_emission_by_air", dftue1)
  call get_negated("upwelling_longwave_flux_in_air_due_to_emission_by_surface", dftue2)
  call get_negated("toa_outgoing_longwave_flux_due_to_emission_by_layer", dftu0(:, 1:NLEV))
  call get_negated("surface_downwelling_longwave_flux_due_to_emission_by_layer", &
    dftd0(:, 1:NLEV))
  call this%close()

contains

  subroutine get_negated(name, flux)
    character(len=*), intent(in) :: name
    real, intent(inout) :: flux(:, :)
    flux = -flux
    call this%get(name, flux)
    flux = -flux
  end subroutine get_negated

end subroutine lwr
