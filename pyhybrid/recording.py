# SPDX-License-Identifier: BSD-3-Clause
"""Recordings of a run, as xarray objects.

A run writes one NetCDF file per rank. The order of samples in it depends on blocks, threads and
ranks; what `open_recording` returns does not.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ._words import mismatch
from .errors import PluginError, RecordingError

if TYPE_CHECKING:
    import xarray as xr

_FORMAT = "pyhybrid-recording-1"
_GROUPS = ("input", "native", "after", "emulated")
_UNWRITTEN = np.iinfo(np.int64).min + 2  # NC_FILL_INT64: a sample that was never completed

PathLike = str | os.PathLike[str]


def open_recording(path: PathLike | Iterable[PathLike]) -> xr.DataTree:
    """Open a recording: the samples of all its files, ordered by step and column.

    Parameters
    ----------
    path : path, glob pattern, or iterable of paths
        One file, or those of all ranks.

    Returns
    -------
    xarray.DataTree
        Nodes ``/input``, ``/native``, ``/after`` and ``/emulated``, as far as the mode recorded
        them. Variables have shape (sample[, level_<n>][, species_<n>]) and attributes ``units``
        and ``role``; logical ones are bool. ``native`` holds what the native routine gave, its
        increments where it adds to a field, whose values after it are in ``after``. Reals that are
        missing, of an emulator that did not run in these columns, are NaN; ``/emulated`` has the
        coordinate ``ran`` (sample), which says where it did. All nodes have these coordinates of
        shape (sample):

        - ``step``: time step of the host [1]
        - ``column``: global index of the column, from 1 [1]
        - ``date``: date of the host, a string
        - ``lat`` [degrees_north], ``lon`` [degrees_east], ``area`` [m2], where the host knows them

        Attributes are those of the first file. With dask installed data are loaded when they are
        used, otherwise at once.

    Raises
    ------
    PluginError
        If xarray or netCDF4 is missing.
    RecordingError
        If a file is missing, is not a recording, or has other variables than the first; or if two
        files hold the same column of the same step, as files of two runs do.

    Examples
    --------
    >>> recording = open_recording("radiation.*.nc")               # doctest: +SKIP
    >>> temperature = recording["input"]["air_temperature"]        # doctest: +SKIP
    >>> first_day = temperature[temperature.step <= 32]            # doctest: +SKIP
    """
    _check_readers()
    import xarray as xr

    files = recording_files(path)
    joined = {group: _joined([file.groups[group] for file in files]) for group in files[0].groups}
    about = _joined([file.samples for file in files])
    order = _order(about)
    _check_disjoint(files, about, order)
    nodes = {f"/{group}": _select(data, order) for group, data in joined.items()}
    coordinates = _select(about, order).coords
    return xr.DataTree.from_dict({
        "/": xr.Dataset(coords=coordinates, attrs=files[0].samples.attrs),
        **{name: data.assign_coords(coordinates) for name, data in nodes.items()},
    })


def _check_readers() -> None:
    missing = [name for name in ("xarray", "netCDF4") if not find_spec(name)]
    if missing:
        wanted = "xarray and netCDF4 (pip install 'pyhybrid[recording]')"
        raise PluginError(mismatch("open_recording", wanted, f"no {' and no '.join(missing)}"))


def recording_files(path: PathLike | Iterable[PathLike]) -> list[RecordingFile]:
    """The files of a recording, each for itself, in the order of their names.

    They may hold the same columns of the same steps, as the recordings of two scenarios do.

    Raises
    ------
    RecordingError
        If a file is missing, is not a recording, or has other variables than the first.
    """
    files = [_open_file(name) for name in _file_names(path)]
    _check_alike(files)
    return files


class RecordingFile:
    """One file: its samples (step, column, ... as coordinates) and its groups."""

    def __init__(self, name: str, samples: xr.Dataset, groups: dict[str, xr.Dataset]) -> None:
        self.name = name
        self.samples = samples
        self.groups = groups

    def shape(self) -> dict[str, tuple[object, ...]]:
        """What has to be the same in all files of a recording."""
        entries = {"coordinates": tuple(sorted(map(str, self.samples.coords)))}
        for group, data in self.groups.items():
            for name, variable in data.variables.items():
                extents = tuple(zip(variable.dims, variable.shape, strict=True))[1:]
                units = variable.attrs.get("units")
                entries[f"{group}/{name}"] = (str(variable.dtype), extents, units)
        return entries


def _file_names(path: PathLike | Iterable[PathLike]) -> list[str]:
    if not isinstance(path, (str, os.PathLike)):
        names = [os.fspath(name) for name in path]
    elif Path(path).is_file():
        names = [os.fspath(path)]
    else:
        names = glob.glob(os.fspath(path))
    if not names:
        raise RecordingError(f"recording {path!s}: expected a file, found none")
    return sorted(names)


def _open_file(name: str) -> RecordingFile:
    if not Path(name).is_file():
        raise RecordingError(f"recording {name}: expected a file, found none")
    try:
        samples = _open_group(name, None)
        _check_format(name, samples)
        groups = {group: _open_group(name, group) for group in _present_groups(name)}
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(
            f"recording {name}: expected a complete NetCDF-4 file, found: {error}") from error
    return _complete(RecordingFile(name, samples.set_coords(list(samples.data_vars)), groups))


def _present_groups(name: str) -> list[str]:
    import netCDF4

    with netCDF4.Dataset(name) as file:
        return [group for group in _GROUPS if group in file.groups]


def _open_group(name: str, group: str | None) -> xr.Dataset:
    import xarray as xr

    options = {"group": group, "engine": "netcdf4", "mask_and_scale": False, "decode_times": False}
    if find_spec("dask"):
        data = xr.open_dataset(name, chunks={"sample": 65536}, **options)
    else:
        data = xr.load_dataset(name, **options)
    data = _with_ran(data) if group == "emulated" else data
    decoded = {key: _decoded(one) for key, one in data.data_vars.items()}
    return data.assign(decoded)


def _decoded(values: xr.DataArray) -> xr.DataArray:
    """Truth values as such, and missing reals as NaN."""
    fill = values.attrs.get("_FillValue")
    found = values.astype(bool) if values.attrs.get("kind") == "logical" else values
    if fill is None:
        return found
    if values.dtype.kind == "f":
        found = found.where(values != fill)
    found = found.assign_attrs(values.attrs)
    del found.attrs["_FillValue"]
    found.encoding["_FillValue"] = fill  # where xarray looks for it
    return found


def _with_ran(data: xr.Dataset) -> xr.Dataset:
    """Where there are emulated results: all outputs are missing where one is."""
    one = next(iter(data.data_vars.values()), None)
    if one is None:
        return data
    first = one.isel(dict.fromkeys(one.dims[1:], 0))
    fill = one.attrs.get("_FillValue")  # older recordings have none missing
    ran = first == first if fill is None else first != fill
    about = {"long_name": "whether the emulator ran in this column"}
    return data.assign_coords(ran=("sample", ran.data, about))


def _check_format(name: str, samples: xr.Dataset) -> None:
    conventions = str(samples.attrs.get("Conventions", "none"))
    if _FORMAT not in conventions or not {"step", "column"} <= set(samples.variables):
        raise RecordingError(
            f"recording {name}: expected Conventions with {_FORMAT!r}, found {conventions!r}")


def _complete(file: RecordingFile) -> RecordingFile:
    """Cut off the end of a file whose process was killed: ``step`` is written last."""
    count = int(np.count_nonzero(file.samples["step"].values != _UNWRITTEN))
    whole = slice(0, count)
    return RecordingFile(file.name, _select(file.samples, whole),
                 {group: _select(data, whole) for group, data in file.groups.items()})


def _check_alike(files: list[RecordingFile]) -> None:
    expected = files[0].shape()
    for file in files[1:]:
        found = file.shape()
        differing = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        if differing:
            key = differing[0]
            raise RecordingError(
                f"recording {file.name}: {key}: expected {expected.get(key, 'none')} as in "
                f"{files[0].name}, found {found.get(key, 'none')}")


def _joined(parts: list[xr.Dataset]) -> xr.Dataset:
    import xarray as xr

    if len(parts) == 1:
        return parts[0]
    return xr.concat(parts, dim="sample", data_vars="all", coords="all", join="exact",
                     combine_attrs="override")


def _check_disjoint(
    files: list[RecordingFile], about: xr.Dataset, order: np.ndarray | slice
) -> None:
    """Refuse samples that two files have, such as those of another run with other ranks."""
    if len(files) == 1:
        return
    counts = [file.samples.sizes.get("sample", 0) for file in files]
    source = np.repeat(np.arange(len(files)), counts)[order]
    step, column = about["step"].values[order], about["column"].values[order]
    same = (np.diff(step) == 0) & (np.diff(column) == 0) & (np.diff(source) != 0)
    if same.any():
        at = int(np.argmax(same))
        raise RecordingError(
            f"recordings {files[source[at]].name} and {files[source[at + 1]].name}: "
            f"step {step[at]}, column {column[at]}: "
            "expected each column of a step in one file, found it in two")


def _order(samples: xr.Dataset) -> np.ndarray | slice:
    """Permutation (sample) that sorts by step, then column; stable."""
    order = np.lexsort((samples["column"].values, samples["step"].values))
    in_order = bool(np.array_equal(order, np.arange(order.size)))
    return slice(None) if in_order else order


def _select(data: xr.Dataset, which: np.ndarray | slice) -> xr.Dataset:
    return data.isel(sample=which) if "sample" in data.dims else data
