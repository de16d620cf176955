# SPDX-License-Identifier: BSD-3-Clause
"""Scores against given data, as those of WeatherBench 2 (https://doi.org/10.1029/2023MS004019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import FieldError, ShapeError
from .grid import Array
from .levels import check_levels
from .runs import Run, few_open_files, parts


@dataclass(frozen=True)
class _Usual:
    """What anomalies are from: means (month, level, latitude, longitude) of the months that there
    are; NaN where the data have no value. One month, 0: of all times."""

    months: Array
    means: Array

    def at(self, months: Array) -> Array:
        """(time, level, latitude, longitude)."""
        if self.months[0] == 0:
            return self.means
        absent = sorted({*months.tolist()} - {*self.months.tolist()})
        if absent:
            raise ShapeError(mismatch("climatology: months", f"{absent} too", "none"))
        return self.means[np.searchsorted(self.months, months)]


def verify(
    runs: list[Run], truth: Run, names: list[str], climatology: Run | None
) -> dict[str, dict[str, Any]]:
    """Weighted with area, over the dates that a run and the truth have.

    Parameters
    ----------
    runs : list of Run
    truth : Run
        Of the same grid.
    names : list of str
        Those that `truth` lacks are left out; see `names_in`.
    climatology : Run, optional
        Mean years for anomalies: each date is compared with the mean of its times of that month.
        Without one, the mean over time of the truth.

    Returns
    -------
    dict
        By run and variable: bias, mae, rmse, acc (mean of the anomaly correlations of all times
        that have one), times, given (the truth's name of it), scored (part of area and times where
        run, truth and climatology have values: all scores are of these).

    Raises
    ------
    FieldError
        If the truth has none of the variables, or in another unit.
    ShapeError
        If grids, calendars or levels differ, or no date is common.
    """
    given = [truth, climatology] if climatology else [truth]
    for other in given:
        runs[0].grid.check_same(other.grid, other.name)
    times = {run.name: _common(run, truth) for run in runs}
    shared = names_in(truth, runs[0], names)
    if not shared:
        raise FieldError(mismatch(f"{truth.name}: variables", f"one of {names}", "none"))
    means = names_in(given[-1], runs[0], list(shared))
    found: dict[str, dict[str, Any]] = {run.name: {} for run in runs}
    with few_open_files():
        for name, its in shared.items():
            if name not in means:
                raise FieldError(mismatch(f"{given[-1].name}: variables", name, "none such"))
            for run in runs:
                _check(run, truth, name, its)
                _check(run, given[-1], name, means[name])
            usual = _usual(given[-1], means[name], by_month=climatology is not None)
            for run in runs:
                found[run.name][name] = _scores(run, truth, (name, its), times[run.name], usual)
    return found


def names_in(other: Run, run: Run, names: list[str]) -> dict[str, str]:
    """What the other calls variables of the run: the same, or its only one of that standard name.

    A standard name says which only if the run has one such variable too, of levels or of none.
    """
    found = {}
    for name in names:
        mine, its = _alike(run, run, name), _alike(other, run, name)
        if name in other.data.data_vars:
            found[name] = name
        elif len(mine) == 1 and len(its) == 1:
            found[name] = its[0]
    return found


def _alike(other: Run, run: Run, name: str) -> list[str]:
    """The other's variables with this one's standard name and number of axes."""
    one = run.data[name]
    wanted = (one.attrs.get("standard_name", ""), one.ndim)
    return [
        str(key)
        for key, its in other.data.data_vars.items()
        if wanted[0] and (its.attrs.get("standard_name"), its.ndim) == wanted
    ]


def _common(run: Run, truth: Run) -> Any:
    if run.times.calendar != truth.times.calendar:
        wanted, found = repr(run.times.calendar), repr(truth.times.calendar)
        raise ShapeError(mismatch(f"{truth.name}: calendar", wanted, found))
    times = run.times.intersection(truth.times)
    if not len(times):
        wanted = f"some from {run.times[0]} to {run.times[-1]}"
        raise ShapeError(mismatch(f"{truth.name}: dates", wanted, "none of them"))
    return times


def _check(run: Run, other: Run, name: str, its: str) -> None:
    if other.unit(its) != run.unit(name):
        wanted, found = run.unit(name), other.unit(its)
        raise FieldError(mismatch(f"{other.name}: unit of {its}", wanted, found))
    check_levels(run, other, name, its)


def _usual(run: Run, name: str, by_month: bool) -> _Usual:
    month_of = np.asarray(run.times.month) if by_month else np.zeros(len(run.times), int)
    months = np.unique(month_of)
    shape = (len(months), *run.field(name).shape[1:])
    sums, counts = np.zeros(shape), np.zeros(shape)
    for part, values in _read(run, name, run.times):
        good = np.isfinite(values)
        kept = np.where(good, values, 0.0)
        for place, month in enumerate(months):
            of_month = month_of[part] == month
            sums[place] += kept[of_month].sum(0)
            counts[place] += good[of_month].sum(0)
    return _Usual(months, np.divide(sums, counts, np.full(shape, np.nan), where=counts > 0))


def _read(run: Run, name: str, times: Any) -> Iterator[tuple[slice, Array]]:
    """Parts of `times`, and values (time, level, latitude, longitude) of these."""
    field, places = run.field(name), run.times.get_indexer(times)
    for part in parts(field.isel(time=slice(len(times)))):
        first, last = places[part][0], places[part][-1]
        whole = last - first + 1 == part.stop - part.start  # dask has far fewer tasks for it
        chosen = field.isel(time=slice(first, last + 1) if whole else places[part])
        yield part, chosen.values.astype(float)


def _scores(
    run: Run, truth: Run, names: tuple[str, str], times: Any, usual: _Usual
) -> dict[str, Any]:
    """Sums of parts become those of the whole."""
    sums, months = np.zeros(7), np.asarray(times.month)
    pairs = zip(_read(run, names[0], times), _read(truth, names[1], times), strict=True)
    for (part, mine), (_, its) in pairs:
        sums += _of_part(mine, its, usual.at(months[part]), run.grid.weight[:, None])
    return {**_of_sums(sums), "times": len(times), "given": names[1]}


def _of_part(forecast: Array, observed: Array, usual: Array, weight: Array) -> Array:
    """Sums of all weights, of those scored, of errors, their sizes and squares; of the anomaly
    correlations, and how many there are.

    Arrays (time, level, latitude, longitude). One mask for all: means over other places are no
    correlation, and could be above 1.
    """
    good = np.isfinite(forecast) & np.isfinite(observed) & np.isfinite(usual)
    weights = np.where(good, weight, 0.0)
    mine, its = (np.where(good, one - usual, 0.0) for one in (forecast, observed))
    error = mine - its
    plain = [(weights * one).sum() for one in (1.0, error, np.abs(error), error * error)]
    both, own, other = (
        (weights * one).sum((1, 2, 3)) for one in (mine * its, mine * mine, its * its)
    )
    size = np.sqrt(own) * np.sqrt(other)
    acc = both[size > 0] / size[size > 0]
    whole = np.broadcast_to(weight, good.shape).sum()
    return np.array([whole, *plain, acc.clip(-1, 1).sum(), len(acc)])


def _of_sums(sums: Array) -> dict[str, float | None]:
    """Scores; None where nothing was scored."""
    whole, weight, *errors, acc, count = sums.tolist()
    bias, mae, mse = (one / weight if weight else np.nan for one in errors)
    found = {"bias": bias, "mae": mae, "rmse": np.sqrt(mse), "acc": acc / count if count else None}
    found["scored"] = weight / whole
    return {
        key: None if one is None or not np.isfinite(one) else float(one)
        for key, one in found.items()
    }
