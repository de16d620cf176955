# SPDX-License-Identifier: BSD-3-Clause
"""Boxes of a map that are no finer than the grid whose columns they show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .places import SHAPE

Array = NDArray[np.float64]
Occupied = NDArray[np.bool_]  # (latitude, longitude)
_FACTORS = (1, 2, 3, 4)  # they divide both numbers of boxes
_REACH = 3  # boxes: what is further apart is no neighbour, but another continent
_MOST = 0.1  # holes for each occupied box: coasts and lakes have some


def coarse_enough(values: Array, counts: Array) -> tuple[Array, Array]:
    """Sums by box, of both, in the smallest boxes (latitude, longitude) that leave no stripes.

    Boxes finer than a regular grid have none of its columns in some rows. Where boxes of all sizes
    have holes, as those of some stations have, they stay as they are.
    """
    for factor in _FACTORS:
        coarse = _coarser(counts, factor)
        if not _too_fine(coarse > 0):
            return _coarser(values, factor), coarse
    return _coarser(values, 1), _coarser(counts, 1)


def _coarser(sums: Array, factor: int) -> Array:
    rows, columns = (count // factor for count in SHAPE)
    return sums.reshape(rows, factor, columns, factor).sum(axis=(1, 3))


def _too_fine(occupied: Occupied) -> bool:
    rows, columns = (np.asarray(occupied.any(axis=axis)) for axis in (1, 0))
    if _holes(columns[None], around=True).any() or _holes(rows[None], around=False).any():
        return True
    holes = _holes(occupied, around=True) | _holes(occupied.T, around=False).T
    return bool(holes.sum() > _MOST * occupied.sum())


def _holes(occupied: Occupied, around: bool) -> Occupied:
    """Empty boxes with neighbours on both sides along the last axis, which may go around."""
    padding = ((0, 0), (_REACH, _REACH))
    wide = np.pad(occupied, padding, mode="wrap") if around else np.pad(occupied, padding)
    count = occupied.shape[1]
    places = (range(_REACH), range(_REACH + 1, 2 * _REACH + 1))
    before, behind = (
        np.any([wide[:, place : place + count] for place in side], axis=0) for side in places
    )
    return ~occupied & before & behind
