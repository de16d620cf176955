# SPDX-License-Identifier: BSD-3-Clause
"""The climate of X in a run: moments, distribution, memory, course of the day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from lorenz_runs import MTU
from numpy.typing import NDArray

LARGE = 8  # X of a member
EDGES = np.linspace(-20.0, 25.0, 181)  # of the histogram [1]
HOURS = 8  # of local time in a day
DAY = 0.2  # [MTU]
MOST_LAG = 2.0  # of the autocorrelation [MTU]
BLOCKS = 8  # of members, whose scatter says how sure a number is
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Climate:
    """Of a run's output.

    Attributes
    ----------
    mean, variance : float
        Of X, of all times and columns [1].
    mean_error, variance_error : float
        Standard errors of both, by the scatter of blocks of members.
    density : (180,)
        Histogram of X, with integral 1, between `EDGES`.
    lags : (n,)
        [MTU]
    autocorrelation : (n,)
        Of X - mean [1].
    hours : (2, 8)
        Mean and standard deviation of X by local time of day [1].
    """

    mean: float
    variance: float
    mean_error: float
    variance_error: float
    density: Array
    lags: Array
    autocorrelation: Array
    hours: Array


def read_output(path: Path) -> tuple[Array, Array]:
    """Times [MTU] (time) and X (time, column).

    Raises
    ------
    ValueError
        The file is another, or has fewer than two times or members.
    """
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        if missing := {"time", "large_scale_variable"} - set(file.variables):
            raise ValueError(f"{path}: expected the output of a run, found no {min(missing)}")
        times, x = file["time"][:] / MTU, file["large_scale_variable"][:]
    for what, found in (("times", len(times)), ("members", x.shape[1] // LARGE)):
        if found < 2:
            raise ValueError(f"{path}: expected two {what} or more, found {found}")
    return times, x


def climate_of(path: Path, settling: float = 0.0) -> Climate:
    """The climate of a run's output, without its first part of that length (0 to 1).

    Raises ValueError: the file is another, or has one time or member only.
    """
    times, x = read_output(path)
    first = int(settling * len(times))
    times, x = times[first:], x[first:]
    blocks = np.array_split(x, min(BLOCKS, x.shape[1] // LARGE), axis=1)
    lags = min(round(MOST_LAG / (times[1] - times[0])), len(times) // 2)
    return Climate(
        float(x.mean()),
        float(x.var()),
        _standard_error([block.mean() for block in blocks]),
        _standard_error([block.var() for block in blocks]),
        np.histogram(x, EDGES, density=True)[0],
        (times[1] - times[0]) * np.arange(lags),
        autocorrelation(x, lags),
        by_hour(times, x),
    )


def _standard_error(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def autocorrelation(x: Array, lags: int) -> Array:
    """Of (time, column), pooled over columns, at 0 to lags - 1 times."""
    deviation = x - x.mean()
    products = [(deviation[lag:] * deviation[: len(x) - lag]).mean() for lag in range(lags)]
    return np.array(products) / x.var()


def by_hour(times: Array, x: Array) -> Array:
    """Mean and standard deviation of X by local time of day (2, 8); NaN where there is no time."""
    longitude = np.arange(x.shape[1]) % LARGE / LARGE  # [day]
    local = (times[:, None] / DAY + longitude) % 1.0
    place = (np.floor(local * HOURS + 1e-6).astype(int) % HOURS).ravel()
    with np.errstate(invalid="ignore"):
        number = np.bincount(place, minlength=HOURS)
        mean = np.bincount(place, x.ravel(), HOURS) / number
        square = np.bincount(place, (x.ravel() - mean[place]) ** 2, HOURS) / number
    return np.stack([mean, np.sqrt(square)])


def hellinger(density: Array, other: Array) -> float:
    """Half the integral of (sqrt(p) - sqrt(q))**2: 0 for the same distribution, 1 at most.

    As Gagne et al. 2020 compute it, https://doi.org/10.1029/2019MS001896; elsewhere the distance is
    its square root.
    """
    width = EDGES[1] - EDGES[0]
    return float(((np.sqrt(density) - np.sqrt(other)) ** 2).sum() * width / 2)


def compared(found: Climate, truth: Climate) -> dict[str, Any]:
    """Numbers of a climate beside those of the truth."""
    numbers = {key: value for key, value in asdict(found).items() if isinstance(value, float)}
    lags = min(len(found.lags), len(truth.lags))
    gap = found.autocorrelation[:lags] - truth.autocorrelation[:lags]
    return {
        **numbers,
        "mean_minus_truth": found.mean - truth.mean,
        "variance_over_truth": found.variance / truth.variance,
        "hellinger": hellinger(found.density, truth.density),
        "autocorrelation_rmse": float(np.sqrt(np.mean(gap**2))),
    }
