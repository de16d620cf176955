# SPDX-License-Identifier: BSD-3-Clause
"""Recorded samples as matrices of the network, read part by part."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._words import mismatch
from ..card import Card, Field
from ..errors import RecordingError
from ..ranges import by_row
from ..validation.samples import Fields, Part, Recording, Samples, read
from .times import Index

Array = NDArray[np.float64]
Done = Callable[[int, int], None]
_MOST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Matrices:
    """What a network learns from, in physical values.

    Attributes
    ----------
    x, y : ndarray of float64, shape (sample, feature) and (sample, output)
        In the order of the card.
    dropped : int
        Recorded samples that had a number beyond real32 or none at all.
    """

    x: Array
    y: Array
    dropped: int


def names_of(card: Card) -> dict[str, list[str]]:
    """Fields of the card, by group of a recording."""
    return {
        "input": [one.name for one in card.inputs],
        "native": [one.name for one in card.outputs],
    }


def chosen_parts(
    recording: Recording, names: dict[str, list[str]], chosen: Index, places: list[str]
) -> Iterator[tuple[Samples, Index]]:
    """The chosen samples that each part holds, and their places in `chosen`."""
    order = np.argsort(chosen)
    numbers = chosen[order]
    first = 0
    for part in recording.parts(names):
        low, high = np.searchsorted(numbers, (first, first + len(part)))
        if high > low:
            inside = numbers[low:high] - first
            yield _some(part, names, places, inside), order[low:high]
        first += len(part)


def _some(part: Part, names: dict[str, list[str]], places: list[str], inside: Index) -> Samples:
    """Reads no more of the part than it has to."""
    least, most = int(inside[0]), int(inside[-1]) + 1
    shorter = Part(part.path, part.first + least, part.first + most)
    return read(shorter, names, places).some(inside - least)


def matrices(
    recording: Recording, card: Card, chosen: Index, done: Done = lambda *_: None
) -> Matrices:
    """Of the chosen samples, in their order.

    Raises
    ------
    RecordingError
        If a file can no longer be read.
    """
    boxes = boxes_of(recording, card)
    x = np.empty((len(chosen), boxes, card.nfeature))
    y = np.empty((len(chosen), boxes, card.noutput))
    flips = recording.orientation != card.orientation
    count = 0
    for samples, where in chosen_parts(recording, names_of(card), chosen, []):
        for group, fields, whole in (("input", card.inputs, x), ("native", card.outputs, y)):
            whole[where] = _packed(samples.groups[group], fields, card, boxes, flips)
        count += len(where)
        done(count, len(chosen))
    return _good(x, y)


def boxes_of(recording: Recording, card: Card) -> int:
    """Samples of the network in one of the recording: levels, if it is one of boxes."""
    if card.sample == "column":
        return 1
    extents = {
        recording.variables[group][one.name].shape[0]
        for group, fields in (("input", card.inputs), ("native", card.outputs))
        for one in fields
        if "level" in one.dims
    }
    if len(extents) > 1:
        found = ", ".join(map(str, sorted(extents)))
        raise RecordingError(mismatch("train: levels of boxes", "as many in each field", found))
    return int(extents.pop())


def _packed(
    values: Fields, fields: tuple[Field, ...], card: Card, boxes: int, flips: bool
) -> Array:
    """Rows of the network (sample, box, row)."""
    rows = []
    for field in fields:
        one = np.asarray(values[field.name], np.float64)
        made = by_row(one, field, card.sample, flips).reshape(len(one), -1, _rows(field, card))
        rows.append(np.broadcast_to(made, (len(one), boxes, made.shape[2])))
    return np.concatenate(rows, axis=2)


def _rows(field: Field, card: Card) -> int:
    return math.prod(field.shape(card.sample))


def _good(x: Array, y: Array) -> Matrices:
    """Without samples that no network of real32 can learn from."""
    good = np.ones(len(x), bool)
    for values in (x, y):
        with np.errstate(invalid="ignore"):
            good &= (np.abs(values) <= _MOST).all((1, 2))
    kept = (x[good], y[good]) if not good.all() else (x, y)
    found, wanted = (one.reshape(-1, one.shape[2]) for one in kept)
    return Matrices(found, wanted, int(len(good) - good.sum()))


def fields_of(card: Card, matrix: Array, fields: tuple[Field, ...]) -> Fields:
    """A matrix by field: (sample[, level][, species]), levels as the card has them."""
    found: Fields = {}
    first = 0
    for field in fields:
        shape = field.shape(card.sample)
        part = matrix[:, first : first + math.prod(shape)]
        first += math.prod(shape)
        if len(shape) == 2:  # the network has species outermost
            found[field.name] = part.reshape(-1, *reversed(shape)).swapaxes(1, 2)
        else:
            found[field.name] = part.reshape(-1, *shape)
    return found
