# SPDX-License-Identifier: BSD-3-Clause
"""Budgets of energy and water: what area means of fluxes and stores leave over."""

from __future__ import annotations

from collections.abc import Mapping

from .._words import mismatch
from ..errors import FieldError
from .grid import Array
from .measures import Measured
from .runs import Run
from .selection import DEFAULT_BUDGETS, Budget, Selection
from .units import plain, times_second

_DAY = 86400.0  # s


def budgets_of(run: Run, selection: Selection) -> dict[str, Budget]:
    """By the names of the run's variables.

    Raises
    ------
    FieldError
        If a variable of a selected budget is missing, or its unit is another.
    """
    if selection.budgets is not None:
        return {name: _resolved(run, name, one) for name, one in selection.budgets.items()}
    found = {}
    for name, budget in DEFAULT_BUDGETS.items():
        try:
            found[name] = _resolved(run, name, budget)
        except FieldError:
            continue  # it was not asked for
    return found


def _resolved(run: Run, name: str, budget: Budget) -> Budget:
    terms = {run.variable(term): factor for term, factor in budget.terms.items()}
    stores = {run.variable(store): factor for store, factor in budget.stores.items()}
    _check_units(run, name, terms, budget.unit)
    _check_units(run, name, stores, times_second(budget.unit))
    return Budget(budget.unit, terms, stores)


def _check_units(run: Run, budget: str, factors: Mapping[str, float], unit: str) -> None:
    """Another factor than 1 and -1 may stand for another unit."""
    for name, factor in factors.items():
        if abs(factor) == 1 and plain(run.unit(name)) != plain(unit):
            what = f"budget {budget!r}: unit of {name}"
            raise FieldError(mismatch(what, f"{unit}, or a factor", run.unit(name)))


def balance(
    budget: Budget, measured: Mapping[str, list[Measured]], run: int, days: Array
) -> float:
    """Mean over time of the terms, less how fast the stores change from the first to the last."""
    left = sum(factor * measured[name][run].mean for name, factor in budget.terms.items())
    for name, factor in budget.stores.items():
        series = measured[name][run].series
        seconds = (days[-1] - days[0]) * _DAY
        left -= factor * (series[-1] - series[0]) / seconds if seconds else 0.0
    return float(left)
