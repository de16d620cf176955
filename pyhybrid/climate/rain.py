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
from .units import plain

UNIT = "mm day-1"
_STANDARD = ("precipitation_flux", "lwe_precipitation_rate")
_WET = 1.0  # mm day-1
_CLOSE = 1e-6  # values at the limit of a bucket fall into the next one when they are rounded
_QUANTILES = {"P90": 0.9, "P99": 0.99, "P99.9": 0.999}
_AMOUNTS = {"kg m-2": 1.0, "mm": 1.0, "m": 1000.0}  # mm of water
_TIMES = {"s": 86400.0, "h": 24.0, "hr": 24.0, "hour": 24.0, "d": 1.0, "day": 1.0}  # of a day
_FACTORS = {
    f"{amount} {time}-1": size * count
    for amount, size in _AMOUNTS.items()
    for time, count in _TIMES.items()
}


def rain_variable(run: Run, selection: Selection, names: list[str]) -> str:
    """Of those that are compared; "" if there is none, or its unit is unknown and need not be."""
    name = _named(run, selection, names)
    known = name and plain(run.unit(name)) in _FACTORS
    return name if known or selection.tested("rain") else ""


def _named(run: Run, selection: Selection, names: list[str]) -> str:
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
    unit = plain(run.unit(name))
    if unit not in _FACTORS:
        wanted = f"one of {', '.join(_AMOUNTS)} per {', '.join(_TIMES)}, or `tests` without rain"
        raise FieldError(mismatch(f"{run.name}: unit of {name}", wanted, run.unit(name)))
    return _FACTORS[unit]


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
