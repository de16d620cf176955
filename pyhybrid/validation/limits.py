# SPDX-License-Identifier: BSD-3-Clause
"""Limits of a card by level and species, and values beyond them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..card import Card, Field

Array = NDArray[np.float64]
_FLAT = 0.01  # of the widest row's width, as the library's guard has it
_ROUNDING = 4 * float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Limits:
    """Of a field; infinite where there is none.

    Attributes
    ----------
    low, high : ndarray, shape (level or 1, species or 1)
        In the order of the recording's levels.
    """

    low: Array
    high: Array

    def widened(self, margin: float) -> Self:
        """By a part of each row's width, and by what real32 may round, as a guard does."""
        width = np.where(np.isfinite(self.high - self.low), self.high - self.low, 0.0)
        width = np.where(self.high == self.low, _FLAT * width.max(initial=0.0), width)
        low, high = self.low - margin * width, self.high + margin * width
        return type(self)(low - _rounding(self.low), high + _rounding(self.high))

    def beyond(self, values: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether values (sample, level, species) are below and above, of that shape."""
        return values < self.low, values > self.high


def _rounding(limit: Array) -> Array:
    return np.where(np.isfinite(limit), _ROUNDING * np.abs(limit), 0.0)


def training_limits(card: Card, orientation: str) -> dict[str, Limits]:
    """Of inputs, by their names; none of those of which the card says nothing."""
    return {
        field.name: _limits(card.training_range[field.name], field, card, orientation)
        for field in card.inputs
        if field.name in card.training_range and field.role != "noise"
    }


def valid_limits(card: Card, orientation: str) -> dict[str, Limits]:
    """Of outputs that have a valid range."""
    return {
        field.name: _limits(
            {"min": field.valid_range.min, "max": field.valid_range.max}, field, card, orientation
        )
        for field in card.outputs
        if field.valid_range is not None
    }


def _limits(entry: Mapping[str, Any], field: Field, card: Card, orientation: str) -> Limits:
    flips = orientation != card.orientation and card.sample == "column"
    low, high = (
        _by_level(entry.get(key), otherwise, field, card.sample, flips)
        for key, otherwise in (("min", -math.inf), ("max", math.inf))
    )
    return Limits(low, high)


def _by_level(numbers: Any, otherwise: float, field: Field, sample: str, flips: bool) -> Array:
    """(level, species) of one number or one by row: levels innermost, species outermost."""
    given = np.atleast_1d(np.asarray(otherwise if numbers is None else numbers, np.float64))
    levels = (field.levels or 1) if sample == "column" else 1
    species = field.species or 1
    rows = np.broadcast_to(given, (levels * species,)).reshape(species, levels).T
    return rows[::-1] if flips else rows
