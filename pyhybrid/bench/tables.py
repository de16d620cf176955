# SPDX-License-Identifier: BSD-3-Clause
"""Results as tables of text and of Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from .._table import Table
from .about import about_text
from .goals import Verdict
from .jobs import Json
from .networks import networks
from .online_results import online

STAGES = ("pack", "guard", "infer", "scatter")
_SIZES = ("columns", "block", "threads")  # of a row


def tables(results: Mapping[str, Json], verdicts: Sequence[Verdict]) -> Iterator[Table]:
    """All that were measured, the goals last."""
    makers: dict[str, Callable[[Json], Iterator[Table]]] = {
        "bridge": _bridge,
        "emulator": _emulator,
        "scaling": _scaling,
        "online": online,
        "gpu": _gpu,
    }
    for name, maker in makers.items():
        if name in results:
            yield from maker(results[name])
    if verdicts:
        title = f"Goals: {about_text(results['about'])}"
        notes = tuple(dict.fromkeys(f"not applicable: {v.excuse}" for v in verdicts if v.excuse))
        head = ("what", "goal", "measured", "met")
        yield Table(title, head, tuple(map(_goal, verdicts)), notes)


def _goal(verdict: Verdict) -> tuple[str, ...]:
    goal = verdict.goal
    limit = f"{goal.sense} {goal.limit:g} {goal.unit}".rstrip()
    return goal.row, limit, measured(verdict), _reached(verdict)


def _reached(verdict: Verdict) -> str:
    if verdict.excuse:
        return "not applicable"
    return "yes" if verdict.met else "NO"


def measured(verdict: Verdict) -> str:
    """The value with its unit, or why there is none."""
    if math.isnan(verdict.value):
        return _short(verdict.why)
    return f"{verdict.value:.3g} {verdict.goal.unit}".rstrip()


def _short(why: str, width: int = 60) -> str:
    line = " ".join(why.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


def _bridge(section: Json) -> Iterator[Table]:
    data = f"{section['fields']} fields, {section['columns']} columns x {section['levels']} levels"
    rows = {
        "open, put, run, get, close": section["bridge_s"],
        "plain conversion of the data": section["copy_s"],
        "the same with the widest vectors": section["best_copy_s"],
        "overhead": section["overhead_s"],
        "goal for the first line": section["goal_s"],
    }
    cells = tuple((what, f"{1e6 * seconds:.2f}") for what, seconds in rows.items())
    yield Table(f"Bridge: {data}, real64 to real32, empty emulator", ("what", "us"), cells)


def _emulator(section: Json) -> Iterator[Table]:
    names = dict.fromkeys(row["network"] for row in section["rows"])
    for name in names:
        rows = [row for row in section["rows"] if row["network"] == name]
        yield _throughput(name, rows)
        yield from _stages(name, rows)
    if section["start"]:
        yield _start(section)
    yield _roofline(section)


def _throughput(name: str, rows: Sequence[Json]) -> Table:
    blocks = sorted({row["block"] for row in rows})
    labels = {row["contender"]: label(row["contender"], row) for row in rows}
    place = {(row["contender"], row["block"]): row for row in rows}
    plain = {block: place.get(("plain", block), {}).get("seconds") for block in blocks}
    cells = tuple(
        (labels[one], *(_rate(place.get((one, block)), plain[block]) for block in blocks))
        for one in labels
    )
    known = networks()
    what = f"{name} ({known[name].what})" if name in known else name
    over = " (times plain libtorch)" if any(plain.values()) else ""
    title = f"{what}: thousand columns per second{over}, columns of a call:"
    return Table(title, ("", *map(str, blocks)), cells, (*_failures(rows), *_hint(name, labels)))


def _hint(name: str, contenders: Container[str]) -> Iterator[str]:
    """How to have a user's network compared."""
    if name not in networks() and "plain" not in contenders and "torchscript" not in contenders:
        yield "to compare with plain libtorch, give the .pt as well"


def label(contender: str, row: Json) -> str:
    """As it is called in tables and pictures."""
    if contender == "products":
        by = f" by {library}" if (library := _by(row.get("library", ""))) else ""
        return f"matrix products alone{by}"
    return {"plain": "plain libtorch"}.get(contender, contender)


def _is_portable(library: Json) -> bool:
    return bool(library["name"] == "portable")


def _by(library: str) -> str:
    return "portable code" if library == "portable" else library


def _rate(row: Json | None, plain: float | None) -> str:
    if row is None or "seconds" not in row:
        return "-"
    rate = f"{1e-3 * row['block'] / row['seconds']:.4g}"
    return f"{rate} ({plain / row['seconds']:.2f}x)" if plain else rate


def failures(results: Mapping[str, Json]) -> list[str]:
    """A line for each row of any section that has an error in place of its numbers."""
    sections = [part for name, part in results.items() if name != "about"]
    rows = [row for part in sections for key in ("rows", "start", "records") for row in part.get(key, [])]
    return [f"{_place(row)}: {_short(row['error'], 150)}" for row in rows if "error" in row]


def _place(row: Json) -> str:
    words = [row.get("network"), row.get("contender"), row.get("form")]
    sizes = [f"{key} {row[key]}" for key in _SIZES if row.get(key)]
    return ", ".join(filter(None, [*words, *sizes]))


def _failures(rows: Sequence[Json]) -> tuple[str, ...]:
    told = {label(row["contender"], row): row["error"] for row in rows if "error" in row}
    return tuple(f"{contender}: {_short(why, 150)}" for contender, why in told.items())


