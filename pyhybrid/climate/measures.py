# SPDX-License-Identifier: BSD-3-Clause
"""What is measured of a variable in a run: one pass over its times, of which few are in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation.buckets import Buckets
from .grid import Array, area_mean
from .runs import Run, parts

SINGLE = float(np.finfo(np.float32).eps)  # what most models write
# Of the rain: parts of area and time below, up to what 1 of 1e5 exceeds.
TAIL = 1 - np.logspace(0, -5, 51)


@dataclass(frozen=True)
class Trend:
    """A straight line through a series.

    Attributes
    ----------
    slope, error : float
        Per day; the standard error allows for neighbours in time being alike.
    """

    slope: float
    error: float


@dataclass
class Measured:
    """A variable of a run.

    Attributes
    ----------
    unit : str
    series : ndarray (time,)
        Area means, all levels alike.
    zonal, deviation : ndarray (level, latitude)
        Means over time and longitude; root of the mean over longitude of the variance in time.
    mean, variability : float
        Of the series; root of the area mean of the variance in time, all levels alike.
    missing : float
        Part of the values that are not finite.
    rounding : ndarray (level, latitude)
        Of real32 numbers as large as the largest value there.
    step : float
        Of packed files; 0: they are not.
    rain : Buckets or None
        The distribution in mm day-1, each value counted by its area.
    """

    unit: str
    series: Array
    zonal: Array
    deviation: Array
    mean: float
    variability: float
    missing: float
    rounding: Array
    step: float
    rain: Buckets | None = None


class _Sums:
    """Of values (time, level, latitude, longitude), which come in parts."""

    def __init__(self, weight: Array) -> None:
        self.weight = weight
        self.series: list[Array] = []
        self.size = 0

    def add(self, values: Array) -> None:
        """Further times; deviations from the first one keep small variances exact."""
        good = np.isfinite(values)
        if not self.size:
            self.shift = np.where(good[0], values[0], 0.0)
            self.n, self.total, self.squared, self.most = np.zeros((4, *values.shape[1:]))
        off = np.where(good, values - self.shift, 0.0)
        self.n += good.sum(0)
        self.total += off.sum(0)
        self.squared += (off * off).sum(0)
        self.most = np.maximum(self.most, np.abs(values).max(0, initial=0.0, where=good))
        self.size += values.size
        self.series.append(self._means(off, good))

    def _means(self, off: Array, good: NDArray[np.bool_]) -> Array:
        weight = self.weight[:, None]
        known = (good * weight).sum((1, 2, 3))
        total = (np.where(good, off + self.shift, 0.0) * weight).sum((1, 2, 3))
        return total / np.where(known > 0, known, np.nan)

    def measured(self, unit: str, step: float, rain: Buckets | None) -> Measured:
        """All of them."""
        series = np.concatenate(self.series)
        n = np.where(self.n > 0, self.n, np.nan)
        variance = np.maximum(self.squared / n - (self.total / n) ** 2, 0.0)
        count = self.n.sum(2)
        sums = (self.total + self.n * self.shift).sum(2)
        zonal = sums / np.where(count > 0, count, np.nan)
        bands = _finite_mean(variance)
        known = series[np.isfinite(series)]
        mean = float(known.mean()) if len(known) else np.nan
        total = float(np.sqrt(area_mean(_finite_mean(bands.T), self.weight)))
        missing = 1 - float(self.n.sum()) / self.size
        rounding = SINGLE * self.most.max(2)
        return Measured(unit, series, zonal, np.sqrt(bands), mean, total, missing, rounding, step,
                        rain)  # fmt: skip


def _finite_mean(values: Array) -> Array:
    """Over the last axis; NaN if nothing is finite."""
    good = np.isfinite(values)
    count = good.sum(-1)
    return np.where(good, values, 0.0).sum(-1) / np.where(count > 0, count, np.nan)


def measure(
    run: Run, name: str, rain: float = 0.0, done: Callable[[int], None] = lambda count: None
) -> Measured:
    """Of one variable.

    Parameters
    ----------
    run : Run
    name : str
    rain : float
        Factor to mm day-1 of a precipitation rate; 0: it is none.
    done : callable
        Gets how many values were read.
    """
    field, sums, buckets = run.field(name), _Sums(run.grid.weight), None
    for part in parts(field):
        values = field.isel(time=part).values.astype(np.float64)
        sums.add(values)
        if rain:
            one = _distribution(values * rain, run.grid.weight)
            buckets = one if buckets is None else buckets.merge(one)
        done(values.size)
    return sums.measured(run.unit(name), _step(run.data[name].encoding), buckets)


def _step(encoding: Mapping[str, Any]) -> float:
    """Numbers with a point may have a factor too, but no steps."""
    packed = np.dtype(encoding.get("dtype", float)).kind in "iu"
    return abs(float(encoding.get("scale_factor", 1.0))) if packed else 0.0


def _distribution(values: Array, weight: Array) -> Buckets:
    """Weights in place of counts."""
    good = np.isfinite(values)
    areas = np.broadcast_to(weight[:, None], values.shape)[good]
    found = Buckets.of(values[good], areas)
    return Buckets(found.key, found.sums[1:])


def trend(series: Array, days: Array) -> Trend:
    """By least squares; the number of independent times follows from the residuals' correlation
    with the next ones (Santer et al. 2000, https://doi.org/10.1029/1999JD901105).

    NaN if there are fewer than three times or one is not finite.
    """
    if len(series) < 3 or not np.isfinite(series).all():
        return Trend(np.nan, np.nan)
    off = days - days.mean()
    slope = float(off @ (series - series.mean()) / (off @ off))
    rest = series - series.mean() - slope * off
    size = float(rest @ rest)
    alike = float(rest[1:] @ rest[:-1]) / size if size > 0 else 0.0
    independent = len(series) * (1 - max(alike, 0.0)) / (1 + max(alike, 0.0))
    if independent <= 2:
        return Trend(slope, np.inf)
    return Trend(slope, float(np.sqrt(size / (independent - 2) / (off @ off))))
