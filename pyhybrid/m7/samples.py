# SPDX-License-Identifier: BSD-3-Clause
"""Boxes before and after a time step of M7: from recordings, or random with the native scheme."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._words import mismatch
from ..errors import RecordingError
from ..recording import open_recording
from .constants import DENSITY, EMPTY_RADIUS, GAS_CONSTANT_AIR, MOLECULE, mean_volume
from .layout import (
    AEROSOL_WATER,
    ENVIRONMENT,
    FIRST_TRACER,
    MASSES,
    MODES,
    NTRACER,
    NUMBERS,
    VARIABLES,
    members,
    place,
)

if TYPE_CHECKING:
    from xarray import DataTree

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Boxes:
    """Samples as an emulator takes and returns them.

    Attributes
    ----------
    x : ndarray, shape (box, 32)
        Environment and tracers before the step, in the units of the fields.
    y : ndarray, shape (box, 30)
        Tracers and water after it.
    levels : int
        Of columns, where boxes are whole ones, one after the other; else 1.
    """

    x: Array
    y: Array
    levels: int = 1

    def __len__(self) -> int:
        return len(self.x)

    def some(self, count: int, seed: int) -> Boxes:
        """So many of them at random, or all where there are fewer."""
        if count >= len(self):
            return self
        index = np.sort(np.random.default_rng(seed).permutation(len(self))[:count])
        return Boxes(self.x[index], self.y[index])

    @property
    def before(self) -> Array:
        """The tracers before the step, and no water: what `y` minus this is are tendencies."""
        return np.pad(self.x[:, FIRST_TRACER:], ((0, 0), (0, len(VARIABLES) - NTRACER)))


def joined(parts: Iterable[Boxes]) -> Boxes:
    """All of them, one after the other."""
    parts = list(parts)
    levels = {one.levels for one in parts}
    return Boxes(
        np.concatenate([p.x for p in parts]),
        np.concatenate([p.y for p in parts]),
        levels.pop() if len(levels) == 1 else 1,
    )


def recorded(paths: Iterable[Path], elsewhere: Iterable[Path] = ()) -> Boxes:
    """The boxes of recordings made by the library's `record` mode.

    Parameters
    ----------
    paths : of the recordings
    elsewhere : of others, whose columns are left out

    Raises
    ------
    RecordingError
        If a file is missing or is none, lacks a field, or has a number that is none; the message
        says which field, sample and level. If columns are to be left out: if a recording does not
        say where they are, or none are left.
    """
    known = {place for path in elsewhere for place in _places(path, open_recording(path))}
    boxes = joined(_recorded(path, known) for path in paths)
    if len(boxes) == 0:
        raise RecordingError("recordings: expected columns that no other recording has, found none")
    return boxes


def _places(path: Path, recording: DataTree) -> list[tuple[float, float]]:
    """Latitude and longitude of each sample: numbers of columns are those of a run's own grid."""
    for name in ("lat", "lon"):
        if name not in recording.coords:
            raise RecordingError(mismatch(f"recording {path}", f"a coordinate {name}", "none"))
    lat, lon = (recording.coords[name].values.tolist() for name in ("lat", "lon"))
    return list(zip(lat, lon, strict=True))


def _recorded(path: Path, known: Collection[tuple[float, float]]) -> Boxes:
    recording = open_recording(path)
    before = {
        name: _values(recording, path, "input", name) for name in (*ENVIRONMENT, MASSES, NUMBERS)
    }
    after = [_values(recording, path, "native", name) for name in (MASSES, NUMBERS, AEROSOL_WATER)]
    levels = before["air_temperature"].shape[1]
    boxes = Boxes(
        np.concatenate([_in_boxes(one, levels) for one in before.values()], 1),
        np.concatenate([_in_boxes(one, levels) for one in after], 1),
        levels,
    )
    if not known:
        return boxes
    new = np.repeat([place not in known for place in _places(path, recording)], levels)
    return Boxes(boxes.x[new], boxes.y[new], levels)


def _values(recording: DataTree, path: Path, group: str, name: str) -> Array:
    fields = recording[group].data_vars if group in recording.children else {}
    if name not in fields:
        found = f"{', '.join(fields) or 'none'}"
        raise RecordingError(mismatch(f"recording {path}: group {group}", f"a field {name}", found))
    values = np.asarray(fields[name].values, np.float64)
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong) > 0:
        at = dict(zip(("sample", "level", "species"), (wrong[0] + 1).tolist(), strict=False))
        where = ", ".join(f"{key} {value}" for key, value in at.items())
        found = values[tuple(wrong[0])]
        raise RecordingError(
            mismatch(f"recording {path}: {group}: {name}({where})", "a finite number", found)
        )
    return values


