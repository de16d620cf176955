# SPDX-License-Identifier: BSD-3-Clause
"""Whether the levels of a variable are at the same places in two runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ShapeError
from .measures import SINGLE
from .runs import Run

_UNITS = {
    "Pa": ("Pa", 1.0), "hPa": ("Pa", 100.0), "mbar": ("Pa", 100.0), "mb": ("Pa", 100.0),
    "millibar": ("Pa", 100.0), "millibars": ("Pa", 100.0), "kPa": ("Pa", 1e3),
    "m": ("m", 1.0), "km": ("m", 1e3),
    "level": ("1", 1.0), "layer": ("1", 1.0), "sigma_level": ("1", 1.0),
}  # fmt: skip
_CLOSE = 1e-4  # files round


def check_levels(first: Run, other: Run, mine: str, its: str) -> None:
    """Compares the levels of `mine` in the first run with those of `its` in the other.

    Coordinates are compared if both have one, else the number of levels alone.

    Raises
    ------
    ShapeError
        If there are more or fewer, or they are elsewhere, in another order or of another unit.
    """
    count, found = first.field(mine).shape[1], other.field(its).shape[1]
    if count != found:
        raise ShapeError(mismatch(f"{other.name}: levels of {its}", count, found))
    one, two = _coordinate(first, mine), _coordinate(other, its)
    if one is not None and two is not None:
        _compare(f"{other.name}: levels of {its}", one, two)


def _coordinate(run: Run, name: str) -> Any:
    """None: there is none."""
    field = run.field(name)
    level = field.dims[1]
    return field.coords[level] if level in field.coords else None  # get() would count places


def _compare(what: str, one: Any, two: Any) -> None:
    if not {one.dtype.kind, two.dtype.kind} <= {*"fiu"}:  # names of levels
        mine, its = (list(map(str, each.values)) for each in (one, two))
        if mine != its:
            raise ShapeError(mismatch(what, mine, its))
        return
    known = "units" in one.attrs and "units" in two.attrs  # else numbers are all there is
    (mine, unit), (its, found) = (_in_units(each, known) for each in (one, two))
    if unit != found:
        raise ShapeError(mismatch(f"{what}: unit", one.attrs["units"], two.attrs["units"]))
    if _same(mine, its):
        return
    turned = "the same in turned order, " if _same(mine, its[::-1]) else ""
    raise ShapeError(mismatch(what, _told(one), f"{turned}{_told(two)}"))


def _in_units(coordinate: Any, known: bool) -> tuple[Any, str]:
    """Values (level) in a common unit."""
    given = str(coordinate.attrs["units"]) if known else ""
    unit, factor = _UNITS.get(given, (given, 1.0))
    return coordinate.values.astype(np.float64) * factor, unit


def _same(mine: Any, its: Any) -> bool:
    least = SINGLE * np.abs(mine).max()
    return bool(np.isclose(its, mine, rtol=_CLOSE, atol=least, equal_nan=True).all())


def _told(coordinate: Any) -> str:
    values = [f"{value:g}" for value in coordinate.values.astype(np.float64)]
    shown = values if len(values) <= 6 else [*values[:3], "...", *values[-2:]]
    return f"{', '.join(shown)} {coordinate.attrs.get('units', '')}".rstrip()
