# SPDX-License-Identifier: BSD-3-Clause
"""What boards print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_SCORES = {
    "r2_linear_mean": "R2 linear",
    "r2_linear_min": "worst",
    "r2_log_state_mean": "R2 ln state",
    "r2_signed_log_mean": "R2 signed ln",
    "nrmse_mean": "NRMSE",
    "bias_max": "bias",
    "bias_humid_max": "humid water",
    "mass_error_max": "mass error",
    "negative_fraction": "negative",
    "us_per_box": "us/box",
    "speedup_native": "native/it",
    "us_per_box_packed": "packed",
    "parameters": "parameters",
}
_TIMES = {
    "columns": "columns",
    "us_per_box": "us/box",
    "speedup_native": "native/it",
    "us_per_box_packed": "packed",
    "speedup_native_packed": "native/it",
}
_Row = dict[str, Any]


def board_table(results: dict[str, Any]) -> list[str]:
    """A line for each contender."""
    rows = [(row["name"], row) for row in results["rows"]]
    notes = [f"{name}: {note}" for name, row in rows for note in _notes(row)]
    return [*_table(_SCORES, rows), *notes, *_native(results["native"])]


def _notes(row: _Row) -> Iterator[str]:
    if row["error"]:
        yield f"failed: {row['error']}"
    if row.get("not_exported"):
        yield row["not_exported"]
    if row.get("not_finite"):
        yield f"{row['not_finite']} not finite"


def time_table(results: dict[str, Any]) -> list[str]:
    """A line for each file and size of blocks."""
    rows = [(row["name"], times) for row in results["rows"] for times in row["timings"]]
    return [*_table(_TIMES, rows), *_native(results["native"])]


def _table(columns: dict[str, str], rows: list[tuple[str, _Row]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows)
    yield _line(" " * width, columns.values())
    for name, row in rows:
        yield _line(name.ljust(width), (_spelled(row.get(key)) for key in columns))


def _line(name: str, words: Iterable[str]) -> str:
    return "  ".join([name, *(word.rjust(12) for word in words)])


def _native(native: dict[str, Any]) -> Iterator[str]:
    if "missing" in native:
        yield native["missing"]
    for one in native["timings"]:
        block = f"{one['columns']} columns x {native['levels']} levels"
        yield f"native M7, {block}: {one['us_per_box']:.3f} us per box ({native['flags']})"


def _spelled(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
