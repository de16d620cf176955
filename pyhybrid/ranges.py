# SPDX-License-Identifier: BSD-3-Clause
"""The range of training of each input and output: what the guard `training_range` compares with.

Samples are read in parts, so a recording may be larger than memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._words import mismatch
from .card import Card, Field
from .errors import ArgumentError, RecordingError

_PART = 1 << 14  # samples that are read at a time
_DIGITS = 6


def training_range(
    card: Card, recording: Mapping[str, Any], quantile: float = 1.0
) -> dict[str, dict[str, Any]]:
    """Limits of all inputs and outputs, by row of the network, for ``Card(training_range=...)``.

    Parameters
    ----------
    card : Card
        Which fields, and how many values each has in a sample.
    recording : DataTree of `open_recording`, or mapping
        ``recording["input"][name]`` and ``recording["native"][name]`` are arrays (sample[,
        level][, species]) in the units of the card, levels in the order of the recording's
        attribute ``orientation`` or, without one, of the card.
    quantile : float
        Above 0.5, up to 1: at most the part 1 - quantile of the samples lies beyond a limit, on
        either side. By 1 the limits are the least and the largest value.

    Returns
    -------
    dict
        Name to ``min`` and ``max``, a number or a list by row, rounded outwards to six digits, and
        ``quantile``. Where an input and an output have that name, ``output`` has those of the
        latter.

    Raises
    ------
    ArgumentError
        If the quantile is none.
    RecordingError
        If the recording lacks a field, has another extent, no samples or a number that is not
        finite.
    """
    if not 0.5 < quantile <= 1:
        raise ArgumentError(mismatch("training_range: quantile", "above 0.5, up to 1", quantile))
    flips = getattr(recording, "attrs", {}).get("orientation", card.orientation) != card.orientation
    ranges: dict[str, dict[str, Any]] = {}
    for group, fields in (("input", card.inputs), ("native", card.outputs)):
        for field in fields:
            if field.role == "noise":  # which no host puts
                continue
            values = _values(recording, group, field.name)
            found = _limits(values, field, card.sample, quantile, flips)
            if group == "native" and field.name in ranges:
                ranges[field.name]["output"] = found
            else:
                ranges[field.name] = found
    return ranges


def _values(recording: Mapping[str, Any], group: str, name: str) -> Any:
    try:
        return recording[group][name]
    except KeyError as error:
        where = f"training_range: {group} {name!r}"
        raise RecordingError(mismatch(where, "it in the recording", "none")) from error


def _limits(
    values: Any, field: Field, sample: str, quantile: float, flips: bool
) -> dict[str, Any]:
    """Of one field, by row."""
    count = _samples(values, field, sample)
    if count == 0:
        where = f"training_range: {field.name!r}"
        raise RecordingError(mismatch(where, "samples", "none"))
    beyond = math.floor((1 - quantile) * count * (1 + 1e-12))
    least: NDArray[np.float64] | None = None
    most: NDArray[np.float64] | None = None
    for part in _parts(values, field, sample, flips):
        least = _tail(least, part, beyond + 1)
        most = _tail(most, -part, beyond + 1)
    assert least is not None and most is not None
    return {
        "min": _rounded(least[-1], ROUND_FLOOR),
        "max": _rounded(-most[-1], ROUND_CEILING),
        "quantile": quantile,
    }


def _samples(values: Any, field: Field, sample: str) -> int:
    """Samples of the network: boxes, if it is one of boxes."""
    rows = math.prod(field.shape(sample))
    size = math.prod(values.shape)
    boxes = sample == "box" and len(values.shape) > 1
    fits = size % rows == 0 if boxes else size == values.shape[0] * rows
    if not fits:
        wanted = f"{rows} values in a sample"
        raise RecordingError(
            mismatch(f"training_range: {field.name!r}", wanted, f"shape {tuple(values.shape)}")
        )
    return size // rows


def _parts(values: Any, field: Field, sample: str, flips: bool) -> Iterator[NDArray[np.float64]]:
    """Some samples at a time, (sample, row), in the order of the card."""
    for first in range(0, values.shape[0], _PART):
        part = np.asarray(values[first : first + _PART], np.float64)
        if not np.isfinite(part).all():
            where = f"training_range: {field.name!r}"
            raise RecordingError(mismatch(where, "finite numbers", "others"))
        yield by_row(part, field, sample, flips)


def by_row(
    part: NDArray[np.float64], field: Field, sample: str, flips: bool
) -> NDArray[np.float64]:
    """A field (sample[, level][, species]) as the network has it: (sample or box, row)."""
    shape = field.shape(sample)
    part = part.reshape(-1, *shape)
    if sample == "column" and field.levels is not None and flips:
        part = part[:, ::-1]
    if len(shape) == 2:  # the network has species outermost
        part = part.swapaxes(1, 2)
    return part.reshape(len(part), -1)


def _tail(
    kept: NDArray[np.float64] | None, part: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """The `count` least values of each row so far, ascending, or all if there are fewer."""
    both = part if kept is None else np.concatenate([kept, part])
    if len(both) > count:
        both = np.partition(both, count - 1, axis=0)[:count]
    return np.sort(both, axis=0)


def _rounded(values: NDArray[np.float64], rounding: str) -> float | list[float]:
    """Of few digits, away from what lies between; one number by itself."""
    context = Context(prec=_DIGITS, rounding=rounding)
    numbers = [float(context.create_decimal(repr(float(value)))) for value in values]
    return numbers[0] if len(numbers) == 1 else numbers
