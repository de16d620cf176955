# SPDX-License-Identifier: BSD-3-Clause
"""Results as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .about import about_text
from .jobs import Json
from .networks import networks
from .program import BenchError
from .tables import label

# Okabe and Ito's colours, told apart by those who do not see red or green.
_STYLES = {
    "plain": ("black", "s", "--"),
    "torchscript": ("#E69F00", "o", "-"),
    "aoti": ("#56B4E9", "^", "-"),
    "aoti frozen": ("#CC79A7", "v", "-"),
    "builtin": ("#0072B2", "D", "-"),
    "products": ("#666666", None, ":"),
}
_OTHER = ("#009E73", "X", "-")  # a user's file
_MARKERS = {"mlp": "o", "m7": "s", "gru": "^", "conv": "D"}
_STAGES = {"pack": "#56B4E9", "infer": "#0072B2", "scatter": "#E69F00", "rest": "#BBBBBB"}
_STAGE_BLOCK = 512  # columns, or the largest below
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
    """Writes the pictures of section "emulator" as PNG; raises as `prepare` does."""
    prepare(folder)
    section, note = results["emulator"], about_text(results["about"])
    makers = {"throughput": _throughput, "stages": _stages}
    if "products" in section["roofline"]:
        makers["roofline"] = _roofline
    return [_saved(maker(section), note, folder / f"{name}.png") for name, maker in makers.items()]


def _saved(figure: Any, note: str, path: Path) -> Path:
    from matplotlib import pyplot

    figure.text(0.01, 0.005, f"{note}; one thread, real64 host arrays", fontsize=7, color="0.35")
    figure.savefig(path, dpi=_DPI)
    pyplot.close(figure)
    return path


def _room_for_note() -> Any:
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return ConstrainedLayoutEngine(rect=(0, 0.03, 1, 0.97))


def _panels(names: Sequence[str], height: float = 3.4) -> tuple[Any, list[Any]]:
    """A figure with one panel for each network, in two columns."""
    from matplotlib import pyplot

    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(4.6 * columns, height * rows + 0.9),
        squeeze=False,
        layout=_room_for_note(),
    )
    for spare in axes.flat[len(names) :]:
        spare.set_visible(False)
    return figure, list(axes.flat[: len(names)])


def _names(rows: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(row["network"] for row in rows if "seconds" in row))


def _title(name: str) -> str:
    known = networks()
    return f"{name}: {known[name].what}" if name in known else name


def _throughput(section: Json) -> Any:
    rows = [row for row in section["rows"] if "seconds" in row]
    names = _names(rows)
    figure, panels = _panels(names)
    for name, axes in zip(names, panels, strict=True):
        _curves(axes, [row for row in rows if row["network"] == name])
        axes.set_title(_title(name), fontsize=10)
        axes.set_xlabel("columns of a call")
        axes.set_ylabel("thousand columns per second")
    _legend_above(figure, panels)
    return figure


def _curves(axes: Any, rows: Sequence[Json]) -> None:
    for contender in dict.fromkeys(row["contender"] for row in rows):
        mine = sorted((r for r in rows if r["contender"] == contender), key=lambda r: r["block"])
        colour, marker, line = _STYLES.get(contender, _OTHER)
        x = [row["block"] for row in mine]
        y = [1e-3 * row["block"] / row["seconds"] for row in mine]
        axes.plot(x, y, line, color=colour, marker=marker, markersize=5, label=label(contender))
    blocks = sorted({row["block"] for row in rows})
    axes.set_xscale("log", base=2)
    _plain_log(axes, "y")
    axes.set_xticks(blocks, [str(block) for block in blocks], minor=False)
    axes.grid(True, which="major", color="0.9", linewidth=0.6)


def _plain_log(axes: Any, which: str) -> None:
    """A logarithmic axis with plain numbers at 1, 2 and 5."""
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _legend_above(figure: Any, panels: Sequence[Any]) -> None:
    """One for all panels, where it covers nothing."""
    handles: dict[str, Any] = {}
    for axes in panels:
        handles |= {
            text: handle for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)
        }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside upper center",
        ncols=4 if len(handles) == 4 else 3,
        fontsize=9,
    )


def _roofline(section: Json) -> Any:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.5, 5.4), layout=_room_for_note())
    best = _best_rates(section["rows"])
    intensities = {name: _intensity(name) for _, name in best}
    _ceilings(axes, section["roofline"], max(intensities.values()))
    for (contender, name), rate in best.items():
        colour, marker = _STYLES.get(contender, _OTHER)[0], _MARKERS[name]
        inside = {"markersize": 8} if contender != "plain" else {"markersize": 12, "mfc": "none"}
        axes.plot(intensities[name], rate, marker, color=colour, **inside)
    axes.set_xlabel("arithmetic intensity [FLOP per byte of the host's arrays]")
    axes.set_ylabel("products of matrices [GFLOP/s]")
    axes.set_title("What one core can do, and the best block of each backend", fontsize=11)
    _legend_of_points(axes, best)
    return figure


def _best_rates(rows: Sequence[Json]) -> dict[tuple[str, str], float]:
    """[GFLOP s-1] by contender and network, at the best block."""
    known = networks()
    best: dict[tuple[str, str], float] = {}
    for row in rows:
        if row["network"] in known and "seconds" in row and row["contender"] != "products":
            rate = 1e-9 * known[row["network"]].operations * row["block"] / row["seconds"]
            key = row["contender"], row["network"]
            best[key] = max(rate, best.get(key, 0))
    return best


def _intensity(name: str) -> float:
    """FLOP of the products over the bytes that the host's real64 arrays have [FLOP bytes-1]."""
    network = networks()[name]
    return network.operations / (8 * (network.card.nfeature + network.card.noutput))


