# SPDX-License-Identifier: BSD-3-Clause
"""Everything that is added up over the samples of a recording, for one emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from .buckets import Buckets
from .budgets import Residuals
from .ensemble import Calibration
from .moments import Moments

Array = NDArray[np.float64]
CHANGE = " (change)"  # of a field that the emulator updates: after minus before


class Mergeable(Protocol):
    """What can be added to another one of its kind."""

    def merge(self, other: Self) -> Self:
        """Both together."""


M = TypeVar("M", bound=Mergeable)


def merge_all(one: Mapping[str, M], other: Mapping[str, M]) -> dict[str, M]:
    """By name; both have the same names."""
    return {name: value.merge(other[name]) for name, value in one.items()}


class Sums(dict[str, Array]):
    """Arrays that are added."""

    def merge(self, other: Sums) -> Sums:
        """Both together."""
        return Sums({name: values + other[name] for name, values in self.items()})


@dataclass
class FieldScores:
    """Of an output.

    Attributes
    ----------
    shape : tuple of int
        Levels and species, 1 where it has no such axis; a row is level * species + species.
    moments : Moments
    native, emulated : tuple of Buckets
        By species; of native values, with the sums of errors and their squares.
    sums : Sums
        ``equal`` pairs by row; ``below`` and ``above`` the valid range, (native or emulated, row);
        ``place``: pairs and squared errors by box.
    """

    shape: tuple[int, int]
    moments: Moments
    native: tuple[Buckets, ...]
    emulated: tuple[Buckets, ...]
    sums: Sums

    def merge(self, other: Self) -> Self:
        """Both together."""
        native, emulated = (
            tuple(a.merge(b) for a, b in zip(one, two, strict=True))
            for one, two in ((self.native, other.native), (self.emulated, other.emulated))
        )
        moments, sums = self.moments.merge(other.moments), self.sums.merge(other.sums)
        return type(self)(self.shape, moments, native, emulated, sums)


@dataclass
class Scores:
    """Of one emulator in some samples.

    Attributes
    ----------
    samples : int
    fields : dict of FieldScores
        By output, and by output and `CHANGE`.
    budgets : dict of Residuals
        By "native" or "emulated" and name, with a space between.
    outside : Sums
        Of the training range: samples beyond by field and row, see `_outside`.
    ensembles : dict of Calibration
        By output.
    lost : Sums
        Samples without a ``place`` or ``area``, where these were recorded.
    """

    samples: int
    fields: dict[str, FieldScores]
    budgets: dict[str, Residuals]
    outside: Sums
    ensembles: dict[str, Calibration]
    lost: Sums

    def merge(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            self.samples + other.samples,
            merge_all(self.fields, other.fields),
            merge_all(self.budgets, other.budgets),
            self.outside.merge(other.outside),
            merge_all(self.ensembles, other.ensembles),
            self.lost.merge(other.lost),
        )
