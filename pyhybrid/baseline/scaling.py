# SPDX-License-Identifier: BSD-3-Clause
"""By what inputs and outputs are scaled: means and deviations of the training, by row.

An input that never varies is not read: what the network made of it would be chance. An output
that never varies is returned as it is. An output's deviation counts as a hundredth of its field's
largest one at least, so that levels where next to nothing happens do not rule the training.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._words import mismatch
from ..card import Card, Field, Normalisation
from ..errors import RecordingError

Array = NDArray[np.float64]
_ROUNDING = 1e-6  # of the largest value: recordings may be of real32
_LEAST = 1e-2  # of the largest deviation of an output field's rows
_TINY = 1e-30  # no scale of real32 is smaller
_NONE = -1


@dataclass(frozen=True)
class Rows:
    """Of the rows of a matrix.

    Attributes
    ----------
    mean, deviation : ndarray of float64, shape (row,)
        A row that never varies has its value as a mean.
    varies : ndarray of bool, shape (row,)
    """

    mean: Array
    deviation: Array
    varies: NDArray[np.bool_]

    @classmethod
    def of(cls, values: Array, beside: Array | None = None) -> Rows:
        """Of a matrix (sample, row); `beside` has the size of what it was computed from."""
        mean, deviation = values.mean(0), values.std(0)
        size = np.abs(values if beside is None else beside).max(0)
        varies = deviation > np.maximum(_ROUNDING * size, _TINY)
        same = values.min(0) == values.max(0)
        return cls(np.where(same, values[0], mean), deviation, varies)


@dataclass(frozen=True)
class Scaling:
    """What stands between physical values and what is learned.

    Attributes
    ----------
    inputs, outputs : Rows
        Of the outputs that are updated inputs: of the change.
    before : ndarray of int, shape (output,)
        The input row that an output updates, or -1.
    input_offset, input_scale, output_offset, output_scale : ndarray of float64
        The card's normalisation: 0 and 1 for flags.
    spread : ndarray of float64, shape (output,)
        By what a learned number is multiplied to be physical; 0 where nothing varies.
    weight : ndarray of float64, shape (output,)
        Of a row in the loss: all fields (and species) count the same.
    """

    inputs: Rows
    outputs: Rows
    before: NDArray[np.int64]
    input_offset: Array
    input_scale: Array
    output_offset: Array
    output_scale: Array
    spread: Array
    weight: Array

    @property
    def shift(self) -> Array:
        """Of normalised outputs, or of the changes of those that are updated (output,)."""
        offset = np.where(self.before == _NONE, self.output_offset, 0.0)
        return (self.outputs.mean - offset) / self.output_scale

    @property
    def factor(self) -> Array:
        """From what is learned to normalised outputs (output,)."""
        return self.spread / self.output_scale


def scaling_of(card: Card, x: Array, y: Array) -> Scaling:
    """From the training samples.

    Raises
    ------
    RecordingError
        If no input or no output varies.
    """
    before = _before(card)
    inputs = Rows.of(x)
    outputs = Rows.of(_wanted(before, x, y), y)
    for side, rows in (("input", inputs), ("output", outputs)):
        if not rows.varies.any():
            found = "the same values in all samples"
            raise RecordingError(mismatch("train: recordings", f"an {side} that varies", found))
    spread = _spread(card, outputs)
    weight = _weight(card, outputs)
    flags = [_flags(card, fields) for fields in (card.inputs, card.outputs)]
    offset, scale = _of_card(inputs, inputs.deviation, flags[0])
    own_offset, own_scale = _of_card(outputs, spread, flags[1])
    known = before != _NONE
    return Scaling(
        inputs, outputs, before, offset, scale, np.where(known, offset[before], own_offset),
        np.where(known, scale[before], own_scale), spread, weight,
    )  # fmt: skip


def targets(scaling: Scaling, x: Array, y: Array) -> Array:
    """What is learned, of order 1 (sample, output)."""
    wanted = _wanted(scaling.before, x, y) - scaling.outputs.mean
    return wanted / np.where(scaling.spread > 0, scaling.spread, np.inf)


def normalised(card: Card, scaling: Scaling) -> Card:
    """The card with normalisations."""
    pairs = (
        ("inputs", scaling.input_offset, scaling.input_scale),
        ("outputs", scaling.output_offset, scaling.output_scale),
    )
    changed: dict[str, Any] = {
        key: tuple(
            dataclasses.replace(field, normalisation=_numbers(offset[rows], scale[rows]))
            if field.kind == "real"
            else field
            for field, rows in rows_of(card, getattr(card, key))
        )
        for key, offset, scale in pairs
    }
    return dataclasses.replace(card, **changed)


def rows_of(card: Card, fields: tuple[Field, ...]) -> Iterator[tuple[Field, slice]]:
    """Where each field is in a matrix."""
    first = 0
    for field in fields:
        count = math.prod(field.shape(card.sample))
        yield field, slice(first, first + count)
        first += count


def _before(card: Card) -> NDArray[np.int64]:
    """States that are read and written: their change is learned."""
    inputs = {field.name: rows.start for field, rows in rows_of(card, card.inputs)}
    found = np.full(card.noutput, _NONE, np.int64)
    for field, rows in rows_of(card, card.outputs):
        if field.role == "state" and field.name in inputs:
            found[rows] = inputs[field.name] + np.arange(rows.stop - rows.start)
    return found


def _wanted(before: NDArray[np.int64], x: Array, y: Array) -> Array:
    """Outputs, or what changes of those that are updated."""
    known = before != _NONE
    if not known.any():
        return y
    changed = y.copy()
    changed[:, known] -= x[:, before[known]]
    return changed


def _groups(card: Card) -> Iterator[slice]:
    """Output rows of each field and species."""
    for field, rows in rows_of(card, card.outputs):
        length = (rows.stop - rows.start) // (field.species or 1)
        for first in range(rows.start, rows.stop, length):
            yield slice(first, first + length)


def _spread(card: Card, outputs: Rows) -> Array:
    spread = np.where(outputs.varies, outputs.deviation, 0.0)
    for rows in _groups(card):
        spread[rows] = np.maximum(spread[rows], _LEAST * spread[rows].max())
    return np.where(outputs.varies, spread, 0.0)


def _weight(card: Card, outputs: Rows) -> Array:
    weight = outputs.varies.astype(np.float64)
    for rows in _groups(card):
        weight[rows] /= max(weight[rows].sum(), 1.0)
    return weight / weight.sum()


def _flags(card: Card, fields: tuple[Field, ...]) -> NDArray[np.bool_]:
    kinds = [np.full(rows.stop - rows.start, field.kind != "real")
             for field, rows in rows_of(card, fields)]  # fmt: skip
    return np.concatenate(kinds)


def _of_card(rows: Rows, spread: Array, flags: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Offset and scale; where nothing varies the scale keeps numbers small, whatever comes."""
    usual = np.where(rows.mean != 0, np.maximum(np.abs(rows.mean), _TINY), 1.0)
    scale = np.where(rows.varies, spread, usual)
    return np.where(flags, 0.0, rows.mean), np.where(flags, 1.0, scale)


def _numbers(offset: Array, scale: Array) -> Normalisation:
    return Normalisation(tuple(offset.tolist()), tuple(scale.tolist()))
