# SPDX-License-Identifier: BSD-3-Clause
"""A recorded run's emulator run again on the recorded inputs, and compared bit for bit.

Samples go through a scheme in mode emulate that records, so what is compared is what a recording
holds of the emulator in either case: its own results, before hooks and constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._words import listed, mismatch
from ..errors import RecordingError
from ..host import Domain
from .reasons import reasons
from .running import Runner
from .samples import Array, Fields, Recording, Samples, Variable, read, runs
from .setting import Setting
from .validating import recording_of


@dataclass(frozen=True, order=True)
class Place:
    """Where two results differ first.

    Attributes
    ----------
    step, column : int
    field : str
    level, species : int
        From 1; 0 for a field without that axis.
    recorded, replayed : float
    ulp : int
        How many numbers of the recorded kind lie between them, plus one.
    path : str
        The file.
    """

    step: int
    column: int
    field: str
    level: int
    species: int
    recorded: float
    replayed: float
    ulp: int
    path: str


@dataclass
class FieldDifferences:
    """Of an output.

    Attributes
    ----------
    values, different : int
    largest : float
        Absolute difference, in the unit of the field; NaN where one is no finite number.
    ulp : int
        The largest one.
    signs : int
        Zeros that differ in their sign alone.
    not_finite : int
        Values whose difference is no finite number, as where one of the two is none.
    squares : float
        Sum of squares of recorded values that are finite.
    rounding : float
        Of one operation in the recorded kind, relative.
    levels : ndarray of int64
        Differing values by level.
    """

    values: int = 0
    different: int = 0
    largest: float = 0.0
    ulp: int = 0
    signs: int = 0
    not_finite: int = 0
    squares: float = 0.0
    rounding: float = 0.0
    levels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))

    @property
    def relative(self) -> float:
        """The largest difference over the root mean square of all recorded values, or NaN."""
        if self.not_finite:
            return np.nan
        size = (self.squares / self.values) ** 0.5 if self.values else 0.0
        return self.largest / size if size else 0.0

    def add(self, ulp: NDArray[np.uint64], one: Array, other: Array) -> None:
        """Counts values (sample[, level][, species]) of which `ulp` says how far they differ."""
        self.values += ulp.size
        self.different += int(np.count_nonzero(ulp))
        self.signs += int(np.count_nonzero((ulp > 0) & (one == other)))
        self.ulp = max(self.ulp, int(ulp.max(initial=0)))
        with np.errstate(invalid="ignore", over="ignore"):
            size = np.abs(other.astype(np.float64) - one)[ulp > 0]
            self.squares += float(np.nansum(np.square(one[np.isfinite(one)], dtype=np.float64)))
        self.rounding = float(np.finfo(one.dtype).eps) if one.dtype.kind == "f" else 0.0
        self.not_finite += int(np.count_nonzero(~np.isfinite(size)))
        largest = max(self.largest, float(size.max(initial=0.0)))
        self.largest = np.nan if self.not_finite else largest
        axes = tuple(axis for axis in range(ulp.ndim) if axis != 1)
        counts = np.atleast_1d(np.count_nonzero(ulp, axis=axes if ulp.ndim > 1 else None))
        before = self.levels if len(self.levels) == len(counts) else np.zeros_like(counts)
        self.levels = before + counts


@dataclass
class Replay:
    """What came of it.

    Attributes
    ----------
    runner : Runner
    recording : Recording
    samples, columns : int
        Those that were emulated, and of them those that differ.
    missing : int
        Samples in which the run did not emulate.
    fields : dict of FieldDifferences
    first : Place or None
    likely : list of str
        Why, in order.
    """

    runner: Runner
    recording: Recording
    samples: int = 0
    columns: int = 0
    missing: int = 0
    fields: dict[str, FieldDifferences] = field(default_factory=dict)
    first: Place | None = None
    likely: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every bit is."""
        return self.columns == 0

    def as_json(self) -> dict[str, Any]:
        """All numbers."""
        return {
            "format": "pyhybrid replay",
            "version": 1,
            "emulator": str(self.runner.path),
            "files": self.recording.counts,
            "samples": self.samples,
            "different_samples": self.columns,
            "not_emulated": self.missing,
            "first": None if self.first is None else vars(self.first),
            "likely": self.likely,
            "field": {
                name: {**vars(one), "relative": one.relative, "levels": one.levels.tolist()}
                for name, one in self.fields.items()
            },
        }


