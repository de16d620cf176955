# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a coupled comparison: burdens, errors by day, size distributions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from column_figures import SPECIES, Array, Output
from column_sizes import LEVELS, RADII, size_distribution
from column_verdict import courses


def _panels(rows: int, columns: int, height: float) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shared = {"layout": "constrained", "sharex": True}
    return pyplot.subplots(rows, columns, figsize=(13, height), **shared)


def _save(figure: Any, target: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(target, dpi=90)
    pyplot.close(figure)


def draw_courses(native: Output, emulated: Output, target: Path) -> None:
    """Mean burdens of both runs by day."""
    figure, panels = _panels(4, 4, 10)
    others = courses(emulated)
    for panel, (name, course) in zip(panels.flat, courses(native).items(), strict=True):
        unit = "m$^{-2}$" if name.startswith("N_") else "mg m$^{-2}$"
        panel.plot(native.days, course, "k", label="native")
        panel.plot(emulated.days, others[name], "C1--", label="emulated")
        panel.set_title(f"{name}, {unit}", fontsize=10)
    panels.flat[0].legend()
    for panel in panels[-1]:
        panel.set_xlabel("day")
    _save(figure, target)


def draw_errors(summary: dict[str, Any], target: Path) -> None:
    """Sizes of the errors by day, with the tolerance and what native members differ by."""
    figure, panels = _panels(4, 4, 10)
    found = summary["burdens"] | summary["water"]
    for panel, (name, row) in zip(panels.flat, found.items(), strict=True):
        _draw_row(panel, row)
        panel.set_title(name, fontsize=10)
    panels.flat[0].legend(fontsize=8)
    for panel in panels[-1]:
        panel.set_xlabel("day since the start")
    for panel in panels[:, 0]:
        panel.set_ylabel("error of the mean, %")
    _save(figure, target)


def _draw_row(panel: Any, row: dict[str, Any]) -> None:
    bottom, top = 1e-4, 30.0  # [%]
    days = np.arange(1, len(row["by_day"]) + 1)
    if row["members_by_day"] is not None:
        spread = 100 * np.array(row["members_by_day"])
        panel.fill_between(days, bottom, spread, color="0.8", label="native members")
    panel.plot(days, 100 * np.abs(row["by_day"]), "C1", label="emulated")
    panel.axhline(100 * row["tolerance"], color="k", linestyle=":", label="tolerance")
    panel.set(yscale="log", ylim=(bottom, top))


def draw_zones(summary: dict[str, Any], target: Path) -> None:
    """Errors of the zones' means on the last day, with what native members differ by."""
    figure, panels = _panels(4, 4, 10)
    found = summary["burdens"] | summary["water"]
    for panel, (name, row) in zip(panels.flat, found.items(), strict=True):
        _draw_zones_of(panel, row)
        panel.set_title(f"{name}; columns {row['columns']:.2%}", fontsize=10)
    panels.flat[0].legend(fontsize=8)
    for panel in panels[-1]:
        panel.tick_params(axis="x", rotation=45)
    for panel in panels[:, 0]:
        panel.set_ylabel("error of the zone, %")
    _save(figure, target)


def _draw_zones_of(panel: Any, row: dict[str, Any]) -> None:
    zones = list(row["zones"])
    if row["members_columns"] is not None:
        spread = 100 * np.array(list(row["members_zones"].values()))
        panel.bar(zones, 2 * spread, bottom=-spread, color="0.8", label="native members")
    panel.plot(zones, 100 * np.array(list(row["zones"].values())), "C1o", label="emulated")
    panel.axhline(0, color="k", linewidth=0.5)


def draw_sizes(native: Path, emulated: Path, target: Path) -> None:
    """Size distributions of both restarts."""
    figure, panels = _panels(1, len(LEVELS), 4)
    for panel, pressure in zip(panels, LEVELS, strict=True):
        for restart, style, label in ((native, "k", "native"), (emulated, "C1--", "emulated")):
            panel.loglog(1e6 * RADII, size_distribution(restart, pressure), style, label=label)
        panel.set(title=f"{pressure / 100:.0f} hPa", xlabel="dry radius, µm")
        top = panel.get_ylim()[1]
        panel.set_ylim(top * 1e-8, top)
    panels[0].set_ylabel("dN / dln r, cm$^{-3}$ at 0 °C, 1013 hPa")
    panels[0].legend()
    _save(figure, target)


def draw_faults(days: dict[str, list[dict[str, Any]]], target: Path) -> None:
    """Of runs with guards, by day: the part of columns that was native, and the audit's sums."""
    figure, (part, sums) = _panels(1, 2, 4.5)
    for name, told in days.items():
        number = np.arange(1, len(told) + 1)
        part.plot(number, [100 * one["rejected"] / one["columns"] for one in told], label=name)
        if "audit" in told[0]:
            for score in ("error", "bias"):
                course = [one["audit"][score]["sum"] for one in told]
                sums.semilogy(number, np.maximum(course, 0.1), label=f"{name}, {score}")
    part.set_ylabel("columns with native results, %")
    sums.set_ylabel("cumulative sum of the audit")
    for panel in (part, sums):
        panel.set_xlabel("day")
        panel.legend(fontsize=8)
    _save(figure, target)


_VARIANTS = {
    "plain": "no constraints",
    "bounds": "bounds alone",
    "columns": "bounds, budgets of columns",
    "layers": "bounds, budgets of layers",
}


def draw_constrained(summary: dict[str, Any], native: dict[str, Array], target: Path) -> None:
    """Mean burdens by day of each seed's emulator, in all variants, over the native ones."""
    seeds = summary["seeds"]
    figure, panels = _panels(len(seeds), len(SPECIES), 1 + 2.4 * len(seeds))
    for row, (seed, one) in zip(np.atleast_2d(panels), seeds.items(), strict=True):
        for panel, name in zip(row, SPECIES, strict=True):
            _draw_lasting(panel, native[name], name, one["runs"], summary["factor"])
            panel.set_title(f"{name}, seed {seed}", fontsize=10)
        row[0].set_ylabel("burden, mg m$^{-2}$")
    for panel in np.atleast_2d(panels)[-1]:
        panel.set_xlabel("day")
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    _save(figure, target)


def _draw_lasting(
    panel: Any, native: Array, name: str, runs: dict[str, Any], factor: float
) -> None:
    days = np.arange(1, len(native) + 1)
    panel.fill_between(days, native / factor, native * factor, color="0.9", label="stable")
    panel.plot(days, native, "k", label="native")
    for number, (variant, one) in enumerate(runs.items(), 1):
        course = native[: one["whole_days"]] * one["ratio"][name]
        # What is refused at once has no course: a cross where it begins.
        course, day = (course, days[: len(course)]) if len(course) else (native[:1], days[:1])
        style = "" if one["whole_days"] else "X"
        panel.plot(day, course, f"C{number}{style}", label=_VARIANTS[variant], markersize=9)
        if one["refused"] and one["whole_days"]:
            panel.plot(day[-1:], course[-1:], f"C{number}X", markersize=9)
    panel.set(yscale="log", ylim=(native.min() / 4, native.max() * 30))
