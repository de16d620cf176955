# SPDX-License-Identifier: BSD-3-Clause
"""A comparison as numbers: what the JSON file holds, and tables, pages and thresholds read."""

from __future__ import annotations

from typing import Any

import numpy as np

from .balances import balance
from .comparing import Comparison
from .measures import trend
from .rain import rain_quantiles, wet_part
from .significance import Test

Json = dict[str, Any]


def as_json(comparison: Comparison, verification: dict[str, Json]) -> Json:
    """Everything; None where a number is none.

    Parameters
    ----------
    comparison : Comparison
    verification : dict
        Name of a run to its scores by variable.
    """
    run, *natives = comparison.runs
    return {
        "format": "pyhybrid climate",
        "version": 1,
        "run": {"name": run.name, "files": run.files},
        "natives": [{"name": one.name, "files": one.files} for one in natives],
        "times": len(run.times),
        "from": str(run.times[0]),
        "until": str(run.times[-1]),
        "calendar": str(run.times.calendar),
        "area_weights": run.grid.kind,
        "alpha": comparison.alpha,
        "accepted": not comparison.objections,
        "objections": comparison.objections,
        "tests": len(comparison.tests),
        "not_tested": comparison.same,
        "repeated": comparison.repeated,
        "variable": {name: _variable(comparison, name) for name in comparison.measured},
        "budget": {name: _budget(comparison, name) for name in comparison.budgets},
        "verification": verification,
        "not_verified": _left_out(comparison, verification),
    }


def _left_out(comparison: Comparison, verification: dict[str, Json]) -> list[str]:
    """Variables that the given data do not have; none if there are no scores at all."""
    scored = verification.get(comparison.runs[0].name)
    return [name for name in comparison.measured if name not in scored] if scored else []


def _variable(comparison: Comparison, name: str) -> Json:
    found = comparison.measured[name]
    lines = [trend(one.series, run.days) for one, run in zip(found, comparison.runs, strict=True)]
    table: Json = {
        "unit": found[0].unit,
        "missing": _beside([one.missing for one in found]),
        "mean": _beside([one.mean for one in found]),
        "variability": _beside([one.variability for one in found]),
        "drift_per_day": _beside([one.slope for one in lines]),
        "drift_error_per_day": _beside([one.error for one in lines]),
        "test": {one.kind: _test(one) for one in comparison.tests if one.what == name},
    }
    if name == comparison.precipitation:
        rain = {"wet_part": [wet_part(one.rain) for one in found if one.rain is not None]}
        rain |= {key: list(values) for key, values in rain_quantiles(found).items()}
        table["rain_mm_per_day"] = {key: _beside(values) for key, values in rain.items()}
    return table


def _budget(comparison: Comparison, name: str) -> Json:
    budget = comparison.budgets[name]
    left = [
        balance(budget, comparison.measured, place, run.days)
        for place, run in enumerate(comparison.runs)
    ]
    tests = {
        one.kind: _test(one)
        for one in comparison.tests
        if one.what == name and one.kind == "budget"
    }
    terms = {"terms": dict(budget.terms), "stores": dict(budget.stores)}
    return {"unit": budget.unit, **terms, "left": _beside(left), "test": tests}


def _beside(values: list[float]) -> Json:
    """The run's, the natives' and how far the run is from their mean."""
    run, *natives = values
    with np.errstate(invalid="ignore"):  # infinite errors of trends have no difference
        difference = run - np.mean(natives)
    return {
        "run": number(run),
        "native": [number(one) for one in natives],
        "difference": number(difference),
    }


def _test(test: Test) -> Json:
    keys = ("run", "native", "difference", "deviation", "limit", "p", "adjusted")
    table: Json = {key: number(getattr(test, key)) for key in keys}
    return {"unit": test.unit, **table, "members": [number(one) for one in test.members]}


def number(value: Any) -> float | None:
    """None where it is not finite."""
    return float(value) if np.isfinite(value) else None
