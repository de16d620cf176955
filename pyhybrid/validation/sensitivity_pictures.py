# SPDX-License-Identifier: BSD-3-Clause
"""Jacobians and attributions as pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._drawing import colour_bar, page_figure, png
from .attribution import Attribution
from .jacobian import Jacobian, Row
from .sensitivity import Sensitivity


def sensitivity_pictures(
    found: dict[str, Sensitivity],
) -> dict[str, list[tuple[str, bytes]]]:
    """By heading: pairs of a title and a PNG."""
    jacobians, shares = [], []
    for name, one in found.items():
        if one.emulated and one.native:
            title = f"{name}: mean derivatives, in standard deviations of output by input"
            jacobians.append((title, png(_jacobians(one.native, one.emulated))))
        if one.shares:
            title = f"{name}: mean size of Shapley values, in native standard deviations"
            shares.append((title, png(_shares(one.shares))))
    return {"Jacobians": jacobians, "What outputs hang on": shares}


def _jacobians(native: Jacobian, emulated: Jacobian) -> Any:
    """Native, emulated, and the difference, on one scale."""
    means = [native.mean(), emulated.mean(), emulated.mean() - native.mean()]
    most = float(np.quantile(np.abs(means[0]), 0.995)) or 1.0
    figure, axes = page_figure(1, 3, 5.0)
    for axis, values, title in zip(
        axes.flat, means, ("native", "emulated", "emulated - native"), strict=True
    ):
        image = axis.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto",
                            interpolation="nearest")  # fmt: skip
        axis.set_title(title, fontsize=8)
        axis.set_yticks([])
        _mark(axis, native.inputs, "x")
    _mark(axes[0, 0], native.outputs, "y")
    colour_bar(figure, image, axes, location="bottom", shrink=0.5, extend="both")
    return figure


def _mark(axis: Any, rows: list[Row], which: str) -> None:
    """The name of each field in the middle of its rows, and lines between fields."""
    names = list(dict.fromkeys(row.field for row in rows))
    places = [[i for i, row in enumerate(rows) if row.field == name] for name in names]
    middles = [float(np.mean(place)) for place in places]
    if which == "x":
        axis.set_xticks(middles, [_short(name) for name in names], rotation=90, fontsize=6)
    else:
        axis.set_yticks(middles, [_short(name) for name in names], fontsize=6)
    line = axis.axvline if which == "x" else axis.axhline
    for place in places[1:]:
        line(place[0] - 0.5, color="0.7", linewidth=0.5)


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:14]}...{name[-11:]}"


def _shares(shares: Attribution) -> Any:
    figure, axes = page_figure(1, 1, 2.2 + 0.3 * len(shares.outputs))
    axis = axes[0, 0]
    image = axis.imshow(shares.sizes, cmap="viridis", vmin=0, aspect="auto")
    axis.set_xticks(range(len(shares.inputs)), [_short(name) for name in shares.inputs],
                    rotation=90, fontsize=6)  # fmt: skip
    axis.set_yticks(range(len(shares.outputs)), [_short(name) for name in shares.outputs],
                    fontsize=6)  # fmt: skip
    for (row, column), value in np.ndenumerate(shares.sizes):
        axis.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=6,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4})
    colour_bar(figure, image, axis)
    return figure
