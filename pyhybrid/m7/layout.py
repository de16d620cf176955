# SPDX-License-Identifier: BSD-3-Clause
"""What M7 carries, in the order of its tracers, and the fields by which a host gives it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import Card, Field

MODES = ("NS", "KS", "AS", "CS", "KI", "AI", "CI")
NSOLUBLE = 4  # the first ones
TRACERS = (
    "H2SO4", "SO4_NS", "SO4_KS", "SO4_AS", "SO4_CS", "BC_KS", "BC_AS", "BC_CS", "BC_KI",
    "OC_KS", "OC_AS", "OC_CS", "OC_KI", "SS_AS", "SS_CS", "DU_AS", "DU_CS", "DU_AI", "DU_CI",
    "N_NS", "N_KS", "N_AS", "N_CS", "N_KI", "N_AI", "N_CI",
)  # fmt: skip
WATER = ("WAT_NS", "WAT_KS", "WAT_AS", "WAT_CS")
VARIABLES = TRACERS + WATER
NMASS = 19  # the gas and 18 masses come first
NTRACER = len(TRACERS)

#: Species to its masses among the tracers; the gas is sulfate, counted as H2SO4.
SPECIES: dict[str, slice] = {
    "SO4": slice(0, 5),
    "BC": slice(5, 9),
    "OC": slice(9, 13),
    "SS": slice(13, 15),
    "DU": slice(15, 19),
}

#: The environment of a box: name to unit and role, as hosts declare them.
ENVIRONMENT: dict[str, tuple[str, str]] = {
    "air_temperature": ("K", "state"),
    "air_pressure": ("Pa", "state"),
    "relative_humidity": ("1", "state"),
    "cloud_area_fraction_in_atmosphere_layer": ("1", "state"),
    "tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production": (
        "kg kg-1 s-1",
        "tendency",
    ),
    "time_step": ("s", "state"),
}
TEMPERATURE, PRESSURE, HUMIDITY, CLOUD, PRODUCTION, TIME_STEP = range(6)  # places in a sample
FIRST_TRACER = len(ENVIRONMENT)
NFEATURE, NOUTPUT = FIRST_TRACER + NTRACER, len(VARIABLES)

MASSES, NUMBERS = "aerosol_mass_mixing_ratios", "aerosol_number_mixing_ratios"
AEROSOL_WATER = "aerosol_water_mixing_ratios"


def mode_of(tracer: str) -> str:
    """Of ``"BC_KS"`` it is ``"KS"``; the gas has none."""
    return tracer.partition("_")[2]


def place(species: str, mode: str) -> int:
    """Of a mass or, with the species ``"N"``, of a number among the tracers."""
    return TRACERS.index(f"{species}_{mode}")


def members(mode: str) -> list[str]:
    """The species of a mode, sulfate first."""
    return [t.partition("_")[0] for t in TRACERS[1:NMASS] if mode_of(t) == mode]


def m7_card(name: str, **carried: Any) -> Card:
    """The card of an emulator of M7; a sample is a box.

    The last operations are in real64, so that the masses of a species close to its rounding.

    Parameters
    ----------
    name : str
    carried : mapping
        ``provenance``, ``scores``, ``training_range``, as of `Card`.
    """
    tracers = (
        _field(MASSES, "kg kg-1", NMASS),
        _field(NUMBERS, "kg-1", len(MODES)),
    )
    return Card(
        name=name,
        sample="box",
        kind="real64",
        inputs=(*_environment(), *tracers),
        outputs=(*tracers, _field(AEROSOL_WATER, "kg kg-1", len(WATER))),
        **carried,
    )


def fields_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    """Samples (box, 32) and what became of them (box, 30), by field as in a recording.

    Each field is (box) or (box, species).
    """
    before = [*ENVIRONMENT, MASSES, NUMBERS], [1] * len(ENVIRONMENT) + [NMASS, len(MODES)]
    after = [MASSES, NUMBERS, AEROSOL_WATER], [NMASS, len(MODES), len(WATER)]
    return {"input": _split(x, *before), "native": _split(y, *after)}


def _split(
    values: NDArray[np.float64], names: list[str], extents: list[int]
) -> dict[str, NDArray[np.float64]]:
    parts = np.split(values, np.cumsum(extents)[:-1], axis=1)
    return dict(zip(names, parts, strict=True))


def _environment() -> list[Field]:
    dims = {"time_step": ()}
    return [
        Field(name, unit, role, "real", dims.get(name, ("column", "level")))
        for name, (unit, role) in ENVIRONMENT.items()
    ]


def _field(name: str, unit: str, species: int) -> Field:
    return Field(name, unit, "state", "real", ("column", "level", "species"), species=species)
