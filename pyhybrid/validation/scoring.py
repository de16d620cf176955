# SPDX-License-Identifier: BSD-3-Clause
"""Scores samples of a recording with an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import Field
from .buckets import Buckets
from .budgets import Residuals, budgets_of, residual
from .ensemble import Calibration
from .limits import Limits, training_limits, valid_limits
from .moments import Moments
from .places import areas_of, box_of, by_box, lost
from .running import Runner
from .samples import Fields, Samples
from .totals import CHANGE, FieldScores, Scores, Sums

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """Scores samples with an emulator.

    Attributes
    ----------
    runner : Runner
    members : int
        Of a stochastic emulator; below 2: not asked for.
    margin : float
        Part of a range's width by which a value may be beyond the training range.
    """

    runner: Runner
    members: int = 0
    margin: float = 0.25

    def emulated(self, samples: Samples) -> tuple[Fields, list[Fields]]:
        """What the emulator gives, and its members."""
        members = range(self.members if self.runner.noise and self.members > 1 else 0)
        found = [self.runner.run(samples, seed) for seed in members]
        own = found[0] if found and self.runner.draws else self.runner.run(samples)
        return own, found

    def score(self, samples: Samples, emulated: Fields, members: list[Fields]) -> Scores:
        """Of samples with the groups ``input`` and ``native``."""
        with np.errstate(over="ignore", invalid="ignore"):  # an emulator may say anything
            return self._score(samples, emulated, members)

    def _score(self, samples: Samples, emulated: Fields, members: list[Fields]) -> Scores:
        native, card = samples.groups["native"], self.runner.card
        inputs = samples.groups["input"]
        valid = valid_limits(card, self.runner.orientation)
        fields: dict[str, FieldScores] = {}
        for one in self.runner.scored:
            x, y = native[one.name], emulated[one.name]
            fields[one.name] = field_scores(x, y, samples, valid.get(one.name))
            if updated(one, card.inputs):
                x, y = (np.asarray(now, np.float64) - inputs[one.name] for now in (x, y))
                fields[one.name + CHANGE] = field_scores(x, y, samples, None)
        ensembles = {
            one.name: Calibration.of(
                _rows(native[one.name]), np.stack([_rows(m[one.name]) for m in members])
            )
            for one in self.runner.scored
            if members and one.kind == "real"
        }
        budgets = self._budgets(inputs, native, emulated)
        outside, nowhere = self._outside(samples), Sums(lost(samples))
        return Scores(len(samples), fields, budgets, outside, ensembles, nowhere)

    def _budgets(self, inputs: Fields, native: Fields, emulated: Fields) -> dict[str, Residuals]:
        bottom_up = self.runner.orientation == "bottom_up"
        turned = self.runner.card.orientation != self.runner.orientation
        own = budgets_of(self.runner.card.constraints)
        return {
            f"{kind} {name}": residual(one, inputs, outputs, bottom_up, turned and name in own)
            for name, one in budgets_of(self.runner.constraints).items()
            for kind, outputs in (("native", native), ("emulated", emulated))
            if kind == "emulated" or _whole(one, native)
        }

    def _outside(self, samples: Samples) -> Sums:
        """Samples beyond, without and with the margin; by box those with it, and all."""
        limits = training_limits(self.runner.card, self.runner.orientation)
        sums, any_beyond = Sums(), np.zeros((2, len(samples)), bool)
        for name, one in limits.items():
            values = three(samples.groups["input"][name])
            for place, margin in enumerate((0.0, self.margin)):
                below, above = (one.widened(margin) if margin else one).beyond(values)
                any_beyond[place] |= (below | above).any((1, 2))
            sums[name] = np.stack([one.sum(0, dtype=np.float64) for one in (below, above)])
        sums["samples"] = any_beyond.sum(1, dtype=np.float64)
        everywhere = np.ones(len(samples))
        sums["place"] = by_box(box_of(samples), everywhere, any_beyond[1].astype(np.float64))
        return sums


def _whole(budget: Mapping[str, Any], native: Fields) -> bool:
    """Whether all of its outputs were recorded."""
    return all(term.get("output", next(iter(native))) in native for term in budget["terms"])


def updated(field: Field, inputs: tuple[Field, ...]) -> bool:
    """Whether the emulator changes what the host has."""
    return field.role == "state" and field.name in [one.name for one in inputs]


def three(values: NDArray[Any]) -> NDArray[Any]:
    """(sample, level, species), of extent 1 where there is no such axis."""
    return values.reshape(*values.shape, *(1,) * (3 - values.ndim))


def _rows(values: NDArray[Any]) -> Array:
    return three(np.asarray(values, np.float64)).reshape(len(values), -1)


def field_scores(
    native: NDArray[Any], emulated: NDArray[Any], samples: Samples, valid: Limits | None
) -> FieldScores:
    """Of arrays (sample[, level][, species])."""
    shape = three(native[:1]).shape[1:]
    x, y = _rows(native), _rows(emulated)
    moments = Moments.of(x, y, areas_of(samples))
    pairs = [_buckets(x[:, s :: shape[1]], y[:, s :: shape[1]]) for s in range(shape[1])]
    sums = Sums(equal=(x == y).sum(0, dtype=np.float64), place=_errors_by_box(x, y, samples))
    if valid is not None:
        for side, counts in zip(("below", "above"), _beyond(valid, x, y, shape), strict=True):
            sums[side] = counts
    ours, theirs = (tuple(pair[i] for pair in pairs) for i in (0, 1))
    return FieldScores((shape[0], shape[1]), moments, ours, theirs, sums)


def _buckets(x: Array, y: Array) -> tuple[Buckets, Buckets]:
    good = np.isfinite(x) & np.isfinite(y)
    a, b = x[good], y[good]
    error = b - a
    return Buckets.of(a, error, error * error), Buckets.of(b)


def _errors_by_box(x: Array, y: Array, samples: Samples) -> Array:
    good = np.isfinite(x) & np.isfinite(y)
    squared = np.where(good, y - x, 0.0) ** 2
    return by_box(box_of(samples), good.sum(1, dtype=np.float64), squared.sum(1))


def _beyond(valid: Limits, x: Array, y: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """(native or emulated, row) below and above."""
    found = [valid.beyond(one.reshape(len(one), *shape)) for one in (x, y)]
    below, above = (
        np.stack([pair[side].sum(0, dtype=np.float64).ravel() for pair in found]) for side in (0, 1)
    )
    return below, above