def _stages(name: str, rows: Sequence[Json]) -> Iterator[Table]:
    """At the largest block that a host would use."""
    blocks = sorted({row["block"] for row in rows if "stages" in row})
    block = max((one for one in blocks if one <= 512), default=0)
    here = [row for row in rows if row["block"] == block and "stages" in row]
    cells = tuple((row["contender"], *_stage_cells(row)) for row in here)
    if cells:
        title = f"{name}: microseconds of a call of {block} columns"
        yield Table(title, ("", *STAGES, "rest", "all"), cells)


def _stage_cells(row: Json) -> tuple[str, ...]:
    stages = [row["stages"].get(stage, 0) for stage in STAGES]
    rest = max(0.0, row["seconds"] - sum(stages))  # medians need not add up
    return tuple(f"{1e6 * one:.1f}" for one in (*stages, rest, row["seconds"]))


def _start(section: Json) -> Table:
    rows = section["start"]
    head = ("", "first result, ms", "resident, MB", "peak, MB")
    cells = tuple((row["contender"], *_start_cells(row)) for row in rows)
    calls = section["calls"]
    note = () if "error" in calls else (_growth_note(calls),)
    title = "m7, 16 columns, each in a process of its own: start to the first result, and memory"
    return Table(title, head, cells, (*_failures(rows), *note))


def _start_cells(row: Json) -> tuple[str, ...]:
    if "error" in row:
        return "-", "-", "-"
    values = (1e3 * row["seconds"], 1e-6 * row["resident"], 1e-6 * row["peak"])
    return tuple(f"{value:.1f}" for value in values)


def _growth_note(calls: Json) -> str:
    growth = (calls["after"] - calls["before"]) / 1e3
    return f"builtin: {growth:+.1f} kB resident after {calls['calls']} further calls"


def _roofline(section: Json) -> Table:
    values, library = section["roofline"], section["library"]
    words = {
        "products": (f"matrix products, real32, by {_by(library['name'])}", "GFLOP/s"),
        "copy": ("copy, beyond the caches", "GB/s"),
        "triad": ("triad, likewise", "GB/s"),
        "conversion": ("real64 to real32, likewise", "GB/s"),
    }
    cells = tuple(
        (what, f"{values[key] / 1e9:.1f}", unit)
        for key, (what, unit) in words.items()
        if key in values  # products: of the engine, which may not have been built
    )
    why = f"matrix products by portable code: {library.get('why')}"
    notes = (why,) if _is_portable(library) else ()
    return Table("What one core can do, measured in the same run", ("", "rate", ""), cells, notes)


def _scaling(section: Json) -> Iterator[Table]:
    rows = section["rows"]
    pairs = dict.fromkeys((row["network"], row["contender"]) for row in rows)
    for network, contender in pairs:
        mine = [r for r in rows if (r["network"], r["contender"]) == (network, contender)]
        yield _forms(f"{network}, {contender}", mine)
    yield _rank_table(section["ranks"])


def _forms(name: str, rows: Sequence[Json]) -> Table:
    base = next((r["seconds"] for r in rows if r.get("form") == "one call" and "seconds" in r), 0)
    columns = next((row["columns"] for row in rows if "columns" in row), 0)
    cells = tuple(_form_cells(row, base) for row in rows if "form" in row)
    head = ("form", "block", "threads", "ms", "of one call", "same bits")
    return Table(f"{name}: a pass over {columns} columns", head, cells, _failures(rows))


def _form_cells(row: Json, base: float) -> tuple[str, ...]:
    place = (label(row["form"], row), str(row["block"]), str(row["threads"]))
    if "seconds" not in row:
        return (*place, "-", "-", "-")
    share = f"{row['seconds'] / base:.3f}" if base else "-"
    bits = {True: "yes", False: "NO", None: ""}[row.get("same_bits")]
    return (*place, f"{1e3 * row['seconds']:.2f}", share, bits)


def _rank_table(ranks: Json) -> Table:
    title = f"{ranks['network']}, {ranks['contender']}: processes at the same time"
    if "error" in ranks:
        return Table(title, ("ranks", "", ""), (), _failures([ranks]))
    seconds = ranks["seconds"]
    alone = seconds.get(1) or seconds["1"]
    cells = tuple(
        (str(n), f"{1e-3 * ranks['columns'] * int(n) / s:.4g}", f"{int(n) * alone / s:.2f}x")
        for n, s in seconds.items()
    )
    note = "same bits" if ranks["same_bits"] else "NOT the same bits"
    return Table(title, ("ranks", "thousand columns/s", "over one"), cells, (note,))


def _gpu(section: Json) -> Iterator[Table]:
    if "absent" in section:
        yield Table(f"Accelerator: {section['absent']}", ("",), ())
        return
    rates = section["rates"]
    note = (
        f"{section['threads']} host threads; to the device {rates['to_device'] / 1e9:.1f} GB/s, "
        f"from it {rates['from_device'] / 1e9:.1f} GB/s, copied on it "
        f"{rates['on_device'] / 1e9:.0f} GB/s, products {rates['products'] / 1e12:.2f} TFLOP/s"
    )
    head = ("", "columns", "form", "M columns/s", "slowest bound", "reached")
    rows = section["rows"]
    cells = tuple(_device_cells(row) for row in rows if "form" in row)
    title = f"{section['model']} ({section['device']}), host arrays to host arrays"
    told = {row["error"]: row["network"] for row in rows if "error" in row}
    failures = tuple(f"{network}: {_short(why, 150)}" for why, network in told.items())
    yield Table(title, head, cells, (note, *failures))


def _device_cells(row: Json) -> tuple[str, ...]:
    place = (row["network"], str(row["columns"]), row["form"])
    bound = max(row["bounds"], key=row["bounds"].get)
    if "seconds" not in row:
        return (*place, "-", bound, "-")
    rate = f"{1e-6 * row['columns'] / row['seconds']:.3g}"
    return (*place, rate, bound, f"{100 * row['reached']:.0f} %")
