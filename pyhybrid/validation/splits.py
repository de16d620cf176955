# SPDX-License-Identifier: BSD-3-Clause
"""Generalisation splits: to which part of a recording a sample belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .._dates import Date, parsed_date
from .._words import mismatch, unknown
from ..errors import ArgumentError, RecordingError
from .places import on_earth
from .samples import Recording, Samples, dates_of

Labels = NDArray[np.str_]
SPLITS = ("date", "step", "region", "latitude", "scenario")
NOWHERE = ""  # the part of samples that are in none
_NO_DATE = "no date"
_TROPICS = 30.0  # degrees
_REGIONS = (f"south of {_TROPICS:g} S", "tropics", f"north of {_TROPICS:g} N")
_EDGES = range(-90, 91, 30)  # of bands, degrees
_BANDS = tuple(f"{a:+03d} to {b:+03d}" for a, b in zip(_EDGES, _EDGES[1:], strict=False))
_FROM_SOUTH = {"region": _REGIONS, "latitude": _BANDS}
_STEPS = 4  # ranges
_NEVER = Date(1 << 62, 1, 1, 0.0)  # behind all dates


def check_split(split: str, recording: Recording) -> None:
    """Fails where the recording does not hold what the split needs.

    Raises
    ------
    ArgumentError, RecordingError
    """
    if split not in SPLITS:
        raise ArgumentError(unknown("split", split, SPLITS))
    if split in ("region", "latitude") and "lat" not in recording.places:
        raise RecordingError(mismatch(f"split {split!r}", "latitudes in the recording", "none"))
    if split == "scenario" and len(recording.counts) < 2:
        raise RecordingError(mismatch("split 'scenario'", "two files or more", "one"))


def ranges_of_steps(recording: Recording) -> tuple[int, ...]:
    """Steps at which each of some equally long ranges of steps begins."""
    import netCDF4

    least, most = [], []
    for path, count in recording.counts.items():
        if count:
            with netCDF4.Dataset(path) as file:
                step = np.asarray(file["step"][:count])
            least.append(int(step.min()))
            most.append(int(step.max()))
    first, last = min(least), max(most)
    return tuple(first + (last + 1 - first) * i // _STEPS for i in range(_STEPS + 1))


def labels(split: str, samples: Samples, names: dict[str, str], steps: tuple[int, ...]) -> Labels:
    """The part of each sample, `NOWHERE` if it has none.

    Parameters
    ----------
    split : str
    samples : Samples
    names : dict
        What to call each file.
    steps : tuple of int
        `ranges_of_steps`.
    """
    makers: dict[str, Callable[[], Labels]] = {
        "date": lambda: _months(samples),
        "step": lambda: _ranges(samples, steps),
        "region": lambda: _regions(samples),
        "latitude": lambda: _bands(samples),
        "scenario": lambda: np.full(len(samples), names[samples.path]),
    }
    return makers[split]()


def part_names(split: str, recording: Recording) -> tuple[str, ...]:
    """All that a split of the recording may have; none where only its samples tell."""
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "step": lambda: _names_of_ranges(ranges_of_steps(recording)),
        "region": lambda: _REGIONS,
        "latitude": lambda: _BANDS,
        "scenario": lambda: scenario_names(recording).values(),
    }
    return tuple(makers[split]()) if split in makers else ()


def in_order(split: str, names: Iterable[str]) -> list[str]:
    """Parts as they follow each other: in time, from south to north, files by name."""
    if split == "step":
        return sorted(names, key=lambda name: int(name.split()[1]))
    if split == "date":
        return sorted(names, key=lambda name: parsed_date(f"{name}-01") or _NEVER)
    if split in _FROM_SOUTH:
        return sorted(names, key=_FROM_SOUTH[split].index)
    return sorted(names)


def scenario_names(recording: Recording) -> dict[str, str]:
    """Of each file, the parts of its path that tell it from the others."""
    paths = [Path(path).absolute() for path in recording.counts]
    parts = [path.parts for path in paths]
    least = min(map(len, parts))
    same = next((i for i in range(least) if len({p[i] for p in parts}) > 1), least - 1)
    last = len({p[-1] for p in parts}) == 1
    names = ["/".join(p[same : -1 if last and len(p) - 1 > same else None]) for p in parts]
    return dict(zip(recording.counts, names, strict=True))


def _months(samples: Samples) -> Labels:
    """Year and month."""
    dates, number = dates_of(samples)
    months = [f"{one.year:04d}-{one.month:02d}" if one else _NO_DATE for one in dates.values()]
    return np.array(months)[number]


def _ranges(samples: Samples, steps: tuple[int, ...]) -> Labels:
    names = np.array(_names_of_ranges(steps))
    place = np.searchsorted(np.array(steps[1:]), samples.step, side="right")
    return names[np.minimum(place, len(names) - 1)]


def _names_of_ranges(steps: tuple[int, ...]) -> list[str]:
    return [f"steps {a} to {b - 1}" for a, b in zip(steps, steps[1:], strict=False)]


def _regions(samples: Samples) -> Labels:
    assert samples.lat is not None
    found = np.array(_REGIONS)[np.digitize(samples.lat, [-_TROPICS, _TROPICS])]
    return np.where(on_earth(samples.lat), found, NOWHERE)


def _bands(samples: Samples) -> Labels:
    assert samples.lat is not None
    place = np.digitize(samples.lat, _EDGES[1:-1])
    return np.where(on_earth(samples.lat), np.array(_BANDS)[place], NOWHERE)
