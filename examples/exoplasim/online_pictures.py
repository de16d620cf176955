# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of planted faults and of planted biases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def draw_faults(days: dict[str, list[dict[str, Any]]], target: Path) -> None:
    """By run and day of the long wave: native columns, and the sums of the audit's alarm."""
    figure, (part, sums) = pyplot.subplots(1, 2, figsize=(12, 4), layout="constrained")
    for place, (name, told) in enumerate(days.items()):
        number = [one["day"] for one in told]
        share = [100 * one["rejected"] / one["columns"] for one in told]
        part.plot(number, share, label=name, linewidth=1 + len(days) - place)  # some are equal
        if told[0]["audit"]:
            for score in ("error", "bias"):
                course = [one["audit"][score]["sum"] for one in told]
                sums.plot(number, course, label=f"{name}, {score}")
    sums.axhline(10.0, color="k", linestyle=":", label="threshold")
    part.set_ylabel("columns with native results, %")
    sums.set_ylabel("cumulative sum")
    _finish(figure, (part, sums), "day", target)


def draw_guards(days: list[dict[str, Any]], target: Path) -> None:
    """Rejected columns of one run by day and level, of each output that has levels."""
    counts: dict[str, np.ndarray] = {}
    for one in days:
        for guard in one["guards"]:
            if "level" in guard:
                name = f"{guard['guard']}: {guard['field']}"
                field = counts.setdefault(name, np.zeros((11, len(days))))
                field[guard["level"] - 1, one["day"] - 1] += guard["columns"]
    figure, panels = pyplot.subplots(
        len(counts), 1, figsize=(9, 2.6 * len(counts)), layout="constrained", squeeze=False
    )
    for panel, (name, field) in zip(panels.flat, counts.items(), strict=True):
        image = panel.imshow(field, aspect="auto", extent=(0.5, len(days) + 0.5, 11.5, 0.5))
        figure.colorbar(image, ax=panel, label="columns")
        panel.set_title(name, fontsize=9)
        panel.set_ylabel("half level")
    _finish(figure, (), "", target)


def draw_biases(patterns: dict[str, dict[str, np.ndarray]], target: Path) -> None:
    """By bias and kind of correction, the mean error of heating by latitude and level.

    Parameters
    ----------
    patterns : dict
        Bias to kind to (latitude, level) [K day-1].
    target : Path
    """
    kinds = list(next(iter(patterns.values())))
    figure, panels = pyplot.subplots(
        len(patterns), len(kinds), figsize=(3.2 * len(kinds), 2.6 * len(patterns)),
        layout="constrained", squeeze=False, sharex=True, sharey=True,
    )  # fmt: skip
    for row, (bias, fields) in zip(panels, patterns.items(), strict=True):
        most = max(float(np.abs(field).max()) for field in fields.values())
        for panel, kind in zip(row, kinds, strict=True):
            image = panel.imshow(
                fields[kind].T, aspect="auto", extent=(90, -90, 10.5, 0.5),
                cmap="RdBu_r", vmin=-most, vmax=most,
            )  # fmt: skip
            panel.set_title(f"{bias}: {kind}", fontsize=9)
        figure.colorbar(image, ax=list(row), label="K day$^{-1}$")
    for panel in panels[-1]:
        panel.set_xlabel("latitude")
    for panel in panels[:, 0]:
        panel.set_ylabel("level")
    figure.savefig(target, dpi=90)
    pyplot.close(figure)


def _finish(figure: Any, panels: tuple[Any, ...], label: str, target: Path) -> None:
    for panel in panels:
        panel.set_xlabel(label)
        panel.legend(fontsize=8)
    figure.savefig(target, dpi=90)
    pyplot.close(figure)
