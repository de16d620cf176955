# SPDX-License-Identifier: BSD-3-Clause
"""Where emulators err, and where samples are outside of what they were trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._drawing import colour_bar, page_figure, png
from .boxes import coarse_enough
from .totals import Scores

_MOST = 6  # fields


def maps(
    scores: dict[str, Scores], units: dict[str, str], margin: float
) -> Iterator[tuple[str, bytes]]:
    """Pairs of a title and a PNG, for each emulator that has places.

    Parameters
    ----------
    scores : dict of Scores
        Of all samples, by emulator.
    units : dict of str
        Of fields.
    margin : float
        That samples were compared with.
    """
    for name, one in scores.items():
        if not one.outside["place"].size:
            continue
        if len(one.outside) > 2:
            title = f"{name}: part of the samples outside of the training range (margin {margin:g})"
            yield title, png(_outside(one))
        yield f"{name}: RMSE, all levels and species together", png(_errors(one, units))


def _outside(one: Scores) -> Any:
    samples, beyond = one.outside["place"]
    figure, axes = page_figure(1, 1, 3.4)
    _map(figure, axes[0, 0], 100 * _ratio(beyond, samples), "[%]", least=1.0)
    return figure


def _errors(one: Scores, units: dict[str, str]) -> Any:
    fields = [(name, field) for name, field in one.fields.items() if field.sums["place"].size]
    fields = fields[:_MOST]
    columns = 2 if len(fields) > 1 else 1
    rows = -(-len(fields) // columns)
    figure, axes = page_figure(rows, columns, 2.4 * rows if columns > 1 else 3.4)
    for axis in axes.flat[len(fields) :]:
        axis.set_axis_off()
    for axis, (name, field) in zip(axes.flat, fields, strict=False):
        pairs, squared = field.sums["place"]
        _map(figure, axis, np.sqrt(_ratio(squared, pairs)), f"[{units[name]}]", least=0.0)
        axis.set_title(name if len(name) < 60 else f"{name[:40]}...{name[-16:]}", fontsize=7)
    return figure


def _ratio(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(latitude, longitude), in boxes that the columns fill; NaN where there are no samples."""
    values, counts = coarse_enough(values, counts)
    return np.where(counts > 0, values / np.where(counts > 0, counts, 1), np.nan)


def _map(figure: Any, axis: Any, values: np.ndarray, label: str, least: float) -> None:
    """Boxes (latitude, longitude) from the south pole and Greenwich; colours reach to `least`."""
    lat, lon = np.linspace(-90, 90, len(values) + 1), np.linspace(0, 360, values.shape[1] + 1)
    shown = np.ma.masked_invalid(values)
    most = max(least, float(shown.max()) if shown.count() else 0.0) or 1.0
    image = axis.pcolormesh(lon, lat, shown, cmap="viridis", vmin=0, vmax=most)
    axis.set_facecolor("#eeeeee")
    axis.set(xlim=(0, 360), ylim=(-90, 90), xticks=range(0, 361, 90), yticks=range(-90, 91, 45))
    axis.tick_params(labelsize=7)
    axis.set_xlabel("degrees east", fontsize=7)
    axis.set_ylabel("degrees north", fontsize=7)
    colour_bar(figure, image, axis, label)