def _in_boxes(values: Array, levels: int) -> Array:
    """A field (sample), (sample, level) or (sample, level, species) as (box, species)."""
    if values.ndim == 1:
        values = np.repeat(values[:, None], levels, 1)
    return values.reshape(len(values) * levels, -1)


# Ranges of the logarithm of concentrations [cm-3] of each mode, wider than those that occur.
_STEPS = (1800.0, 1800.0, 1800.0, 300.0, 600.0, 900.0, 1200.0, 3600.0)  # [s]
_NUMBERS = {"NS": (-3, 6), "KS": (-2, 5), "AS": (-3, 4), "CS": (-5, 1.5), "KI": (-3, 4),
            "AI": (-4, 2.5), "CI": (-5, 1.5)}  # fmt: skip


def random_boxes(count: int, seed: int) -> Boxes:
    """Boxes anywhere in the ranges that the native scheme knows, and what it makes of them.

    Logarithms of numbers, sizes, gas and production are uniform, compositions are Dirichlet
    distributed, one mode in 14 is empty, one box in two has no cloud, one in four no production.
    """
    rng = np.random.default_rng(seed)
    x = _environment(count, rng)
    air = x[:, 1] / (GAS_CONSTANT_AIR * x[:, 0])
    tracers = np.zeros((count, NTRACER))
    tracers[:, 0] = 10 ** rng.uniform(2, 10, count) * (MOLECULE * 1e3) / air
    for mode in MODES:
        _fill(mode, tracers, np.maximum(air, 0.3), rng)
    x = np.concatenate([x, tracers], 1)
    return Boxes(x, native(x))


def _environment(count: int, rng: np.random.Generator) -> Array:
    uniform = rng.uniform
    pressure = np.where(rng.random(count) < 0.6, uniform(2e4, 1.03e5, count),
                        np.exp(uniform(np.log(50.0), np.log(1.05e5), count)))  # fmt: skip
    height = 7500.0 * np.log(1e5 / pressure)
    temperature = np.maximum(300.0 - 6.5e-3 * height, 205.0) + rng.normal(0.0, 14.0, count)
    humidity = uniform(0.0, 1.0, count) * np.where(rng.random(count) < 0.3, 0.1, 1.0)
    kind = rng.random(count)
    cloud = np.where(kind < 0.5, 0.0, np.where(kind < 0.55, 1.0, rng.random(count)))
    air = pressure / (GAS_CONSTANT_AIR * temperature)
    production = 10 ** uniform(1, 7.5, count) * (MOLECULE * 1e3) / air * (rng.random(count) < 0.75)
    step = rng.choice(_STEPS, count)
    temperature = np.clip(temperature, 170.0, 325.0)
    return np.stack([temperature, pressure, humidity, cloud, np.minimum(production, 1e-6), step], 1)


def _fill(mode: str, tracers: Array, air: Array, rng: np.random.Generator) -> None:
    """A mode's number and masses, from its mean particle and composition."""
    count, species = len(tracers), members(mode)
    low, high = EMPTY_RADIUS[mode] * 0.6, EMPTY_RADIUS[mode] * (15.0 if mode[0] != "C" else 8.0)
    number = 10 ** rng.uniform(*_NUMBERS[mode], count) * 1e6 / air * (rng.random(count) < 0.93)
    radius = np.exp(rng.uniform(np.log(low), np.log(high), count))
    volume = mean_volume(1.0, mode) * radius**3 * 1e-18  # [m3]
    part = rng.dirichlet([0.4] * len(species), count)
    for column, one in enumerate(species):
        mass = part[:, column] * volume * number * DENSITY[one]
        tracers[:, place(one, mode)] = np.minimum(mass, 1e-2)
    tracers[:, place("N", mode)] = number


def native(x: Array) -> Array:
    """What the native scheme makes of samples (box, 32): (box, 30)."""
    from ..native import m7

    out = np.zeros((len(x), len(VARIABLES)))
    for step in np.unique(x[:, 5]):
        same = np.flatnonzero(x[:, 5] == step)
        for rows in np.array_split(same, max(1, len(same) // 512)):
            out[rows] = _native_block(m7, float(step), x[rows])
    return out


def _native_block(m7: object, step: float, x: Array) -> Array:
    t, p, rh, cloud, production = (np.asfortranarray(x[:, i : i + 1]) for i in range(5))
    tracers = np.asfortranarray(x[:, None, FIRST_TRACER:])
    particles = m7(step, p, t, rh, cloud, production, np.zeros_like(t, order="F"), tracers)
    return np.concatenate([tracers[:, 0], particles.water[:, 0]], 1)
