# SPDX-License-Identifier: BSD-3-Clause
"""What a hook in Python is shown. Its arrays are copies, so that whoever keeps one keeps what it
was; they are read only, as writing to them would change nothing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from _hybrid_python import ffi

REAL64 = np.dtype(np.float64)


class Clock(NamedTuple):
    step: int
    date: str  # ISO 8601 in the model's calendar, "" if the host gives none
    dt: float  # [s]
    elapsed: float  # model time since the start of the run, over restarts [s]
    time_of_day: float | None  # since midnight by the date [s]


@dataclass(frozen=True)
class Columns:
    """What blocks and samples have in common; arrays are (column,)."""

    clock: Clock
    ncol: int
    column: np.ndarray  # global index, from 1
    lat: np.ndarray | None  # degrees north
    lon: np.ndarray | None  # degrees east
    area: np.ndarray | None  # [m2]
    inputs: dict[str, np.ndarray]  # (column[, level][, species])


@dataclass(frozen=True)
class Block(Columns):
    first: int  # of the columns of this process, from 1
    bottom_up: bool  # level 1 is at the bottom
    rejected: np.ndarray  # the column gets the native result; its outputs may be anything
    outputs: dict[str, np.ndarray]  # (column[, level][, species])


@dataclass(frozen=True)
class Samples(Columns):
    wanted: np.ndarray | None  # native minus emulated, as the first of the hook's fields


def vector(pointer, n, dtype=REAL64):
    return np.ndarray((n,), dtype, ffi.buffer(pointer, n * np.dtype(dtype).itemsize))


def field(values, ld):
    """(column[, level][, species]), a view; axes that are 1 long are left out."""
    axes = [n for n in (values.nspecies, values.nlevel) if n > 1]
    whole = vector(values.data, values.nspecies * values.nlevel * ld)
    return whole.reshape(*axes, ld).T


def kept(array):
    array = array.copy(order="K")
    array.flags.writeable = False
    return array


def clock_of(given):
    time_of_day = given.time_of_day if given.time_of_day >= 0 else None
    date = ffi.string(given.date).decode(errors="replace")
    return Clock(given.step, date, given.dt, given.elapsed, time_of_day)


def columns_of(given, inputs, pick, length):
    """The arguments of Columns: of arrays with `length` columns those that `pick` names."""

    def known(pointer):
        return None if pointer == ffi.NULL else kept(vector(pointer, length)[pick])

    present = [(name, given.input[i]) for i, name in enumerate(inputs)
               if given.input[i].data != ffi.NULL]
    return {
        "clock": clock_of(given.clock), "ncol": given.ncol,
        "column": kept(vector(given.column, given.ncol, np.int64)),
        "lat": known(given.lat), "lon": known(given.lon), "area": known(given.area),
        "inputs": {name: kept(field(values, values.ld)[pick]) for name, values in present},
    }


def block_of(given, inputs, outputs):
    n = given.ncol
    present = [] if given.output == ffi.NULL else [
        (name, given.output[i]) for i, name in enumerate(outputs)
        if given.output[i].data != ffi.NULL]
    return Block(
        **columns_of(given, inputs, slice(None), n), first=given.first,
        bottom_up=bool(given.bottom_up), rejected=kept(vector(given.rejected, n, bool)),
        outputs={name: kept(field(values, values.ld)) for name, values in present})


def samples_of(given, inputs):
    place = vector(given.place, given.ncol, np.int64)
    wanted = given.wanted
    return Samples(
        **columns_of(given, inputs, place, int(place[-1]) + 1),
        wanted=None if wanted.data == ffi.NULL else kept(field(wanted, wanted.ld)[place]))
