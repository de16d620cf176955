# SPDX-License-Identifier: BSD-3-Clause
"""A comparison as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._table import Table, number

Json = dict[str, Any]
_HEAD = ("what", "test", "unit", "run", "native", "difference", "found beyond", "p", "p of all",
         "")  # fmt: skip
_DRIFT = ("variable", "unit", "run", "error", "native, least", "native, most")
_SCORES = ("run", "variable", "bias", "MAE", "RMSE", "ACC", "scored", "times")


def tables(result: Json) -> Iterator[Table]:
    """Tests, trends, scores."""
    rows = sorted(_tests(result), key=lambda row: (row[0] >= result["alpha"], row[1]))
    notes = [
        f"{result['tests']} tests; Holm's correction: at most {100 * result['alpha']:g} % of "
        "native runs are rejected by any of them",
        "zonal patterns: run and native are distances (root mean square) from the other natives",
    ]
    if result["not_tested"]:
        notes.append("prescribed, or the same in all runs to the rounding of files, so not tested: "
                     f"{', '.join(result['not_tested'])}")  # fmt: skip
    if result["repeated"]:
        notes.append(f"the run has the same values as {', '.join(result['repeated'])}")
    yield Table("Against the spread of the native runs", _HEAD, tuple(r for *_, r in rows),
                tuple(notes))  # fmt: skip
    drift = tuple(_drifts(result))
    if drift:
        notes = ["standard error by the run itself, neighbours in time being alike"]
        yield Table("Trends of area means", _DRIFT, drift, tuple(notes))
    scores = tuple(_scores(result))
    if scores:
        left = ", ".join(result["not_verified"])
        notes = [f"left out, as the given data have none of that name or standard name, or more "
                 f"than one: {left}"] if left else []  # fmt: skip
        yield Table("Against the given data, weighted with area", _SCORES, scores, tuple(notes))


def _tests(result: Json) -> Iterator[tuple[float, float, tuple[str, ...]]]:
    keys = ("run", "native", "difference", "limit", "p", "adjusted")
    for group in ("variable", "budget"):
        for name, one in result[group].items():
            for kind, test in one["test"].items():
                mark = "differs" if test["adjusted"] < result["alpha"] else ""
                cells = (number(test[key]) for key in keys)
                yield test["adjusted"], test["p"], (name, kind, test["unit"], *cells, mark)


def _drifts(result: Json) -> Iterator[tuple[str, ...]]:
    for name, one in result["variable"].items():
        slopes = [value for value in one["drift_per_day"]["native"] if value is not None]
        if slopes:
            run = (one["drift_per_day"]["run"], one["drift_error_per_day"]["run"])
            cells = (number(value) for value in (*run, min(slopes), max(slopes)))
            yield name, f"{one['unit']} per day", *cells


def _scores(result: Json) -> Iterator[tuple[str, ...]]:
    for run, variables in result["verification"].items():
        for name, one in variables.items():
            cells = (number(one[key]) for key in ("bias", "mae", "rmse", "acc", "scored"))
            told = name if one["given"] == name else f"{name} ({one['given']})"
            yield run, told, *cells, f"{one['times']}"
