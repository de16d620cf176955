# SPDX-License-Identifier: BSD-3-Clause
"""A validation as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._table import Table, number

Json = dict[str, Any]
_SPECIES = 40  # rows at most


def tables(result: Json) -> Iterator[Table]:
    """All that there is something to say in; several emulators beside each other."""
    makers = {
        "Scores of all levels and species together": (_SCORE_HEAD, _scores),
        "Means over all columns, weighted with their areas": (_AREA_HEAD, _areas),
        "By species, all levels": (_SPECIES_HEAD, _species),
        "Flags": (("emulator", "field", "n", "the same"), _flags),
        "Values to look at (negative tendencies may be right)": (_VALID_HEAD, _valid),
        "Samples that count nowhere": (("emulator", "what", "samples"), _lost),
        "Budgets: what is left in a column": (_BUDGET_HEAD, _budgets),
        "Outside of the training range": (_OUTSIDE_HEAD, _outside),
        "Members": (_MEMBER_HEAD, _members),
        "By part of the recording": (_SPLIT_HEAD, _split),
        "Derivatives beside those of the native function": (_JACOBIAN_HEAD, _jacobian),
    }
    for title, (head, maker) in makers.items():
        rows = [
            (name, *row) for name, one in result["emulators"].items() for row in maker(one)
        ]
        if rows:
            yield _without_column(Table(title, head, tuple(rows)), len(result["emulators"]))


def _without_column(table: Table, emulators: int) -> Table:
    """The name of the emulator is said once if there is one; rows of a field stand together."""
    if emulators > 1:
        rows = tuple(sorted(table.rows, key=lambda row: _place(table.rows, row[1])))
        return Table(table.title, table.head, rows, table.notes)
    rows = tuple(row[1:] for row in table.rows)
    return Table(table.title, table.head[1:], rows, table.notes)


def _place(rows: tuple[tuple[str, ...], ...], name: str) -> int:
    return next(place for place, row in enumerate(rows) if row[1] == name)


_SCORE_HEAD = (
    "emulator", "field", "unit", "bias", "MAE", "RMSE", "R2", "correlation", "worst level R2",
)  # fmt: skip


def _scores(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if "r2" in field:
            numbers = (number(field[key]) for key in ("bias", "mae", "rmse", "r2", "correlation"))
            yield name, field["unit"], *numbers, _worst(field)


def _worst(field: Json) -> str:
    if not field["worst"]:
        return "-"
    axes = [("level", "levels"), ("species", "species")]
    place = ", ".join(f"{axis} {field['worst'][axis]}" for axis, key in axes if field[key] > 1)
    return f"{number(field['worst_r2'])} ({place})" if place else number(field["worst_r2"])


_AREA_HEAD = ("emulator", "field", "unit", "native", "emulated", "bias")


def _areas(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if "area_bias" in field:
            keys = ("native_area_mean", "emulated_area_mean", "area_bias")
            yield name, field["unit"], *(number(field[key]) for key in keys)


_SPECIES_HEAD = ("emulator", "field", "species", "bias", "RMSE", "R2", "P99.9", "native P99.9")


def _species(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if field.get("species", 1) == 1:
            continue
        for place, row in enumerate(field["by_species"][:_SPECIES], 1):
            scores = (number(row[key]) for key in ("bias", "rmse", "r2"))
            tails = (number(row["quantiles"][who][-1]) for who in ("emulated", "native"))
            yield name, f"{place}", *scores, *tails


def _flags(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if "r2" not in field:
            same = field["agreement"]
            yield name, f"{field['n']:.0f}", "-" if same is None else f"{100 * same:.4g} %"


_VALID_HEAD = (
    "emulator", "field", "not finite", "negative, native never", "below range", "above range",
    "native beyond",
)  # fmt: skip


def _valid(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if "r2" not in field:
            continue
        counts = [field["not_finite"], field["negative"], field.get("below"), field.get("above")]
        native = field.get("native_below", 0) + field.get("native_above", 0)
        if any(counts) or native:
            shown = ("-" if count is None else f"{count:.0f}" for count in counts)
            yield name, *shown, f"{native:.0f}"


def _lost(one: Json) -> Iterator[tuple[str, ...]]:
    about = {
        "without_place": "no latitude and longitude of the Earth: in no map nor part of latitudes",
        "without_area": "no area above 0: not in means that are weighted with areas",
    }
    for key, text in about.items():
        if one.get(key):
            yield text, f"{one[key]}"


_BUDGET_HEAD = (
    "emulator", "budget", "unit", "mean", "rms", "largest", "relative to its terms", "native rms",
)  # fmt: skip


def _budgets(one: Json) -> Iterator[tuple[str, ...]]:
    for name, budget in one["budget"].items():
        keys = ("mean", "rms", "largest", "relative")
        native = number(budget.get("native", {}).get("rms"))
        yield name, budget["unit"], *(number(budget.get(key)) for key in keys), native


_OUTSIDE_HEAD = ("emulator", "what", "part")


def _outside(one: Json) -> Iterator[tuple[str, ...]]:
    outside = one["outside"]
    if not outside["field"]:
        return
    yield "samples, no margin", f"{100 * outside['without_margin']:.3g} %"
    yield "samples, with the margin", f"{100 * outside['samples']:.3g} %"
    for name, counts in outside["field"].items():
        rows = [value for side in counts.values() for row in side for value in row]
        if sum(rows):
            share = 100 * sum(rows) / (one["samples"] * len(rows) / 2)
            yield f"values of {name}", f"{share:.3g} %"


_MEMBER_HEAD = (
    "emulator", "field", "unit", "CRPS", "MAE of members", "RMSE of mean", "spread",
    "spread over error",
)  # fmt: skip


def _members(one: Json) -> Iterator[tuple[str, ...]]:
    for name, field in one["field"].items():
        if "ensemble" in field and field["ensemble"]["n"]:
            keys = ("crps", "mae_of_members", "rmse_of_mean", "spread", "spread_over_error")
            yield name, field["unit"], *(number(field["ensemble"][key]) for key in keys)


_SPLIT_HEAD = ("emulator", "field", "part", "samples", "bias", "RMSE", "R2", "worst level R2")


def _split(one: Json) -> Iterator[tuple[str, ...]]:
    for name in one["field"]:
        for part, scores in one["split"].items():
            field = scores["field"][name]
            if "r2" in field:
                keys = ("bias", "rmse", "r2", "worst_r2")
                yield name, part, f"{scores['samples']}", *(number(field[key]) for key in keys)


_JACOBIAN_HEAD = (
    "emulator", "of", "by", "size", "native", "relative error", "correlation",
)  # fmt: skip


def _jacobian(one: Json) -> Iterator[tuple[str, ...]]:
    jacobian = one.get("jacobian")
    if not jacobian:
        return
    missed = number(jacobian["native_function_misses"])
    yield "the native function misses the recording by", "", f"{missed} deviations", *("",) * 3
    keys = ("rms", "native_rms", "relative_error", "correlation")
    for name, inputs in jacobian["field"].items():
        for source, numbers in inputs.items():
            if numbers["rms"] or numbers["native_rms"]:
                yield name, source, *(number(numbers[key]) for key in keys)
