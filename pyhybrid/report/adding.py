# SPDX-License-Identifier: BSD-3-Clause
"""Adds up what several processes, or several parts of a run, counted for one scheme."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

COUNTS = (
    "calls", "columns", "rejected", "audited", "failures", "inputs_not_finite",
    "outputs_not_finite",
)  # fmt: skip
BUDGET_PARTS = ("imbalance", "added_by_hooks")
_GUARD = ("guard", "side", "policy", "field", "level", "species")
_SIZE = ("from", "to")
# What is the same on all ranks, or of the last part.
_LATEST = ("mode", "audit", "weight")


def add(one: Json, other: Json) -> Json:
    """Both together; `other` is later, where that matters."""
    total: Json = {key: one.get(key, 0) + other.get(key, 0) for key in COUNTS}
    total["seconds"] = _added(one.get("seconds", {}), other.get("seconds", {}))
    for key in _LATEST:
        if key in one or key in other:
            total[key] = other.get(key, one.get(key))
    for key, how in _PARTS.items():
        if key in one or key in other:
            total[key] = how(one.get(key), other.get(key))
    return total


def _added(one: Json, other: Json) -> Json:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _counted(keys: tuple[str, ...], count: str) -> Callable[[Any, Any], list[Json]]:
    """Of lists of counts: those of the same kind go together."""

    def add_lists(one: list[Json] | None, other: list[Json] | None) -> list[Json]:
        totals: dict[tuple[Any, ...], Json] = {}
        for entry in [*(one or []), *(other or [])]:
            kind = tuple(entry.get(key) for key in keys)
            before = totals.get(kind, {count: 0})
            totals[kind] = {**entry, count: before[count] + entry[count]}
        return list(totals.values())

    return add_lists


_guards = _counted(_GUARD, "columns")
_sizes = _counted(_SIZE, "inferences")


def _batches(one: Json | None, other: Json | None) -> Json:
    one, other = one or {}, other or {}
    total = {key: one.get(key, 0) + other.get(key, 0) for key in ("inferences", "samples")}
    return {**total, "sizes": _sizes(one.get("sizes"), other.get("sizes"))}


def _hooks(one: list[Json] | None, other: list[Json] | None) -> list[Json]:
    """Hooks are in the order of the configuration."""
    if not one or not other or len(one) != len(other):
        return other or one or []
    return [_hook(first, then) for first, then in zip(one, other, strict=True)]


def _hook(one: Json, other: Json) -> Json:
    added = _fields(one.get("added", {}), other.get("added", {}), _increment)
    both = [part["rejected"] for part in (one, other) if "rejected" in part]
    rejected = {"rejected": sum(both)} if both else {}
    return {**one, **other, "added": added, **rejected}


def _fields(one: Json, other: Json, how: Callable[[Json, Json], Json]) -> Json:
    """By field, with its rows."""
    return {name: _rows(one.get(name, {}), other.get(name, {}), how) for name in {**one, **other}}


def _rows(one: Json, other: Json, how: Callable[[Json, Json], Json]) -> Json:
    if not one or not other:
        return one or other
    total = {**how(one, other), "unit": other.get("unit", one.get("unit", "1"))}
    a, b = one.get("rows") or [], other.get("rows") or []
    length = max(len(a), len(b))
    a, b = a + [{}] * (length - len(a)), b + [{}] * (length - len(b))
    return {**total, "rows": [how(x, y) for x, y in zip(a, b, strict=True)]}


def _budgets(one: list[Json] | None, other: list[Json] | None) -> list[Json]:
    """By name, in the order of the scheme."""
    totals: dict[str, Json] = {}
    for budget in [*(one or []), *(other or [])]:
        before = totals.get(budget["name"], {})
        totals[budget["name"]] = budget | {
            key: _pooled(before.get(key, {}), budget[key]) for key in BUDGET_PARTS
        }
    return list(totals.values())


def _pooled(one: Json, other: Json) -> Json:
    if not one or not other:
        return one or other
    means = {"mean": _mean(one, other, "mean"), "rms": _root(one, other, "rms")}
    return {"n": one["n"] + other["n"], **means}


def _increment(one: Json, other: Json) -> Json:
    if not one or not other:
        return one or other
    return {**_pooled(one, other), "limited": one["limited"] + other["limited"]}


def _score(one: Json, other: Json) -> Json:
    """R2 would need the spread of native results about their common mean, which nobody kept."""
    if not one.get("n") or not other.get("n"):
        return one if one.get("n") else other
    means = {"bias": _mean(one, other, "bias"), "rmse": _root(one, other, "rmse")}
    return {"n": one["n"] + other["n"], **means, "r2": None}


def _mean(one: Json, other: Json, key: str) -> float:
    return float((one["n"] * one[key] + other["n"] * other[key]) / (one["n"] + other["n"]))


def _root(one: Json, other: Json, key: str) -> float:
    squares = one["n"] * one[key] ** 2 + other["n"] * other[key] ** 2
    return math.sqrt(squares / (one["n"] + other["n"]))


def _scores(one: Json | None, other: Json | None) -> Json:
    return _fields(one or {}, other or {}, _score)


_PARTS: dict[str, Callable[[Any, Any], Any]] = {
    "guards": _guards,
    "batches": _batches,
    "hooks": _hooks,
    "budgets": _budgets,
    "scores": _scores,
}
