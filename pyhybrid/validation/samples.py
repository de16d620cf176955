# SPDX-License-Identifier: BSD-3-Clause
"""The samples of a recording, some at a time: a recording may be larger than memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._dates import Date, parsed_date
from .._words import listed, mismatch
from ..errors import RecordingError
from ..recording import RecordingFile, recording_files

Array = NDArray[Any]
Fields = dict[str, Array]
_BYTES = 16 << 20  # of the fields that are read at a time
_LEAST, _MOST = 64, 1 << 16  # samples
READING = RLock()  # netCDF serves one thread at a time, and a worker of dask may have several


@dataclass(frozen=True)
class Part:
    """Samples of one file that lie behind each other.

    Attributes
    ----------
    path : str
    first, stop : int
        The first sample, and the one behind the last.
    """

    path: str
    first: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.first


@dataclass(frozen=True)
class Samples:
    """What a part holds.

    Attributes
    ----------
    path : str
        The file.
    step, column : ndarray of int64, shape (sample,)
    date : ndarray of str, shape (sample,)
    lat, lon, area : ndarray of float64, shape (sample,), or None
        [degrees_north], [degrees_east], [m2].
    groups : mapping
        Group, then field: ndarray, shape (sample[, level][, species]).
    """

    path: str
    step: Array
    column: Array
    date: Array
    lat: Array | None
    lon: Array | None
    area: Array | None
    groups: Mapping[str, Fields]

    def __len__(self) -> int:
        return len(self.step)

    def some(self, which: Array | slice) -> Samples:
        """Those of a mask, an index or a slice."""
        about = {
            name: values[which]
            for name in ("step", "column", "date", "lat", "lon", "area")
            if (values := getattr(self, name)) is not None
        }
        groups = {
            group: {name: values[which] for name, values in fields.items()}
            for group, fields in self.groups.items()
        }
        return dataclasses.replace(self, **about, groups=groups)


@dataclass(frozen=True)
class Variable:
    """A recorded field.

    Attributes
    ----------
    unit, role : str
    dtype : dtype
    shape : tuple of int
        Of one sample: level, species.
    logical : bool
    axes : tuple of {"level", "species"}
        Of `shape`.
    missing : float, optional
        What stands for a value that is missing.
    """

    unit: str
    role: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    logical: bool
    axes: tuple[str, ...]
    missing: float | None = None


class Recording:
    """The files of one or several runs, which have to hold the same variables.

    Parameters
    ----------
    paths : path, pattern or iterable of paths

    Raises
    ------
    RecordingError
        Those of `recording_files`; no samples at all; files that differ in their orientation.
    """

    def __init__(self, paths: str | Path | Iterable[str | Path]) -> None:
        files = recording_files(paths)
        self.counts = {file.name: file.samples.sizes.get("sample", 0) for file in files}
        if not sum(self.counts.values()):
            raise RecordingError(mismatch(f"recording {files[0].name}", "samples", "none"))
        self.attrs: dict[str, Any] = dict(files[0].samples.attrs)
        self.attrs_of = {file.name: dict(file.samples.attrs) for file in files}
        self.orientation = str(self.attrs.get("orientation", "top_down"))
        for file in files[1:]:
            found = str(file.samples.attrs.get("orientation", "top_down"))
            if found != self.orientation:
                wanted = f"{self.orientation!r} as in {files[0].name}"
                where = f"recording {file.name}: orientation"
                raise RecordingError(mismatch(where, wanted, repr(found)))
        self.variables = {name: _variables(files[0], name) for name in files[0].groups}
        self.places = [name for name in ("lat", "lon", "area") if name in files[0].samples.coords]

    def __len__(self) -> int:
        return sum(self.counts.values())

    @property
    def scheme(self) -> str:
        """Its name; "" where the recording does not say."""
        return str(self.attrs.get("scheme", ""))

    def require(self, group: str, names: Iterable[str]) -> None:
        """Fails where the recording lacks a field."""
        present = self.variables.get(group, {})
        missing = [name for name in names if name not in present]
        if missing:
            found = f"no {listed(missing)}" if present else f"no group {group!r}{_remedy(group)}"
            where = f"recording {next(iter(self.counts))}"
            known = f" (it has {listed(present)})" if present else ""
            raise RecordingError(
                mismatch(where, f"{group} {listed(missing)}", f"{found}{known}")
            )

    def parts(self, names: Mapping[str, Iterable[str]], factor: int = 1) -> list[Part]:
        """Cuts it into parts whose fields fit into some memory, whatever machine it is.

        `factor` says how many times more than these fields is held at once.
        """
        size = sum(
            int(np.prod(one.shape, dtype=np.int64)) * 8
            for group, fields in names.items()
            for name, one in self.variables.get(group, {}).items()
            if name in set(fields)
        )
        length = int(np.clip(_BYTES // max(size * factor, 1), _LEAST, _MOST))
        return [
            Part(path, first, min(first + length, count))
            for path, count in self.counts.items()
            for first in range(0, count, length)
        ]


def read(part: Part, names: Mapping[str, Iterable[str]], places: Iterable[str]) -> Samples:
    """Reads fields by group. Truth values are int32, as hosts have them.

    Raises
    ------
    RecordingError
        If the file can no longer be read.
    """
    import netCDF4

    here = slice(part.first, part.stop)
    try:
        with READING, netCDF4.Dataset(part.path) as file:
            file.set_auto_maskandscale(False)
            about = {name: np.asarray(file[name][here], np.float64) for name in places}
            groups = {
                group: {name: np.asarray(file[group][name][here]) for name in fields}
                for group, fields in names.items()
            }
            step, column = (np.asarray(file[name][here], np.int64) for name in ("step", "column"))
            date = np.asarray(file["date"][here], str)
    except (OSError, RuntimeError, IndexError) as error:
        what = f"recording {part.path}, samples {part.first} to {part.stop}"
        raise RecordingError(mismatch(what, "readable samples", error)) from error
    none: dict[str, Array | None] = dict.fromkeys(("lat", "lon", "area"))
    return Samples(part.path, step, column, date, **{**none, **about}, groups=groups)


def dates_of(samples: Samples) -> tuple[dict[str, Date | None], Array]:
    """Dates by their texts, None for "", and the number of the one that each sample has.

    Raises
    ------
    RecordingError
        If one is neither empty nor a date.
    """
    texts, number = np.unique(samples.date, return_inverse=True)
    found = {text: parsed_date(text) for text in texts.tolist()}
    for text, date in found.items():
        if text and date is None:
            wanted = "a date such as '2001-07-01T12:00:00', or none"
            raise RecordingError(mismatch(f"recording {samples.path}", wanted, repr(text)))
    return found, number


def runs(*values: Array | None) -> Iterator[slice]:
    """Cuts samples where one of the values changes from one to the next."""
    given = [one for one in values if one is not None]
    changes = np.zeros(len(given[0]), bool)
    for one in given:
        changes[1:] |= one[1:] != one[:-1]
    edges = [0, *np.flatnonzero(changes).tolist(), len(changes)]
    yield from (slice(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a)


def _remedy(group: str) -> str:
    return " (record in a mode that emulates)" if group == "emulated" else ""


def _variables(file: RecordingFile, group: str) -> dict[str, Variable]:
    return {
        str(name): Variable(
            str(one.attrs.get("units", "")),
            str(one.attrs.get("role", "state")),
            np.dtype(np.int32) if one.dtype == bool else one.dtype,
            tuple(one.shape[1:]),
            one.attrs.get("kind") == "logical",
            tuple(str(dim).partition("_")[0] for dim in one.dims[1:]),
            one.encoding.get("_FillValue"),
        )
        for name, one in file.groups[group].data_vars.items()
    }
