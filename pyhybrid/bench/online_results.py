# SPDX-License-Identifier: BSD-3-Clause
"""What `online` measured, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._table import Table
from .goals import beyond, ratio
from .jobs import Json
from .online import NOTHING

_STAGES = ("pack", "guard", "infer", "hooks", "constrain", "scatter")


def online(section: Json) -> Iterator[Table]:
    """A table for each contest of each network, and one for the records."""
    makers = {"block": _block, "audit": _audit, "learning": _learning}
    for network in section["asked"]["networks"]:
        rows = [row for row in section["rows"] if row["network"] == network]
        failed = tuple(f"{row['contender']}: {row['error']}" for row in rows if "error" in row)
        if failed:
            yield Table(f"{network}: not measured", ("",), (), failed)
        for contest, maker in makers.items():
            measured = [r for r in rows if r.get("contest") == contest and "seconds" in r]
            if measured:
                yield maker(network, measured)
    if section["records"]:
        yield _records(section["records"])


def _alone(rows: Sequence[Json]) -> Json | None:
    return next((row for row in rows if row["contender"] == NOTHING), None)


def _percent(part: float | str) -> str:
    return "-" if isinstance(part, str) else f"{100 * part:+.1f} %"


def _block(network: str, rows: Sequence[Json]) -> Table:
    title = f"{network}: microseconds of a block of {rows[0]['block']} columns"
    head = ("", "all", "over nothing", *_STAGES)
    return Table(title, head, tuple(_block_cells(row, _alone(rows)) for row in rows))


def _block_cells(row: Json, alone: Json | None) -> tuple[str, ...]:
    stages = row.get("stages", {})
    over = ratio(row, alone)
    share = over if isinstance(over, str) else over - 1
    cells = (f"{1e6 * stages[one]:.1f}" if one in stages else "" for one in _STAGES)
    return row["contender"], f"{1e6 * row['seconds']:.1f}", _percent(share), *cells


def _audit(network: str, rows: Sequence[Json]) -> Table:
    title = f"{network}: milliseconds of a step of {rows[0]['columns']} columns"
    head = ("", "all", "native", "step", "beyond native, of nothing")
    return Table(title, head, tuple(_audit_cells(row, _alone(rows)) for row in rows))


def _audit_cells(row: Json, alone: Json | None) -> tuple[str, ...]:
    times = (row["seconds"], *(row["stages"].get(one, 0) for one in ("native", "step")))
    return row["contender"], *(f"{1e3 * one:.2f}" for one in times), _percent(beyond(row, alone))


def _learning(network: str, rows: Sequence[Json]) -> Table:
    columns = rows[0]["columns"]
    title = f"{network}: the end of a step in which {columns} columns were audited"
    cells = tuple(_learning_cells(row) for row in rows)
    return Table(title, ("", "ms", "us of a column"), cells)


def _learning_cells(row: Json) -> tuple[str, ...]:
    seconds = row["stages"].get("step", 0)
    return row["contender"], f"{1e3 * seconds:.3f}", f"{1e6 * seconds / row['columns']:.2f}"


def _records(rows: Sequence[Json]) -> Table:
    cells = tuple(_record_cells(row) for row in rows if "seconds" in row)
    failed = tuple(f"{row['contender']}: {row['error']}" for row in rows if "error" in row)
    return Table("A step that writes the statistics", ("", "file", "records", "ms"), cells, failed)


def _record_cells(row: Json) -> tuple[str, ...]:
    return row["network"], row["contender"], str(row["records"]), f"{1e3 * row['seconds']:.2f}"
