# SPDX-License-Identifier: BSD-3-Clause
"""Where an emulated run is off on its last day: what means over the globe do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from column_figures import Array, Output
from column_verdict import burdens, relative

EDGES = (-90, -60, -30, 30, 60, 90)  # of zones [degrees_north]
ZONES = ("90S-60S", "60S-30S", "30S-30N", "30N-60N", "60N-90N")


def place_errors(
    native: Output, emulated: Output, members: Sequence[Output] = ()
) -> dict[str, dict[str, Any]]:
    """What `summary.json` holds of a burden's places on the last day; keys as of `burdens`.

    `columns` is the mean size of the errors of columns over the mean burden. `zones` are the signed
    errors of the zones' means over what these are natively, or over a thousandth of the largest.
    `members_columns` and `members_zones` are the largest sizes of any member.
    """
    truth, found, *others = (_last_day(output) for output in (native, emulated, *members))
    area = native.area
    return {
        name: _told(truth[name], found[name], [other[name] for other in others], native.lat, area)
        for name in truth
    }


def _last_day(output: Output) -> dict[str, Array]:
    return {name: values[-1] for name, values in burdens(output).items()}


def _told(
    native: Array, emulated: Array, members: Sequence[Array], lat: Array, area: Array
) -> dict[str, Any]:
    columns, *others = (column_error(native, run, area) for run in (emulated, *members))
    zones, *spread = (zone_errors(native, run, lat, area) for run in (emulated, *members))
    most = np.abs(spread).max(axis=0).tolist() if spread else [None] * len(ZONES)
    return {
        "columns": columns,
        "members_columns": max(others, default=None),
        "zones": dict(zip(ZONES, zones.tolist(), strict=True)),
        "members_zones": dict(zip(ZONES, most, strict=True)),
    }


def column_error(native: Array, other: Array, area: Array) -> float:
    """Mean of |other - native| over columns by area (column,), over the mean of native."""
    sizes = np.array([area @ np.abs(other - native)])
    return float(relative(np.array([area @ native]), area @ native + sizes)[0])


def zone_errors(native: Array, other: Array, lat: Array, area: Array) -> Array:
    """Signed errors of the means of zones (zone,) from columns (column,).

    A zone without columns has none, nor an error.
    """
    zone = np.searchsorted(EDGES[1:-1], lat, side="right")
    means = [
        np.bincount(zone, area * values, len(ZONES))
        / np.maximum(np.bincount(zone, area, len(ZONES)), 1)
        for values in (native, other)
    ]
    return relative(*means)
