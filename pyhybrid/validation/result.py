# SPDX-License-Identifier: BSD-3-Clause
"""A validation as numbers: what the JSON file holds, and tables, pages and limits read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .buckets import Buckets
from .moments import scores, telling
from .running import Runner
from .splits import in_order
from .totals import CHANGE, FieldScores, Scores
from .validating import Validation

Json = dict[str, Any]
QUANTILES = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_GROUPS = 10  # parts of the native distribution
_ROWS = ("bias", "mae", "rmse", "r2", "correlation", "native_mean", "native_deviation")
_ALL = ""


def as_json(validation: Validation) -> Json:
    """Everything; None where a number is none."""
    plan, recording = validation.plan, validation.recording
    return {
        "format": "pyhybrid validation",
        "version": 1,
        "recording": {
            "scheme": recording.scheme,
            "orientation": recording.orientation,
            "samples": len(recording),
            "files": recording.counts,
        },
        "split": plan.split,
        "margin": plan.margin,
        "emulators": {
            name: _emulator(runner, validation.scores[name], plan.split)
            for name, runner in validation.runners.items()
        },
    }


def _emulator(runner: Runner, groups: dict[str, Scores], split: str) -> Json:
    return {
        "file": str(runner.path),
        "sha256": runner.sha256,
        "card": runner.card.name,
        "backend": runner.backend,
        **tables_of(runner, groups[_ALL], whole=True),
        "split": {
            name: tables_of(runner, groups[name], whole=False)
            for name in in_order(split, groups.keys() - {_ALL})
        },
    }


def tables_of(runner: Runner, found: Scores, whole: bool) -> Json:
    """Of all samples, or of a part of them; `whole` with what is told of all alone."""
    return {
        "samples": found.samples,
        **{f"without_{what}": int(count) for what, count in found.lost.items()},
        "field": field_table(runner, found, whole),
        "budget": _budgets(runner, found),
        "outside": _outside(found, whole),
    }


def field_table(runner: Runner, found: Scores, whole: bool = False) -> Json:
    """Scores by output; `whole` with those of each level and species."""
    roles = {one.name: one for one in runner.card.outputs}
    fields: Json = {}
    for name, one in found.fields.items():
        card = roles[name.removesuffix(CHANGE)]
        about = {"unit": card.unit, "role": card.role, "kind": card.kind}
        fields[name] = about | scores_of_field(one, card.kind, whole)
        if name in found.ensembles:
            fields[name]["ensemble"] = found.ensembles[name].scores()
            fields[name]["ensemble"]["ranks"] = _listed(found.ensembles[name].ranks)
    return fields


def scores_of_field(one: FieldScores, kind: str, whole: bool) -> Json:
    """Of an output; `kind` as in its card."""
    pooled = {key: _number(value[0]) for key, value in scores(one.moments, True).items()}
    rows = {key: value.reshape(one.shape) for key, value in scores(one.moments).items()}
    table: Json = {**pooled, "agreement": _agreement(one), **_worst(rows)}
    table |= _valid(one)
    if kind != "real":  # the mean of categories is none
        return {key: table[key] for key in ("n", "agreement")}
    if not whole:
        return table
    table["levels"], table["species"] = one.shape
    table["rows"] = {key: _listed(rows[key]) for key in (*_ROWS, *_of_area(rows))}
    table["by_species"] = [_species(one, number) for number in range(one.shape[1])]
    return table


def _of_area(rows: dict[str, NDArray[np.float64]]) -> list[str]:
    return [key for key in ("native_area_mean", "emulated_area_mean", "area_bias") if key in rows]


def _agreement(one: FieldScores) -> float | None:
    n = float(one.moments.n.sum())
    return float(one.sums["equal"].sum()) / n if n else None


def _worst(rows: dict[str, NDArray[np.float64]]) -> Json:
    """The row with the lowest R2, of those where native values vary as they do elsewhere."""
    r2 = np.where(telling(rows["native_deviation"]) > 0, rows["r2"], np.nan)
    if np.isnan(r2).all():
        return {"worst_r2": None, "worst": None}
    level, species = np.unravel_index(int(np.nanargmin(r2)), r2.shape)
    place = {"level": int(level) + 1, "species": int(species) + 1}
    return {"worst_r2": _number(r2[level, species]), "worst": place}


def _valid(one: FieldScores) -> Json:
    """Values beyond the valid range of the card."""
    return {
        f"{who}{side}": float(one.sums[side][place].sum())
        for side in ("below", "above")
        if side in one.sums
        for place, who in enumerate(("native_", ""))
    }


def _species(one: FieldScores, number: int) -> Json:
    """Scores of one species over all levels, and by the size of the native value."""
    rows = slice(number, None, one.shape[1])
    table: Json = {
        key: _number(value[0]) for key, value in scores(one.moments.rows(rows), True).items()
    }
    native, emulated = one.native[number], one.emulated[number]
    return table | {"quantiles": _quantiles(native, emulated), "by_native_value": _parts(native)}


def _quantiles(native: Buckets, emulated: Buckets) -> Json:
    wanted = np.array(QUANTILES)
    return {
        "of": list(QUANTILES),
        "native": _listed(native.quantiles(wanted)),
        "emulated": _listed(emulated.quantiles(wanted)),
    }


def _parts(native: Buckets) -> list[Json]:
    """Errors in nearly equal parts of the native values, by size."""
    return [
        {"from": low, "to": high, "n": n, "bias": _number(error / n),
         "rmse": _number(np.sqrt(squared / n))}
        for low, high, (n, error, squared) in native.groups(_GROUPS)
    ]  # fmt: skip


def _budgets(runner: Runner, found: Scores) -> Json:
    units = {str(one.get("name")): str(one.get("unit", "")) for one in runner.constraints}
    table: Json = {}
    for key, residuals in found.budgets.items():
        kind, _, name = key.partition(" ")
        entry = table.setdefault(name, {"unit": units.get(name, "")})
        if kind == "native":
            entry["native"] = residuals.as_json()
        else:
            entry |= residuals.as_json()
    return table


def _outside(found: Scores, whole: bool) -> Json:
    """Parts of all samples, None without a training range; by field the values beyond it."""
    fields = {
        name: counts for name, counts in found.outside.items() if name not in ("samples", "place")
    }
    measured = found.samples if fields else 0  # without a training range nothing is known
    with np.errstate(invalid="ignore"):
        without, beyond = found.outside["samples"] / (measured or np.nan)
    table: Json = {"samples": _number(beyond), "without_margin": _number(without)}
    if not whole:
        return table
    table["field"] = {
        name: {"below": _listed(counts[0]), "above": _listed(counts[1])}
        for name, counts in fields.items()
    }
    return table


def _listed(values: NDArray[np.float64]) -> Any:
    return [
        _listed(one) if isinstance(one, np.ndarray) else _number(one) for one in np.asarray(values)
    ]


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
