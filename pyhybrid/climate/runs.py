# SPDX-License-Identifier: BSD-3-Clause
"""The NetCDF output of a run, opened but not read: dask reads its parts when they are needed."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._words import mismatch, unknown
from ..errors import EmulatorFileError, FieldError, ShapeError
from .grid import Grid, grid_of

_AXES = {
    "latitude": ("latitude", ("lat", "latitude")),
    "longitude": ("longitude", ("lon", "longitude")),
    "time": ("time", ("time",)),
}
_PART = 16 * 2**20  # bytes of a part, more or less
_OPEN = 2  # files, while values are read
Period = tuple[str | None, str | None]


@dataclass
class Run:
    """A run.

    Attributes
    ----------
    name : str
    files : list of str
    data : xarray.Dataset
        Variables (time[, another], latitude, longitude), coordinates rising.
    grid : Grid
    days : ndarray (time,)
        Since the first time.
    """

    name: str
    files: list[str]
    data: Any
    grid: Grid
    days: Any

    @property
    def times(self) -> Any:
        """The index of cftime dates."""
        return self.data.indexes["time"]

    def variable(self, name: str) -> str:
        """The variable of this name, or of this standard name.

        Raises
        ------
        FieldError
            If there is none.
        """
        if name in self.data.data_vars:
            return name
        for key, one in self.data.data_vars.items():
            if one.attrs.get("standard_name") == name:
                return str(key)
        known = list(map(str, self.data.data_vars)) or ["nothing"]
        raise FieldError(f"{self.name}: {unknown('variable', name, known)}")

    def field(self, name: str) -> Any:
        """(time, level, latitude, longitude); the level has one place where there is no axis."""
        one = self.data[name]
        others = [dim for dim in one.dims if dim not in _AXES]
        if len(others) > 1 or not set(_AXES) <= set(one.dims) or one.dtype.kind not in "fiu":
            wanted = "numbers over time, latitude, longitude and at most one more axis"
            raise ShapeError(mismatch(f"{self.name}: {name}", wanted, f"{one.dtype} {one.dims}"))
        level = others[0] if others else "level_of_one"
        one = one if others else one.expand_dims(level)
        return one.transpose("time", level, "latitude", "longitude")

    def unit(self, name: str) -> str:
        """As the files have it."""
        return str(self.data[name].attrs.get("units", "1"))


def open_run(path: str, period: Period = (None, None), weights: str = "", name: str = "") -> Run:
    """A file, all .nc files of a folder, or those that a pattern matches.

    Parameters
    ----------
    path : str
    period : pair of str or None
        First and last date; None: the run's.
    weights : str
        Variable with a weight for each latitude.
    name : str
        Messages and tables call it so; "": the path.

    Raises
    ------
    EmulatorFileError
        If there is none, or they cannot be read together.
    ShapeError
        If time, latitudes or longitudes are not as they should be.
    """
    files = _files(path)
    data = _named(path, _opened(path, files))
    data = _rising(path, _within(path, data, period))
    given = None
    if weights:
        if weights not in data or data[weights].dims != ("latitude",):
            raise FieldError(mismatch(f"{path}: {weights}", "a weight for each latitude", "none"))
        given = data[weights].values.astype(np.float64)
    latitude, longitude = (data[one].values.astype(np.float64) for one in ("latitude", "longitude"))
    grid = grid_of(path, latitude, longitude, given)
    return Run(name or path, files, data, grid, _days(data))


@contextmanager
def few_open_files() -> Iterator[None]:
    """While values are read: NetCDF keeps up to 64 MiB for each variable of an open file."""
    import xarray

    with xarray.set_options(file_cache_maxsize=_OPEN):
        yield


def _files(path: str) -> list[str]:
    place = Path(path)
    found = sorted(map(str, place.glob("*.nc"))) if place.is_dir() else sorted(glob.glob(path))
    if place.is_file():
        found = [path]
    if not found:
        raise EmulatorFileError(mismatch(path, "a NetCDF file, or a folder of such", "none"))
    return found


def _opened(path: str, files: list[str]) -> Any:
    import dask
    import xarray

    try:
        with xarray.open_dataset(files[0], engine="netcdf4", decode_times=False) as first:
            time = _axis(path, first, "time")
        with dask.config.set({"array.chunk-size": _PART}):  # a task for each record is too many
            return xarray.open_mfdataset(
                files, combine="by_coords", data_vars="minimal", coords="minimal", join="exact",
                compat="no_conflicts", chunks={time: "auto"}, engine="netcdf4",
                decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True),
            )  # fmt: skip
    except (ValueError, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        wanted = "NetCDF files that follow one another"
        raise EmulatorFileError(mismatch(path, wanted, first)) from error


def _named(path: str, data: Any) -> Any:
    """Axes by our names."""
    found = {_axis(path, data, axis): axis for axis in _AXES}
    return data.rename({old: new for old, new in found.items() if old != new})


def _axis(path: str, data: Any, axis: str) -> str:
    standard, names = _AXES[axis]
    for name, one in data.coords.items():
        if one.dims != (name,):
            continue
        if one.attrs.get("standard_name") == standard or str(name).lower() in names:
            return str(name)
    wanted = "a coordinate with a dimension of its own (other grids have to be interpolated first)"
    raise ShapeError(mismatch(f"{path}: {axis}", wanted, f"dimensions {tuple(data.sizes)}"))


def _within(path: str, data: Any, period: Period) -> Any:
    import xarray

    index = data.indexes["time"]
    if not isinstance(index, xarray.CFTimeIndex):
        wanted = "units such as 'days since 2000-01-01', and dates"
        raise ShapeError(mismatch(f"{path}: time", wanted, data["time"].attrs.get("units", "none")))
    try:
        data = _sorted(data, "time").sel(time=slice(*period))
    except (ValueError, KeyError) as error:
        raise ShapeError(mismatch(f"{path}: period", "dates such as 2000-01", error)) from error
    if not data.sizes["time"]:
        raise ShapeError(mismatch(f"{path}: times in {period}", "some", "none"))
    if not data.indexes["time"].is_unique:
        raise ShapeError(mismatch(f"{path}: times", "each once", "one twice"))
    return data


def _rising(path: str, data: Any) -> Any:
    """Whatever the files' order, and whether they count longitudes from -180 or from 0."""
    for axis in ("latitude", "longitude"):
        if not np.isfinite(data[axis].values.astype(np.float64)).all():
            raise ShapeError(mismatch(f"{path}: {axis}s", "numbers", "some that are none"))
    longitude = data["longitude"]
    data = data.assign_coords(longitude=longitude.copy(data=longitude.values % 360))
    return _sorted(data, "latitude", "longitude")


def _sorted(data: Any, *axes: str) -> Any:
    """Only by those that do not rise yet: dask would have more tasks for it."""
    return data.sortby([one for one in axes if not data.indexes[one].is_monotonic_increasing])


def _days(data: Any) -> Any:
    times = data.indexes["time"]
    return np.array([(one - times[0]).total_seconds() / 86400 for one in times])


def parts(field: Any) -> list[slice]:
    """Times of a field (time, ...) that are read together."""
    count = field.sizes["time"]
    size = max(1, int(_PART * count // max(1, field.size * 8)))
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def check_times(first: Run, other: Run) -> None:
    """Raises ShapeError unless both have the same dates."""
    wanted, found = repr(first.times.calendar), repr(other.times.calendar)
    if wanted != found:
        raise ShapeError(mismatch(f"{other.name}: calendar", wanted, found))
    if len(first.times) != len(other.times):
        wanted = f"{len(first.times)} as in {first.name}, or a common period"
        raise ShapeError(mismatch(f"{other.name}: times", wanted, len(other.times)))
    differ = np.flatnonzero(first.times != other.times)
    if len(differ):
        place = int(differ[0])
        raise ShapeError(
            mismatch(f"{other.name}: time {place + 1}", first.times[place], other.times[place])
        )
