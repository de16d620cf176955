# SPDX-License-Identifier: BSD-3-Clause
"""Size distributions of dry particles at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import netCDF4
import numpy as np
from column_figures import MODES, SPECIES, Array
from column_verdict import relative

LEVELS = (1000e2, 700e2, 400e2)  # [Pa]
RADII = np.geomspace(2e-10, 2e-5, 150)  # dry [m]
DENSITY = {"SO4": 1841.0, "BC": 1800.0, "OC": 1300.0, "SS": 2165.0, "DU": 2650.0}  # [kg m-3]
SIGMA = dict.fromkeys(MODES, 1.59) | {"CS": 2.0, "CI": 2.0}


def size_distribution(restart: Path, pressure: float) -> Array:
    """Mean dN / dln r of dry particles at the level nearest to a pressure, at RADII [cm-3].

    The sum of the modes' log-normal distributions (Vignati et al. 2004, eq. 2), each with the
    median radius that its mean dry volume has (Hatch and Choate 1929). Number at 273.15 K,
    1013.25 hPa.
    """
    with netCDF4.Dataset(restart) as file:
        file.set_auto_mask(False)
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        level = int(np.abs(file["pressure"][:] - pressure).argmin())
        tracers = dict(zip(names, file["tracers"][0, :, level, :], strict=True))
        area = file["area"][:] / file["area"][:].sum()
    return 1e-6 * 1.2922 * sum(_mode_distribution(mode, tracers, area) for mode in MODES)


def _mode_distribution(mode: str, tracers: dict[str, Array], area: Array) -> Array:
    """Of one mode [kg-1] (radius,)."""
    number = tracers[f"N_{mode}"]
    volume = sum(tracers.get(f"{name}_{mode}", 0.0) / DENSITY[name] for name in SPECIES)
    there = (number > 1.0) & (volume > 0.0)
    width = np.log(SIGMA[mode])
    mean_volume = volume[there] / number[there]
    median = np.cbrt(3 * mean_volume / (4 * np.pi)) * np.exp(-1.5 * width**2)
    distance = np.log(RADII[:, None] / median) / width
    bells = np.exp(-(distance**2) / 2) / (np.sqrt(2 * np.pi) * width)
    return bells @ (area[there] * number[there])


def size_errors(
    native: Path, emulated: Path, members: Sequence[Path] = ()
) -> list[dict[str, float | None]]:
    """Largest errors of dN / dln r at LEVELS between restarts, and at which dry radius [m].

    Relative to native, or to a thousandth of its largest where it is less than that: aloft new
    particles are so many that a hundredth of them is more than all others.
    """
    return [_size_error(native, emulated, members, pressure) for pressure in LEVELS]


def _size_error(
    native: Path, emulated: Path, members: Sequence[Path], pressure: float
) -> dict[str, float | None]:
    truth = size_distribution(native, pressure)
    error, *spread = (
        np.abs(relative(truth, size_distribution(path, pressure))) for path in (emulated, *members)
    )
    return {
        "pressure": pressure,
        "largest": float(error.max()),
        "radius": float(RADII[error.argmax()]),
        "members_largest": float(np.max(spread)) if spread else None,
    }