def _ceilings(axes: Any, rates: Json, largest: float) -> None:
    peak, copy = rates["products"] / 1e9, rates["copy"] / 1e9
    low, high, corner = 0.5, 3 * largest, peak / copy
    axes.plot([low, corner, high], [low * copy, peak, peak], color="black", linewidth=1.5)
    style = {"textcoords": "offset points", "fontsize": 9}
    axes.annotate(f"products {peak:.0f} GFLOP/s", (high, peak), (-4, 5), ha="right", **style)
    axes.annotate(f"copy {copy:.0f} GB/s", (1, copy), (8, -4), va="top", **style)
    _plain_log(axes, "x")
    _plain_log(axes, "y")
    axes.set_xlim(low, high)
    axes.set_ylim(1, 2 * peak)
    axes.grid(True, which="major", color="0.93", linewidth=0.6, zorder=0)


def _legend_of_points(axes: Any, best: dict[tuple[str, str], float]) -> None:
    """Backends by colour, networks by marker, in the corner below the roof without points."""
    from matplotlib.lines import Line2D

    colours = {label(one): _STYLES.get(one, _OTHER)[0] for one, _ in best}
    empty: dict[str, Any] = {"linestyle": "", "markersize": 8}
    handles = [
        Line2D([], [], color=c, marker="s", label=text, **empty) for text, c in colours.items()
    ]
    for name in dict.fromkeys(name for _, name in best):
        handles.append(Line2D([], [], color="0.4", marker=_MARKERS[name], label=name, **empty))
    axes.legend(handles=handles, loc="lower left", fontsize=9)


def _stages(section: Json) -> Any:
    rows = [row for row in section["rows"] if "stages" in row]
    names = _names(rows)
    figure, panels = _panels(names, height=2.6)
    for name, axes in zip(names, panels, strict=True):
        mine = [row for row in rows if row["network"] == name]
        block = max((r["block"] for r in mine if r["block"] <= _STAGE_BLOCK), default=0)
        block = block or min(row["block"] for row in mine)
        _bars(axes, [row for row in mine if row["block"] == block])
        axes.set_title(f"{name}, {block} columns", fontsize=10)
        axes.set_xlabel("time of a call [us]")
    _legend_above(figure, panels)
    return figure


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
    axes.set_xlim(0, 1.8 * max(start))  # room for the text
    axes.set_ylim(max(len(rows), 3) - 0.5, -0.5)
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
