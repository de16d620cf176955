# SPDX-License-Identifier: BSD-3-Clause
"""What is learned from and what is held out: a recording is cut by time, never at random.

Neighbouring steps are alike. A network that has seen one of them is not judged by the other.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._dates import Date, parsed_date
from .._words import mismatch
from ..errors import ArgumentError, RecordingError
from ..validation.samples import Recording, Samples, dates_of, read
from .options import Options

Index = NDArray[np.int64]
_STOPPING = 8  # one part of so many of what is not held out ends the training


@dataclass(frozen=True)
class Times:
    """When the samples of a recording are, in the order of its files.

    Attributes
    ----------
    number : ndarray of int64, shape (sample,)
        Of the time of each sample.
    names : list of str
        Of the times, in their order: dates, or steps where not all samples have a date.
    dates : list of Date
        Of the times; none where `names` are steps.
    order : ndarray of int64, shape (sample,)
        Samples by time, column and file, whatever block or rank wrote them.
    """

    number: Index
    names: list[str]
    dates: list[Date]
    order: Index


@dataclass(frozen=True)
class Split:
    """Samples of a recording, by number in the order of its files; in order of time.

    Attributes
    ----------
    training, stopping, held_out : ndarray of int64
        What is learned from, what ends the training, and what is scored.
    recorded : int
        How many samples there are.
    begins : str
        First time that is held out.
    """

    training: Index
    stopping: Index
    held_out: Index
    recorded: int
    begins: str


def times_of(recording: Recording) -> Times:
    """Reads them; fields are left alone."""
    parts = [_about(read(part, {}, ())) for part in recording.parts({})]
    step, column = (np.concatenate([one[place] for one in parts]) for place in (0, 1))
    if any(None in found.values() for _, _, found, _ in parts):
        dates = list[Date]()
        steps, number = np.unique(step, return_inverse=True)
        told = [f"step {one}" for one in steps.tolist()]
    else:
        names, number = _together([(found, number) for _, _, found, number in parts])
        dates, told = list(names), list(names.values())
    return Times(number, told, dates, np.lexsort((column, step, number)))


def _about(samples: Samples) -> tuple[Index, Index, dict[str, Date | None], Index]:
    """Step, column, dates by their texts, and the number of the date of each sample."""
    return samples.step, samples.column, *dates_of(samples)


def _together(parts: list[tuple[dict[str, Date | None], Index]]) -> tuple[dict[Date, str], Index]:
    """Of dates and numbers by part those of all parts, in the order of time."""
    texts = {date: text for found, _ in parts for text, date in found.items() if date}
    dates = sorted(texts)
    place = {date: number for number, date in enumerate(dates)}
    numbers = [np.array([place[one] for one in found.values() if one], np.int64)[own]
               for found, own in parts]  # fmt: skip
    return {date: texts[date] for date in dates}, np.concatenate(numbers)


def split(times: Times, options: Options) -> Split:
    """The last times are held out; the last ones before them end the training.

    Raises
    ------
    ArgumentError
        If the date is none, or one at which nothing is left on one side.
    RecordingError
        If there are fewer than three times, or no dates where one is given.
    """
    count = len(times.names)
    if count < 3:
        wanted = "samples of three times at least: to learn from, to stop by and to score"
        raise RecordingError(mismatch("train: recordings", wanted, _few(times)))
    first = _by_option(times, options)
    stop = first - max(1, round(first / _STOPPING))
    edges = ((0, stop), (stop, first), (first, count))
    most = (options.samples, *(max(1, options.samples // 4),) * 2)
    training, stopping, held_out = (
        _drawn(times, low, high, limit, (options.seed, place))
        for place, ((low, high), limit) in enumerate(zip(edges, most, strict=True))
    )
    return Split(training, stopping, held_out, len(times.number), times.names[first])


def _few(times: Times) -> str:
    """Step 0 alone is what a host records that never says which step it is in."""
    found = ", ".join(times.names)
    return f"{found}: no step was opened (call domain%step)" if found == "step 0" else found


def _by_option(times: Times, options: Options) -> int:
    """The number of the first time that is held out."""
    if options.split_date:
        return _at(times, options.split_date)
    count = len(times.names)
    return int(np.clip(round(count * (1 - options.held_out)), 2, count - 1))


def _at(times: Times, date: str) -> int:
    if not times.dates:
        wanted = "dates in the recordings (else --held-out)"
        raise RecordingError(mismatch("train: --split-date", wanted, "samples without one"))
    parsed = _beginning(date)
    if parsed is None:
        wanted = "a date such as 2001-07 or 2001-07-01T12:00:00"
        raise ArgumentError(mismatch("train: --split-date", wanted, repr(date)))
    first = bisect_left(times.dates, parsed)
    if not 2 <= first < len(times.names):
        wanted = f"one after {times.names[1]}, up to {times.names[-1]}"
        raise ArgumentError(mismatch("train: --split-date", wanted, repr(date)))
    return first


def _beginning(text: str) -> Date | None:
    """Of a date, a month or a year."""
    dates = (parsed_date(text + rest) for rest in ("", "-01", "-01-01"))
    return next(filter(None, dates), None)


def _drawn(times: Times, low: int, high: int, most: int, seed: tuple[int, int]) -> Index:
    """Samples of some times, at most so many; the same ones for the same seed."""
    number = times.number[times.order]
    found = times.order[(number >= low) & (number < high)]
    if len(found) <= most:
        return found
    which = np.random.default_rng(seed).choice(len(found), most, replace=False)
    return found[np.sort(which)]
