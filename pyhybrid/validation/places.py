# SPDX-License-Identifier: BSD-3-Clause
"""Sums by place: boxes of latitude and longitude that cover the globe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .samples import Samples

Array = NDArray[np.float64]
SIZE = 7.5  # degrees: no holes with grids of T21 and finer; `boxes.py` joins them for others
_ROUNDING = 1e-3  # degrees; files round
_ROUNDS = 720.0  # degrees: what is beyond is no longitude
SHAPE = (int(180 / SIZE), int(360 / SIZE))


def on_earth(latitude: Array) -> NDArray[np.bool_]:
    """Whether these are latitudes."""
    return np.abs(latitude) <= 90.0 + _ROUNDING


def areas_of(samples: Samples) -> Array | None:
    """Weights: 0 where an area is none."""
    if samples.area is None:
        return None
    return np.where(np.isfinite(samples.area) & (samples.area > 0), samples.area, 0.0)


def lost(samples: Samples) -> dict[str, Array]:
    """How many samples have no place, or no area, of those that were recorded."""
    box, area = box_of(samples), areas_of(samples)
    found = {}
    if box is not None:
        found["place"] = (box < 0).sum(dtype=np.float64)
    if area is not None:
        found["area"] = (area == 0).sum(dtype=np.float64)
    return found


def box_of(samples: Samples) -> NDArray[np.int64] | None:
    """The number of each sample's box, -1 if it has none; None where places were not recorded."""
    if samples.lat is None or samples.lon is None:
        return None
    known = on_earth(samples.lat) & (np.abs(samples.lon) <= _ROUNDS)
    lat, lon = (np.where(known, one, 0.0) for one in (samples.lat, samples.lon))
    south = np.clip((lat + 90.0) // SIZE, 0, SHAPE[0] - 1)
    east = np.clip((lon % 360.0) // SIZE, 0, SHAPE[1] - 1)
    return np.where(known, south * SHAPE[1] + east, -1).astype(np.int64)


def by_box(box: NDArray[np.int64] | None, *values: Array) -> Array:
    """Sums of each value (sample) in each box: (value, box); no box where there are no places."""
    count = SHAPE[0] * SHAPE[1]
    if box is None:
        return np.zeros((len(values), 0))
    known = box >= 0
    return np.stack([np.bincount(box[known], one[known], minlength=count) for one in values])