def replay(
    path: Path,
    recordings: tuple[str, ...],
    setting: Setting = Setting(),  # noqa: B008 it is frozen
    done: Callable[[int, int], None] = lambda done, total: None,
) -> Replay:
    """Runs an emulator on the inputs of a recording of a mode that emulates.

    Parameters
    ----------
    path : Path
        The emulator.
    recordings : tuple of str
        Files or patterns.
    setting : Setting
        Of the run.
    done : callable
        Gets how many samples are done, and how many there are.

    Raises
    ------
    RecordingError
        If the recording holds no emulated results, none that are not missing, or not the noise
        that was drawn.
    HybridError
        If the emulator does not fit, or fails.
    """
    recording = recording_of(recordings)
    runner = Runner(path, recording, setting)
    outputs = [one.name for one in runner.card.outputs]
    recorded = [name for name in outputs if name in recording.variables.get("emulated", {})]
    if not recorded:
        recording.require("emulated", outputs)
    if runner.draws:
        wanted = f"noise {listed(runner.noise)} in group input"
        raise RecordingError(mismatch(f"recording {next(iter(recording.counts))}", wanted, "none"))
    names = {"input": runner.inputs, "emulated": recorded}
    found = Replay(runner, recording, fields={name: FieldDifferences() for name in recorded})
    done(0, len(recording))
    for part in recording.parts(names):
        samples = read(part, names, recording.places)
        ran = _ran(samples, recording.variables["emulated"])
        if ran.any():
            _compare(found, samples.some(ran))
        found.samples += int(ran.sum())
        found.missing += int((~ran).sum())
        done(found.samples + found.missing, len(recording))
    if not found.samples:
        where = f"recording {next(iter(recording.counts))}"
        raise RecordingError(mismatch(where, "samples with emulated results", "none"))
    found.likely = reasons(found)
    return found


def _ran(samples: Samples, variables: Mapping[str, Variable]) -> NDArray[np.bool_]:
    """Where the emulator ran: one output is missing where all are."""
    name, values = next(iter(samples.groups["emulated"].items()))
    missing = variables[name].missing
    first = values.reshape(len(samples), -1)[:, 0]
    return np.ones(len(samples), bool) if missing is None else first != missing


def _compare(found: Replay, samples: Samples) -> None:
    again = _recorded_again(found.runner, samples, list(found.fields))
    differs = np.zeros(len(samples), bool)
    distances = {}
    for name, differences in found.fields.items():
        one = samples.groups["emulated"][name]
        ulp = distance(one, again[name].astype(one.dtype))
        differences.add(ulp, one, again[name])
        distances[name] = ulp
        differs |= ulp.reshape(len(samples), -1).any(1)
    found.columns += int(differs.sum())
    if differs.any():
        first = _first(found.runner, samples, again, distances, differs)
        found.first = min(found.first, first) if found.first else first


def _first(
    runner: Runner, samples: Samples, again: Fields, distances: Fields, differs: Array
) -> Place:
    """Of the first step and column, the first field that differs."""
    which = np.flatnonzero(differs)
    at = which[np.lexsort((samples.column[which], samples.step[which]))[0]]
    name = next(name for name, ulp in distances.items() if np.any(ulp[at]))
    dims = next(one.dims for one in runner.card.outputs if one.name == name)[1:]
    ulp = np.asarray(distances[name][at])
    index = np.unravel_index(int(np.argmax(ulp > 0)), ulp.shape)
    one, other = samples.groups["emulated"][name][at][index], again[name][at][index]
    axes = dict(zip(dims, (int(number) + 1 for number in index), strict=True))
    return Place(
        int(samples.step[at]), int(samples.column[at]), name, axes.get("level", 0),
        axes.get("species", 0), float(one), float(other), int(ulp[index]), samples.path,
    )  # fmt: skip


def _recorded_again(runner: Runner, samples: Samples, names: list[str]) -> Fields:
    """What a recording has of the emulator in a run with these inputs."""
    import netCDF4

    with TemporaryDirectory(prefix="pyhybrid-replay-") as folder:
        path = Path(folder) / "again.nc"
        text = runner.configuration(drawn=False, seed=None, record={"path": str(path)})
        with Domain(text=text) as domain, domain.scheme(runner.name, runner.orientation) as scheme:
            runner.declare(scheme)
            domain.step(1, dt=runner.setting.dt)
            outputs = runner.zeros(len(samples))
            scalars = [samples.groups["input"][name] for name in runner.scalars()]
            for piece in runs(samples.step * 0, *scalars):
                runner.call(scheme, samples, piece, outputs)
            domain.flush()
        with netCDF4.Dataset(path) as file:
            file.set_auto_maskandscale(False)
            return {name: np.asarray(file["emulated"][name][:]) for name in names}


def distance(one: Array, other: Array) -> NDArray[np.uint64]:
    """How many numbers of their kind lie from one to the other; 0 where all bits are the same.

    NaN of any bits is far from all that has other bits.
    """
    if one.dtype.kind != "f":
        return np.abs(one.astype(np.int64) - other.astype(np.int64)).astype(np.uint64)
    bits: Any = np.uint32 if one.dtype == np.float32 else np.uint64
    a, b = (np.ascontiguousarray(x).view(bits) for x in (one, other))
    top = bits(1 << (8 * one.dtype.itemsize - 1))
    # numbers in their order as whole numbers in the same order, -0 just below 0
    x, y = (np.where(n & top, ~n, n | top) for n in (a, b))
    return np.where(x > y, x - y, y - x).astype(np.uint64)
