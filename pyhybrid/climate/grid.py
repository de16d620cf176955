# SPDX-License-Identifier: BSD-3-Clause
"""Grids of latitudes and longitudes, and which part of the area each latitude stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._words import mismatch
from ..errors import ShapeError

Array = NDArray[np.float64]
_CLOSE = 1e-3  # degrees; files round


@dataclass(frozen=True)
class Grid:
    """Where the values of a run are.

    Attributes
    ----------
    latitude, longitude : ndarray (latitude,), (longitude,)
        Rising, degrees; longitudes from 0 to 360.
    weight : ndarray (latitude,)
        Parts of the area; their sum is 1.
    kind : str
        Of weights: "Gaussian", "bands" (between the middles of latitudes) or "given".
    """

    latitude: Array
    longitude: Array
    weight: Array
    kind: str

    def check_same(self, other: Grid, what: str) -> None:
        """Raises ShapeError if the other, of which the message tells, is elsewhere."""
        for name in ("latitude", "longitude"):
            mine, its = getattr(self, name), getattr(other, name)
            if len(mine) != len(its):
                raise ShapeError(mismatch(f"{what}: {name}s", len(mine), len(its)))
            if np.abs(mine - its).max() > _CLOSE:
                place = int(np.abs(mine - its).argmax())
                wanted, found = f"{mine[place]:g} degrees", f"{its[place]:g}"
                raise ShapeError(mismatch(f"{what}: {name} {place + 1}", wanted, found))


def grid_of(what: str, latitude: Array, longitude: Array, given: Array | None) -> Grid:
    """The grid of rising coordinates.

    Raises
    ------
    ShapeError
        If these are no latitudes and evenly spaced longitudes, or weights are not positive.
    """
    if np.abs(latitude).max() > 90 + _CLOSE or len(latitude) < 2 or np.diff(latitude).min() <= 0:
        raise ShapeError(mismatch(f"{what}: latitudes", "two or more of -90 to 90, each once",
                                  _ends(latitude)))  # fmt: skip
    steps = np.diff(longitude, append=longitude[0] + 360)
    if len(longitude) > 1 and not _even(steps):
        wanted = "each meridian once, evenly spaced"
        raise ShapeError(mismatch(f"{what}: longitudes", wanted, _ends(longitude)))
    weight, kind = _weights(what, latitude, given)
    return Grid(latitude, longitude, weight / weight.sum(), kind)


def _even(steps: Array) -> bool:
    """Around the Earth, or within a region, behind which one step is large."""
    inner = steps[:-1]
    return bool(np.ptp(inner) < 0.01 * inner.mean() and steps[-1] > 0.99 * inner.mean())


def _ends(values: Array) -> str:
    return f"{len(values)} from {values[0]:g} to {values[-1]:g}"


def _weights(what: str, latitude: Array, given: Array | None) -> tuple[Array, str]:
    if given is not None:
        if given.shape != latitude.shape or not (np.isfinite(given).all() and given.min() > 0):
            raise ShapeError(mismatch(f"{what}: weights", f"{len(latitude)} above 0", given))
        return given, "given"
    nodes, weights = np.polynomial.legendre.leggauss(len(latitude))
    if np.abs(np.degrees(np.arcsin(nodes)) - latitude).max() < _CLOSE:
        return weights, "Gaussian"
    middles = (latitude[1:] + latitude[:-1]) / 2
    first, last = 2 * latitude[0] - middles[0], 2 * latitude[-1] - middles[-1]
    edges = np.clip(np.concatenate([[first], middles, [last]]), -90, 90)
    return np.diff(np.sin(np.radians(edges))), "bands"


def area_mean(values: Array, weight: Array) -> Any:
    """Over latitude, the last axis, of those that are finite; NaN if none is."""
    good = np.isfinite(values)
    total = (good * weight).sum(-1)
    with np.errstate(invalid="ignore"):
        return np.where(good, values, 0.0) @ weight / np.where(total > 0, total, np.nan)
