# SPDX-License-Identifier: BSD-3-Clause
"""A comparison as pictures: native runs grey, the run in colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._drawing import BLUE, GREY, ORANGE, colour_bar, page_figure, png
from .comparing import Comparison
from .measures import TAIL, Measured

Picture = tuple[str, bytes]


def verdict_picture(comparison: Comparison) -> Picture:
    """All tests by their p-values."""
    tests = sorted(comparison.tests, key=lambda one: -one.p)
    figure, axes = page_figure(1, 1, 1.2 + 0.19 * len(tests))
    axis = axes[0, 0]
    p = np.array([max(one.p, 1e-12) for one in tests])
    bad = np.array([one.adjusted < comparison.alpha for one in tests])
    axis.scatter(p, range(len(tests)), c=np.where(bad, ORANGE, BLUE), s=22, zorder=3)
    axis.axvline(comparison.alpha / len(tests), color=ORANGE, linewidth=1,
                 label="rejected left of here, whatever the others say")  # fmt: skip
    axis.set_yticks(range(len(tests)), [f"{one.what}: {one.kind}" for one in tests], fontsize=7)
    axis.set(xscale="log", xlim=(min(p.min(), 1e-4) / 2, 1.5), ylim=(-0.7, len(tests) - 0.3))
    axis.set_xlabel("p of each test alone", fontsize=8)
    axis.grid(axis="y", color="#eeeeee")
    figure.legend(loc="outside upper center", fontsize=8, frameon=False)
    title = "How likely a native run is as far away as this one, test by test"
    return title, png(figure)


def variable_pictures(comparison: Comparison, name: str) -> Iterator[Picture]:
    """Zonal means and variability, the series of area means, and the distribution of rain."""
    found = comparison.measured[name]
    unit = found[0].unit
    for key, label in (("zonal", "zonal mean"), ("deviation", "deviation in time")):
        if key == "deviation" and len(comparison.runs[0].days) < 2:
            continue
        if len(found[0].zonal) > 1:
            yield f"{label} [{unit}], levels from the first of the files", png(
                _sections(comparison, found, key))  # fmt: skip
        else:
            yield f"{label} [{unit}]", png(_lines(comparison, found, key))
    if len(comparison.runs[0].days) > 1:
        yield f"area mean [{unit}]", png(_series(comparison, found))
    if name == comparison.precipitation:
        yield "Rates that a part of area and time exceeds", png(_rain(found))


def _lines(comparison: Comparison, found: list[Measured], key: str) -> Any:
    """The values, and their distance from the natives' mean."""
    lat = comparison.runs[0].grid.latitude
    rows = np.stack([getattr(one, key)[0] for one in found])
    figure, axes = page_figure(1, 2, 2.7)
    for axis, values, title in zip(axes.flat, (rows, rows - rows[1:].mean(0)),
                                   ("", "less the natives' mean"), strict=True):  # fmt: skip
        axis.plot(lat, values[1:].T, color=GREY, linewidth=1)
        axis.plot(lat, values[0], color=ORANGE, linewidth=1.4)
        axis.set_title(title, fontsize=8)
        _latitudes(axis)
    _legend(figure)
    return figure


def _latitudes(axis: Any) -> None:
    axis.set_xlabel("latitude [degrees north]", fontsize=8)
    axis.tick_params(labelsize=7)


def _legend(figure: Any) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=ORANGE), Line2D([], [], color=GREY)]
    figure.legend(lines, ["run", "native runs"], loc="outside upper center", ncols=2, fontsize=8,
                  frameon=False)  # fmt: skip


def _sections(comparison: Comparison, found: list[Measured], key: str) -> Any:
    """Level over latitude: natives' mean, distance of the run, and distance of a native."""
    rows = np.stack([getattr(one, key) for one in found])
    mean = rows[1:].mean(0)
    other = rows[1] - rows[2:].mean(0)
    shown = {"natives' mean": mean, "run less natives' mean": rows[0] - mean,
             f"{comparison.runs[1].name} less the others": other}  # fmt: skip
    figure, axes = page_figure(1, 3, 2.8, sharey=True)
    distances = np.abs([rows[0] - mean, other])
    most = float(np.nanmax(distances, initial=0.0, where=np.isfinite(distances))) or 1.0
    for place, (axis, (title, values)) in enumerate(zip(axes.flat, shown.items(), strict=True)):
        options = {"cmap": "RdBu_r", "vmin": -most, "vmax": most} if place else {"cmap": "viridis"}
        image = axis.pcolormesh(comparison.runs[0].grid.latitude, np.arange(1, len(mean) + 1),
                                np.ma.masked_invalid(values), shading="nearest", **options)
        axis.set_title(title if len(title) < 34 else f"...{title[-31:]}", fontsize=8)
        _latitudes(axis)
        if place != 1:
            colour_bar(figure, image, axes[0, 1:] if place else axis)
    axes[0, 0].set_ylabel("level", fontsize=8)
    axes[0, 0].invert_yaxis()
    return figure


def _series(comparison: Comparison, found: list[Measured]) -> Any:
    figure, axes = page_figure(1, 1, 2.4)
    for one, run in reversed(list(zip(found, comparison.runs, strict=True))):
        own = run is comparison.runs[0]
        axes[0, 0].plot(run.days, one.series, color=ORANGE if own else GREY, linewidth=1)
    axes[0, 0].set_xlabel("days", fontsize=8)
    axes[0, 0].tick_params(labelsize=7)
    _legend(figure)
    return figure


def _rain(found: list[Measured]) -> Any:
    figure, axes = page_figure(1, 1, 2.8)
    axis = axes[0, 0]
    for one in reversed(found):
        if one.rain is not None:
            colour = ORANGE if one is found[0] else GREY
            axis.plot(1 - TAIL, one.rain.quantiles(TAIL), color=colour, linewidth=1.2)
    axis.axvline(1e-3, color="black", linewidth=0.6, linestyle=":")
    axis.set(xscale="log", xlim=(1, 1e-5))
    axis.set_xlabel("part of area and time (dotted: P99.9)", fontsize=8)
    axis.set_ylabel("mm day-1", fontsize=8)
    axis.tick_params(labelsize=7)
    _legend(figure)
    return figure
