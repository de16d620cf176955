# SPDX-License-Identifier: BSD-3-Clause
"""How far apart the tested numbers of two files may be that store the same values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .grid import Array, area_mean
from .measures import SINGLE, Measured
from .runs import Run
from .selection import Budget
from .significance import Rounding

_MOST = 1e-3  # of the largest value: steps that are larger are no rounding
_DAY = 86400.0  # s


def roundings(found: list[Measured], weight: Array) -> tuple[Rounding, Rounding]:
    """Of patterns (level and latitude in one axis), and of means over them.

    The natives' sizes count: those of a run that blew up would excuse it.
    """
    single = np.max([one.rounding for one in found[1:]], axis=0)
    most = float(single.max()) / SINGLE * _MOST
    step = max([one.step for one in found if one.step <= most], default=0.0)
    mean = float(np.sqrt(area_mean((single**2).mean(0), weight)))
    return Rounding(single.ravel(), step), Rounding(mean, step)


def alike(one: Measured, other: Measured, weight: Array) -> bool:
    """Whether two runs have the same values of a variable, as far as it is measured."""
    places, number = roundings([one, one, other], weight)  # sizes of the first do not count
    pairs = [
        (one.series, other.series, number.single),
        (one.zonal.ravel(), other.zonal.ravel(), places.single),
        (one.deviation.ravel(), other.deviation.ravel(), places.single),
    ]
    return all(np.isclose(a, b, rtol=0, atol=off, equal_nan=True).all() for a, b, off in pairs)


def slope_error(days: Array) -> float:
    """Per day, of a line through values that are off by one at most."""
    off = days - days.mean()
    return float(np.abs(off).sum() / (off @ off)) if len(days) > 1 else 0.0


def balance_rounding(
    budget: Budget, measured: Mapping[str, list[Measured]], runs: list[Run]
) -> Rounding:
    """Of what the budget leaves over."""
    days, weight = runs[1].days, runs[1].grid.weight
    seconds = (days[-1] - days[0]) * _DAY or np.inf
    factors = [(name, abs(factor)) for name, factor in budget.terms.items()]
    factors += [(name, 2 * abs(factor) / seconds) for name, factor in budget.stores.items()]
    all_of = [roundings(measured[name], weight)[1].times(factor) for name, factor in factors]
    return Rounding(sum(one.single for one in all_of), sum(one.step for one in all_of))
