# SPDX-License-Identifier: BSD-3-Clause
"""What the call sites of `measured/` wrote: errors of net fluxes where native routines ran too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scores import heating

PRESSURE = 98500.0  # Pa, at the surface: heating is told as if it were the same everywhere


@dataclass(frozen=True)
class FluxErrors:
    """Of one scheme, by day of the run and local time; latitude from north to south.

    Attributes
    ----------
    steps : ndarray (day,)
        How many were measured.
    error, square, native : ndarray (day, local time, half level, latitude)
        Sums over these steps of what the model got less the native net flux [W m-2], of its square
        [W2 m-4], and of the native net flux.
    """

    steps: np.ndarray
    error: np.ndarray
    square: np.ndarray
    native: np.ndarray

    def climatology(self, sums: np.ndarray, first_day: int) -> np.ndarray:
        """The mean heating [K day-1] (local time, latitude, level) from a day (from 1) on."""
        mean = sums[first_day - 1 :].sum(0) / self.steps[first_day - 1 :].sum()
        nhour, nhalf, nlat = mean.shape
        air = {"surface_air_pressure": np.full(nhour * nlat, PRESSURE), "specific_humidity": 0.0}
        flux = mean.transpose(0, 2, 1).reshape(-1, nhalf)
        return heating(flux, air).reshape(nhour, nlat, nhalf - 1)

    def rmse(self, first_day: int) -> float:
        """Of single fluxes, over all half levels and latitudes [W m-2]."""
        total = self.square[first_day - 1 :].sum(0) / self.steps[first_day - 1 :].sum()
        return float(np.sqrt(total.mean()))


def read_errors(folder: Path, scheme: str) -> FluxErrors:
    """Read the file of a run of one rank."""
    content = (folder / f"errors.{scheme}.0.bin").read_bytes()
    nlat, nhalf, nhour, kinds, days = (int(n) for n in np.frombuffer(content, np.int32, 5))
    steps = np.frombuffer(content, np.int32, days, 20)
    sums = np.frombuffer(content, np.float64, offset=20 + 4 * days)
    sums = sums.reshape(days, kinds, nhour, nhalf, nlat)
    return FluxErrors(steps, *(sums[:, kind] for kind in range(3)))
