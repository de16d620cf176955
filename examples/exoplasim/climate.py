# SPDX-License-Identifier: BSD-3-Clause
"""The climate of a run, and how far two runs are apart against the native model's own spread."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

# What an emulated run of 30 days has to keep to, against the unperturbed native one.
RMS_FACTOR = 1.2  # times the largest difference between two native members
LEVEL_BIAS_K = 0.2
OLR_BIAS_W_M2 = 1.0
RAIN_FRACTION = 0.05


@dataclass(frozen=True)
class Climate:
    """Means over a run, by latitude from north to south.

    Attributes
    ----------
    sine, weight : ndarray (latitude,)
        Sine of latitude; fraction of the Earth's area.
    outgoing : ndarray (latitude,)
        Outgoing long wave [W m-2].
    rain : ndarray (latitude,)
        [mm day-1]
    temperature, humidity : ndarray (latitude, level)
        Zonal means [K], [1]; level 1 is the top.
    lowest_humidity : float
        Of all columns, levels and steps.
    days : float
    """

    sine: np.ndarray
    weight: np.ndarray
    outgoing: np.ndarray
    rain: np.ndarray
    temperature: np.ndarray
    humidity: np.ndarray
    lowest_humidity: float
    days: float

    def mean(self, field: np.ndarray) -> np.ndarray:
        """Area-weighted mean over latitude, the first axis."""
        return np.tensordot(self.weight, field, axes=1)


def read_climate(folder: Path, steps_per_day: int = 32) -> Climate:
    """Read what the glue wrote at the end of a run, the ranks' latitudes one after the other."""
    ranks = sorted(folder.glob("climate.*.txt"), key=lambda path: int(path.name.split(".")[1]))
    if not ranks:
        raise FileNotFoundError(f"{folder}: expected climate.*.txt of a finished run, found none")
    heads = [path.read_text().split("\n", 1)[0].split() for path in ranks]
    rows = np.concatenate([np.loadtxt(path, skiprows=1, ndmin=2) for path in ranks])
    levels = int(heads[0][1])
    return Climate(
        sine=rows[:, 0],
        weight=rows[:, 1] / rows[:, 1].sum(),
        outgoing=rows[:, 2],
        rain=rows[:, 3] * 86400e3,
        temperature=rows[:, 4 : 4 + levels],
        humidity=rows[:, 4 + levels :],
        lowest_humidity=min(float(head[3]) for head in heads),
        days=int(heads[0][2]) / steps_per_day,
    )


def rms_temperature(one: Climate, other: Climate) -> float:
    """Root-mean-square difference over latitude and level of zonal-mean temperature [K]."""
    return float(np.sqrt(np.mean((one.temperature - other.temperature) ** 2)))


def native_spread(members: list[Climate]) -> list[float]:
    """`rms_temperature` of each pair of members."""
    return [rms_temperature(one, other) for one, other in combinations(members, 2)]


def compare(run: Climate, native: Climate) -> dict[str, float]:
    """How far `run` is from `native`, as the summary holds it."""
    bias = native.mean(run.temperature - native.temperature)
    return {
        "completed_days": run.days,
        "rms_temperature_K": rms_temperature(run, native),
        "level_bias_K": float(np.abs(bias).max()),
        "olr_bias_W_m2": float(native.mean(run.outgoing - native.outgoing)),
        "rain_ratio": float(native.mean(run.rain) / native.mean(native.rain)),
        "lowest_humidity": run.lowest_humidity,
    }


def objections(comparison: dict[str, float], largest_spread: float, days: float) -> list[str]:
    """What speaks against a run; nothing if it is as good as a native one."""
    limits = {
        "completed_days": (days, np.inf),
        "rms_temperature_K": (0.0, RMS_FACTOR * largest_spread),
        "level_bias_K": (0.0, LEVEL_BIAS_K),
        "olr_bias_W_m2": (-OLR_BIAS_W_M2, OLR_BIAS_W_M2),
        "rain_ratio": (1 - RAIN_FRACTION, 1 + RAIN_FRACTION),
        "lowest_humidity": (0.0, np.inf),
    }
    return [
        f"{name}: expected {low:.3g} to {high:.3g}, found {comparison[name]:.3g}"
        for name, (low, high) in limits.items()
        if not low <= comparison[name] <= high
    ]
