# SPDX-License-Identifier: BSD-3-Clause
"""The cards of the three emulators, from what their networks say of inputs and outputs."""

from __future__ import annotations

from datetime import date
from typing import Any

from networks import NETWORKS

from pyhybrid import Card, Field

# Name to unit and role, as the glue declares them to the library.
_FLUX = ("W m-2", "state")
_ADDED_FLUX = ("W m-2", "increment")
_FRACTION = ("1", "state")
_FLAG = ("1", "flag")
FIELDS: dict[str, tuple[str, str]] = {
    "air_temperature": ("K", "state"),
    "surface_temperature": ("K", "state"),
    "specific_humidity": _FRACTION,
    "surface_specific_humidity": _FRACTION,
    "cloud_area_fraction_in_atmosphere_layer": _FRACTION,
    "mass_fraction_of_cloud_liquid_water_in_air": _FRACTION,
    "mass_fraction_of_ozone_in_air": _FRACTION,
    "surface_air_pressure": ("Pa", "state"),
    "land_area_fraction": _FRACTION,
    "sea_ice_area_fraction": _FRACTION,
    "upwelling_longwave_flux_in_air": _FLUX,
    "downwelling_longwave_flux_in_air": _FLUX,
    "net_downward_longwave_flux_in_air": _FLUX,
    "upwelling_longwave_flux_in_air_due_to_emission_by_air": _ADDED_FLUX,
    "upwelling_longwave_flux_in_air_due_to_emission_by_surface": _ADDED_FLUX,
    "toa_outgoing_longwave_flux_due_to_emission_by_layer": _FLUX,
    "surface_downwelling_longwave_flux_due_to_emission_by_layer": _FLUX,
    "cosine_of_solar_zenith_angle": _FRACTION,
    "solar_irradiance": _FLUX,
    "surface_albedo": _FRACTION,
    "surface_albedo_below_750_nm": _FRACTION,
    "surface_albedo_above_750_nm": _FRACTION,
    "upwelling_shortwave_flux_in_air": _FLUX,
    "downwelling_shortwave_flux_in_air": _FLUX,
    "net_downward_shortwave_flux_in_air": _FLUX,
    "tendency_of_air_temperature": ("K s-1", "increment"),
    "tendency_of_specific_humidity": ("s-1", "increment"),
    "tendency_of_specific_humidity_due_to_advection": ("s-1", "tendency"),
    "leapfrog_time_step": ("s", "state"),
    "convective_rainfall_tendency_of_layer": ("s-1", "tendency"),
    "convective_snowfall_tendency_of_layer": ("s-1", "tendency"),
    "convective_cloud_flag": _FLAG,
    "number_of_convective_cloud_layers": _FLAG,
}


def card_of(scheme: str, scores: dict[str, Any] | None = None) -> Card:
    """The card of a scheme's emulator, with its offline scores if there are any."""
    network = NETWORKS[scheme]
    return Card(
        name=scheme,
        sample="column",
        kind="real32",
        inputs=tuple(_field(name, extent) for name, extent in network.INPUTS),
        outputs=tuple(_field(name, extent) for name, extent in network.OUTPUTS),
        provenance={
            "host": "ExoPlaSim 3.4.2, T21L10, Earth, CO2 360 ppmv",
            "training": "examples/exoplasim/train.py",
            "date": date.today().isoformat(),
        },
        scores=scores or {},
    )


def _field(name: str, extent: int) -> Field:
    unit, role = FIELDS[name]
    return Field(
        name=name,
        unit=unit,
        role=role,
        kind="integer" if role == "flag" else "real",
        dims=("column", "level") if extent > 1 else ("column",),
        levels=extent if extent > 1 else None,
    )
