# SPDX-License-Identifier: BSD-3-Clause
"""Results as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .about import about_text
from .drawing import plain_log, room_for_note, style_of
from .jobs import Json
from .networks import networks
from .online_plot import online, shares
from .program import BenchError
from .roofline import best_rates, roofline
from .tables import label

_STAGES = {
    "pack": "#56B4E9",
    "guard": "#009E73",
    "infer": "#0072B2",
    "scatter": "#E69F00",
    "rest": "#BBBBBB",
}
_STAGE_BLOCK = 512  # columns, or the largest below
_NARROW = 7.2  # inches, of one column: room for the note
_DPI = 150


def prepare(folder: Path) -> None:
    """Makes the folder, and sees that there is what draws.

    Raises
    ------
    BenchError
        If matplotlib is missing.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise BenchError(f"pictures: expected matplotlib, found none: {error}") from error
    matplotlib.use("agg")
    folder.mkdir(parents=True, exist_ok=True)


def plot(results: Json, folder: Path) -> list[Path]:
    """Writes the pictures of sections "emulator" and "online" as PNG; raises as `prepare` does."""
    prepare(folder)
    note = about_text(results["about"])
    return [_saved(make(), note, folder / f"{name}.png") for name, make in _pictures(results)]


def _pictures(results: Json) -> Iterator[tuple[str, Callable[[], Any]]]:
    if section := results.get("emulator"):
        yield "throughput", lambda: _throughput(section)
        yield "stages", lambda: _stages(section)
        if "products" in section["roofline"] and best_rates(section):
            yield "roofline", lambda: roofline(section)
    trust = results.get("online")
    if trust and shares(trust):
        yield "online", lambda: online(trust)


def _saved(figure: Any, note: str, path: Path) -> Path:
    from matplotlib import pyplot

    text = f"{note}; one thread, real64 host arrays"
    figure.text(0.01, 0.06 / figure.get_figheight(), text, fontsize=7, color="0.35")
    figure.savefig(path, dpi=_DPI)
    pyplot.close(figure)
    return path


def _panels(names: Sequence[str]) -> tuple[Any, list[Any], Any]:
    """A figure with one panel for each network, in two columns, and the panel that is spare."""
    from matplotlib import pyplot

    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    width, height = (4.6 * columns if columns > 1 else _NARROW), 3.4 * rows + 0.9
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(width, height), squeeze=False, layout=room_for_note(height)
    )
    spare = axes.flat[-1] if len(names) < rows * columns else None
    return figure, list(axes.flat[: len(names)]), spare


def _names(rows: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(row["network"] for row in rows if "seconds" in row))


def _title(name: str) -> str:
    known = networks()
    return f"{name}: {known[name].what}" if name in known else name


def _throughput(section: Json) -> Any:
    rows = [row for row in section["rows"] if "seconds" in row]
    names = _names(rows)
    figure, panels, spare = _panels(names)
    for name, axes in zip(names, panels, strict=True):
        _curves(axes, [row for row in rows if row["network"] == name])
        plain_log(axes, "y", map(_rate, rows))  # one axis for all panels
        axes.set_title(_title(name), fontsize=10)
        axes.set_xlabel("columns of a call")
        axes.set_ylabel("thousand columns per second")
    _legend(figure, panels, spare)
    return figure


def _curves(axes: Any, rows: Sequence[Json]) -> None:
    for contender in dict.fromkeys(row["contender"] for row in rows):
        mine = sorted((r for r in rows if r["contender"] == contender), key=lambda r: r["block"])
        colour, marker, line = style_of(contender)
        x = [row["block"] for row in mine]
        y = [_rate(row) for row in mine]
        text = label(contender, mine[0])
        axes.plot(x, y, line, color=colour, marker=marker, markersize=5, label=text)
    blocks = sorted({row["block"] for row in rows})
    axes.set_xscale("log", base=2)
    axes.set_xticks(blocks, [str(block) for block in blocks], minor=False)
    axes.grid(True, which="major", color="0.9", linewidth=0.6)


def _rate(row: Json) -> float:
    """[1000 columns s-1]"""
    return float(1e-3 * row["block"] / row["seconds"])


def _legend(figure: Any, panels: Sequence[Any], spare: Any = None) -> None:
    """One for all panels, where it covers nothing: in the spare panel, or above."""
    handles: dict[str, Any] = {}
    for axes in panels:
        found = zip(*axes.get_legend_handles_labels(), strict=True)
        handles |= {text: handle for handle, text in found}
    if spare is not None:
        spare.set_axis_off()
        spare.legend(handles.values(), handles.keys(), loc="center", fontsize=10)
        return
    columns = 4 if len(handles) == 4 else 3
    figure.legend(
        handles.values(), handles.keys(), loc="outside upper center", ncols=columns, fontsize=9
    )


def _stages(section: Json) -> Any:
    from matplotlib import pyplot

    shown = _at_one_block([row for row in section["rows"] if "stages" in row])
    bars = [len(rows) for rows in shown.values()]
    height = 0.32 * sum(bars) + 0.9 * len(bars) + 0.8
    figure, axes = pyplot.subplots(
        len(bars),
        figsize=(_NARROW, height),
        height_ratios=[0.3 + count for count in bars],
        squeeze=False,
        layout=room_for_note(height),
    )
    for (name, rows), panel in zip(shown.items(), axes.flat, strict=True):
        _bars(panel, rows)
        panel.set_title(f"{name}, {rows[0]['block']} columns", fontsize=10)
        panel.set_xlabel("time of a call [us]", fontsize=9)
    _legend(figure, list(axes.flat))
    return figure


def _at_one_block(rows: Sequence[Json]) -> dict[str, list[Json]]:
    """By network, those of the largest block that a host would use."""
    shown = {}
    for name in _names(rows):
        mine = [row for row in rows if row["network"] == name]
        blocks = [row["block"] for row in mine]
        block = max((one for one in blocks if one <= _STAGE_BLOCK), default=min(blocks))
        shown[name] = [row for row in mine if row["block"] == block]
    return shown


def _bars(axes: Any, rows: Sequence[Json]) -> None:
    labels = [row["contender"] for row in rows]
    start = [0.0] * len(rows)
    for stage, colour in _STAGES.items():
        widths = [1e6 * _stage(row, stage) for row in rows]
        axes.barh(labels, widths, left=start, color=colour, label=stage, height=0.6)
        start = [a + b for a, b in zip(start, widths, strict=True)]
    for place, (row, end) in enumerate(zip(rows, start, strict=True)):
        axes.annotate(
            _shares(row), (end, place), (4, 0), va="center", textcoords="offset points", fontsize=8
        )
    axes.set_xlim(0, 1.45 * max(start))  # room for the text
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(True, axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)


def _shares(row: Json) -> str:
    pack, scatter = (_stage(row, stage) / row["seconds"] for stage in ("pack", "scatter"))
    return f"pack {pack:.1%}, scatter {scatter:.1%}"


def _stage(row: Json, stage: str) -> float:
    """[s]; the rest is what no stage counts: opening, closing, looking up names."""
    if stage != "rest":
        return float(row["stages"].get(stage, 0))
    return max(0.0, float(row["seconds"] - sum(row["stages"].values())))
