# SPDX-License-Identifier: BSD-3-Clause
"""Networks that emulate a scheme of a column, with all that guards and constraints compare with.

Their numbers have the size of those of the atmosphere; nothing else is meant by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..card import Card, Field, Normalisation, ValidRange
from .networks import LEVELS, Network

TEMPERATURE, HUMIDITY = "air_temperature", "specific_humidity"
HEATING, MOISTENING = "tendency_of_air_temperature", "tendency_of_specific_humidity"
RAIN, TOP, SURFACE = "precipitation_flux", "toa_upward_flux", "surface_upward_flux"
MASS = "atmosphere_mass_per_area"  # of a layer
_REACH = 10.0  # of training, in deviations: inputs are drawn within 1


@dataclass(frozen=True)
class Values:
    """A field and the size of its values: middle and deviation."""

    name: str
    unit: str
    middle: float
    deviation: float
    role: str = "state"
    levels: bool = True
    valid: ValidRange | None = None

    def field(self) -> Field:
        """As a card has it."""
        return Field(
            self.name,
            self.unit,
            self.role,
            "real",
            ("column", "level") if self.levels else ("column",),
            LEVELS if self.levels else None,
            normalisation=Normalisation((self.middle,), (self.deviation,)),
            valid_range=self.valid,
        )

    def training(self) -> dict[str, float]:
        """As a card has it."""
        reach = _REACH * self.deviation
        return {"min": self.middle - reach, "max": self.middle + reach}


_FRACTION = ValidRange((-0.1,), (1.1,))
_PROFILES = (
    Values(TEMPERATURE, "K", 250, 10, valid=ValidRange((100,), (400,))),
    Values(HUMIDITY, "1", 5e-3, 4e-4, valid=_FRACTION),
    Values(MASS, "kg m-2", 160, 10, valid=ValidRange((0,))),
    Values("cloud_area_fraction", "1", 0.5, 0.05, valid=_FRACTION),
    Values("mass_fraction_of_cloud_liquid_water", "1", 5e-5, 4e-6, valid=_FRACTION),
    Values("mass_fraction_of_cloud_ice", "1", 5e-5, 4e-6, valid=_FRACTION),
    Values("eastward_wind", "m s-1", 0, 10),
    Values("northward_wind", "m s-1", 0, 10),
)
_SCALARS = tuple(
    Values(name, unit, middle, deviation, levels=False)
    for name, unit, middle, deviation in (
        ("surface_temperature", "K", 280.0, 10.0),
        ("surface_albedo", "1", 0.3, 0.02),
        ("cosine_of_solar_zenith_angle", "1", 0.5, 0.04),
        ("surface_air_pressure", "Pa", 1e5, 1e3),
    )
)
_OUTPUTS = (
    Values(HEATING, "K s-1", 0, 1e-5, "tendency"),
    Values(MOISTENING, "s-1", 0, 1e-9, "tendency"),
    Values(RAIN, "kg m-2 s-1", 3e-5, 1e-6, "state", False),
    Values(TOP, "W m-2", 240, 10, "state", False),
    Values(SURFACE, "W m-2", 100, 10, "state", False),
)


def columns() -> dict[str, Network]:
    """All of them, by name: their weights are in `modules`."""
    dense = (*_PROFILES[:2], *_SCALARS)
    known = (
        _network("mlp-column", "124-256x3-123, ReLU", dense),
        _network("conv-column", "convolution 5, 8-32x3-2, 60 levels, fluxes", _PROFILES),
        _network("gru-column", "bidirectional GRU 32, 60 levels, fluxes", _PROFILES),
    )
    return {network.name: network for network in known}


def _network(name: str, what: str, inputs: Sequence[Values]) -> Network:
    ranges = {one.name: one.training() for one in (*inputs, *_OUTPUTS)}
    fields = (tuple(one.field() for one in values) for values in (inputs, _OUTPUTS))
    card = Card(f"{name} of pyhybrid bench", "column", "real32", *fields, training_range=ranges)
    return Network(name, what, card, ())


def mass_field() -> Field:
    """What budgets read, for networks that do not."""
    return _PROFILES[2].field()
