# SPDX-License-Identifier: BSD-3-Clause
"""A scheme of a run as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._drawing import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    colour_bar,
    page_figure,
    png,
)
from .files import Json
from .runs import Run
from .tables import PARTS, size_of

_COLOURS = {
    "pack": SKY,
    "infer": BLUE,
    "guard": GREEN,
    "hooks": PURPLE,
    "constrain": "#F0E442",
    "native": GREY,
    "scatter": AMBER,
}
_MOST_GUARDS = 6  # in pictures over time


def pictures(run: Run, name: str) -> Iterator[tuple[str, bytes]]:
    """Pairs of a title and a PNG, of all that this scheme has."""
    scheme = run.schemes[name]
    history = [
        (one, one["schemes"][name]) for one in run.history if name in one["schemes"]
    ]
    makers = {
        "Where the time went: the run, and the parts of it": _times,
        "Columns that guards objected to, by level": _guards_by_level,
        "The same over time": _guards_over_levels_and_time,
        "Share of columns with the native result": _rejected,
        "Audit: scores of each record, and the alarm's cumulative sums": _audit,
        "What hooks added, by level": _hooks,
        "Samples of one inference": _batches,
    }
    for title, maker in makers.items():
        figure = maker(scheme, history)
        if figure is not None:
            yield title, png(figure)


History = Sequence[tuple[Json, Json]]  # record and what it says of the scheme


def _steps(history: History) -> list[int]:
    return [record["step"] for record, _ in history]


def _times(scheme: Json, history: History) -> Any:
    total = sum(scheme["seconds"].values())
    if not total:
        return None
    timed = [(record, part) for record, part in history if sum(part["seconds"].values()) > 0]
    panels = 2 if len(timed) > 1 else 1
    figure, axes = page_figure(panels, 1, 1.7 + 2.3 * (panels - 1), height_ratios=[1, 2][:panels])
    used = [part for part in PARTS if scheme["seconds"].get(part)]
    _share_bar(axes[0, 0], scheme, used, total)
    if panels == 2:
        shares = [[_share(part, used_part) for _, part in timed] for used_part in used]
        axes[1, 0].stackplot(
            _edges(timed), [_from_the_first(one) for one in shares],
            colors=[_COLOURS[part] for part in used], step="pre",
        )  # fmt: skip
        axes[1, 0].set(xlabel="step", ylabel="share [%]", ylim=(0, 100))
        axes[1, 0].margins(x=0)
    figure.legend(loc="outside upper center", ncols=4, fontsize=8, frameon=False)
    return figure


def _share(part: Json, name: str) -> float:
    """[%]"""
    return float(100 * part["seconds"].get(name, 0) / sum(part["seconds"].values()))


def _share_bar(axes: Any, scheme: Json, used: Sequence[str], total: float) -> None:
    left = 0.0
    for part in used:
        seconds = scheme["seconds"][part]
        share = 100 * seconds / total
        axes.barh(0, share, left=left, color=_COLOURS[part], label=f"{part} {seconds:.3g} s")
        if share > 6:
            axes.text(left + share / 2, 0, f"{share:.0f} %", ha="center", va="center", fontsize=8,
                      color="white" if _COLOURS[part] == BLUE else "black")
        left += share
    axes.set(xlim=(0, 100), yticks=[], xlabel="share [%]")


def _guard_names(guards: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(_guard_name(one) for one in guards))


def _guard_name(one: Json) -> str:
    return f"{one['guard']}, {one['side']}"


def _guards_by_level(scheme: Json, _: History) -> Any:
    """Levels as the host counts them; fields without levels have a row of their own."""
    guards = scheme.get("guards") or []
    if not guards:
        return None
    names = _guard_names(guards)
    by_level = [_columns_by_level(guards, name, _levels(guards)) for name in names]
    counts = np.stack(by_level, axis=1)
    figure, axes = page_figure(1, 1, _height_of(counts))
    axes[0, 0].set_xticks(range(len(names)), names, fontsize=8)
    _heat(axes[0, 0], counts, counts.max(), np.arange(len(names) + 1) - 0.5)
    for (row, column), count in np.ndenumerate(counts):
        if count and counts.size <= 200:
            axes[0, 0].text(column, row, f"{count:.0f}", ha="center", va="center", fontsize=7,
                            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})
    return figure


def _levels(guards: Sequence[Json]) -> int:
    return max(int(one.get("level", 0)) for one in guards)


def _height_of(counts: np.ndarray) -> float:
    return float(min(4.6, max(2.2, 0.14 * len(counts) + 1.4)))


def _columns_by_level(guards: Sequence[Json], name: str, levels: int) -> np.ndarray:
    """(level): of one guard, at 0 those of fields without levels."""
    counts = np.zeros(levels + 1)
    for one in guards:
        if _guard_name(one) == name:
            counts[one.get("level", 0)] += one["columns"]
    return counts


def _guards_over_levels_and_time(scheme: Json, history: History) -> Any:
    guards = scheme.get("guards") or []
    if not guards or len(history) < 2:
        return None
    names = _guard_names(guards)[:_MOST_GUARDS]
    levels = _levels(guards)
    parts = [part.get("guards", []) for _, part in history]
    series = [
        np.stack([_columns_by_level(part, name, levels) for part in parts], axis=1)
        for name in names
    ]
    figure, axes = page_figure(len(names), 1, _height_of(series[0]) * len(names), sharex=True)
    for axis, name, counts in zip(axes.flat, names, series, strict=True):
        _heat(axis, counts, max(one.max() for one in series), _edges(history))
        axis.set_title(name, fontsize=8)
    axes[-1, 0].set_xlabel("step")
    return figure


def _edges(history: History) -> np.ndarray:
    """Where the first record begins, and where each ends: they may be of different lengths."""
    first = history[0][0]
    return np.array([first["step"] - max(1, first["steps"]), *_steps(history)]) + 0.5


def _from_the_first(values: Sequence[float]) -> list[float]:
    """One for each of `_edges`, where lines have the value of the record that ends there."""
    return [values[0], *values]


def _heat(axes: Any, counts: np.ndarray, most: float, edges: np.ndarray) -> None:
    """Counts (level, other), other between `edges`."""
    from matplotlib.colors import LogNorm

    rows = len(counts)
    shown = np.ma.masked_equal(counts, 0)
    norm = LogNorm(vmin=1, vmax=max(10.0, float(most)))
    image = axes.pcolormesh(edges, np.arange(rows + 1) - 0.5, shown, cmap="viridis_r", norm=norm)
    axes.set_ylim(rows - 0.5, -0.5)
    ticks = [0, *range(1, rows, max(1, rows // 12))]
    axes.set_yticks(ticks, ["no level", *(str(tick) for tick in ticks[1:])], fontsize=8)
    axes.set_ylabel("level of the host", fontsize=8)
    colour_bar(axes.figure, image, axes, "columns")


def _rejected(scheme: Json, history: History) -> Any:
    seen = [(record, part) for record, part in history if part["columns"]]
    if len(seen) < 2 or not any(part["rejected"] for _, part in seen):
        return None
    figure, axes = page_figure(1, 1, 2.6)
    axis = axes[0, 0]
    shares = [100 * part["rejected"] / part["columns"] for _, part in seen]
    axis.step(_edges(seen), _from_the_first(shares), where="pre", color="black", linewidth=1.2,
              label="rejected")
    _guards_over_time(axis, seen)
    axis.set(xlabel="step", ylabel="share of columns [%]", ylim=(0, None))
    axis.margins(x=0)
    figure.legend(loc="outside upper center", ncols=3, fontsize=8, frameon=False)
    return figure


def _guards_over_time(axes: Any, history: History) -> None:
    """Columns times the levels at which they are beyond the limits: a guard may exceed 100 %."""
    everywhere = [one for _, part in history for one in part.get("guards", [])]
    for name in _guard_names(everywhere)[:_MOST_GUARDS]:
        shares = [
            100 * sum(one["columns"] for one in part.get("guards", []) if _guard_name(one) == name)
            / part["columns"]
            for _, part in history
        ]  # fmt: skip
        axes.step(_edges(history), _from_the_first(shares), where="pre", linewidth=1,
                  linestyle=":", marker=".", markersize=4, markevery=slice(1, None),
                  label=f"{name} (columns x levels)")


def _audit(scheme: Json, history: History) -> Any:
    audited = [(record, part) for record, part in history if part.get("audit")]
    if len(audited) < 2:
        return None
    figure, axes = page_figure(2, 1, 4.4, sharex=True)
    steps = _steps(audited)
    for key, colour in (("error", BLUE), ("bias", ORANGE)):
        scores = [(step, (part["audit"]["score"] or {}).get(key))
                  for step, (_, part) in zip(steps, audited, strict=True)]  # fmt: skip
        known = [one for one in scores if one[1] is not None]
        axes[0, 0].plot(*zip(*known, strict=True) if known else ((), ()), ".-", color=colour,
                        label=key, linewidth=1)
        sums = [part["audit"][key]["sum"] for _, part in audited]
        axes[1, 0].plot(steps, sums, color=colour, linewidth=1.2)
    _mark_alarms([axes[0, 0], axes[1, 0]], audited)
    threshold = audited[-1][1]["audit"]["threshold"]
    axes[1, 0].axhline(threshold, color="black", linestyle="--", linewidth=1, label="threshold")
    axes[0, 0].set(ylabel="native standard\ndeviations", ylim=(0, None))
    axes[1, 0].set(xlabel="step", ylabel="cumulative sum", ylim=(0, None))
    for axis in axes.flat:
        axis.margins(x=0)
    figure.legend(loc="outside upper center", ncols=4, fontsize=8, frameon=False)
    return figure


def _mark_alarms(panels: Sequence[Any], audited: History) -> None:
    label = "alarm"
    for (before, _), (record, part) in zip(audited, audited[1:], strict=False):
        if not part["audit"]["raised"]:
            continue
        for panel in panels:
            panel.axvspan(before["step"], record["step"], color=ORANGE, alpha=0.15, linewidth=0,
                          label=label)
            label = "_again"


def _hooks(scheme: Json, _: History) -> Any:
    added = [
        (f"{hook['name']}: {field}", values)
        for hook in scheme.get("hooks") or []
        for field, values in (hook.get("added") or {}).items()
    ]
    if not added:
        return None
    columns = min(3, len(added))
    rows = -(-len(added) // columns)
    figure, axes = page_figure(rows, columns, 3.0 * rows + 0.3)
    for axis in axes.flat[len(added):]:
        axis.set_axis_off()
    for axis, (title, values) in zip(axes.flat, added, strict=False):
        _profile(axis, title, values)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper center", ncols=2,
                  fontsize=8, frameon=False)
    return figure


def _profile(axes: Any, title: str, values: Json) -> None:
    """Rows are levels; those of further species follow."""
    rows = values["rows"]
    places = range(1, len(rows) + 1)
    for key, colour in (("mean", BLUE), ("rms", ORANGE)):
        axes.plot([row.get(key, np.nan) for row in rows], places, ".-", color=colour, label=key,
                  markersize=4, linewidth=1)
    axes.axvline(0, color="0.6", linewidth=0.8)
    axes.set_ylim(len(rows) + 0.5, 0.5)
    axes.locator_params(axis="x", nbins=4)
    if len(rows) > 1:
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel("level of the host", fontsize=8)
    else:
        axes.set_yticks([])
    axes.set_xlabel(f"[{values['unit']}]", fontsize=8)
    axes.set_title(title, fontsize=8)
    axes.tick_params(labelsize=8)


def _batches(scheme: Json, _: History) -> Any:
    sizes = sorted((scheme.get("batches") or {}).get("sizes") or [], key=lambda one: one["to"])
    if not sizes:
        return None
    figure, axes = page_figure(1, 1, 2.2)
    axis = axes[0, 0]
    bars = axis.bar([size_of(one) for one in sizes], [one["inferences"] for one in sizes],
                    color=BLUE, width=0.6)
    axis.bar_label(bars, fontsize=8)
    axis.set(xlabel="samples", ylabel="inferences")
    axis.margins(y=0.15)
    return figure
