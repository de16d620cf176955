# SPDX-License-Identifier: BSD-3-Clause
"""The distribution of precipitation, by area and time."""

from __future__ import annotations

import numpy as np

from .._words import mismatch
from ..errors import FieldError
from ..validation.buckets import Buckets
from .grid import Array
from .measures import Measured
from .runs import Run
from .selection import Selection
from .significance import Rounding, Test, number_test

UNIT = "mm day-1"
_STANDARD = ("precipitation_flux", "lwe_precipitation_rate")
_WET = 1.0  # mm day-1
_CLOSE = 1e-6  # values at the limit of a bucket fall into the next one when they are rounded
_QUANTILES = {"P90": 0.9, "P99": 0.99, "P99.9": 0.999}
_FACTORS = {
    "kg m-2 s-1": 86400.0, "kg/m2/s": 86400.0, "kg m**-2 s**-1": 86400.0, "mm s-1": 86400.0,
    "mm day-1": 1.0, "mm/day": 1.0, "mm d-1": 1.0, "kg m-2 day-1": 1.0,
    "m s-1": 86400e3, "m/s": 86400e3, "m day-1": 1000.0,
}  # fmt: skip


def rain_variable(run: Run, selection: Selection, names: list[str]) -> str:
    """Of those that are compared; "" if there is none."""
    if selection.precipitation:
        name = run.variable(selection.precipitation)
        if name not in names:
            names.append(name)
        return name
    for name in names:
        if run.data[name].attrs.get("standard_name") in _STANDARD:
            return name
    return ""


def factor_of(run: Run, name: str) -> float:
    """From the file's unit to mm day-1.

    Raises
    ------
    FieldError
        If it is no unit of a rate of rain.
    """
    if run.unit(name) not in _FACTORS:
        wanted = f"one of {', '.join(_FACTORS)}"
        raise FieldError(mismatch(f"{run.name}: unit of {name}", wanted, run.unit(name)))
    return _FACTORS[run.unit(name)]


def wet_part(rain: Buckets) -> float:
    """Part of area and time with more than 1 mm day-1, to 1/256 of that value."""
    first = Buckets.of(np.array([_WET])).key[0]
    total = rain.sums[0].sum()
    return float(rain.sums[0][rain.key >= first].sum() / total) if total else np.nan


def rain_quantiles(found: list[Measured]) -> dict[str, Array]:
    """Of each run, by name."""
    rains = [one.rain for one in found if one.rain is not None]
    wanted = np.array(list(_QUANTILES.values()))
    rows = np.stack([one.quantiles(wanted) for one in rains])
    return dict(zip(_QUANTILES, rows.T, strict=True))


def rain_numbers(what: str, found: list[Measured]) -> list[Test]:
    """Tests of quantiles, and of the wet part."""
    wet = np.array([wet_part(one.rain) for one in found if one.rain is not None])
    numbers = {"wet part": wet, **rain_quantiles(found)}
    units = {"wet part": "1"}
    return [
        number_test(what, f"rain {name}", units.get(name, UNIT), float(values[0]), values[1:],
                    Rounding(_CLOSE * float(values[1:].mean())))
        for name, values in numbers.items()
    ]  # fmt: skip
