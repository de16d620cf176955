# SPDX-License-Identifier: BSD-3-Clause
"""Which noise a stochastic emulator gets, when it is run from Python."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from ._abi import Array
from ._words import listed, mismatch
from .card import Card
from .errors import ArgumentError, FieldError, ShapeError


def noise_of(card: Card) -> list[str]:
    """The names of the inputs that are drawn."""
    return [field.name for field in card.inputs if field.role == "noise"]


@dataclass(frozen=True)
class Draw:
    """What a scheme of this seed draws in a step, for these columns.

    Attributes
    ----------
    seed, step : int
    columns : ndarray of int64, shape (ncol,)
        Global index of each, from 1.
    remembers : bool
        Whether some of the noise has a correlation time: then it is that of a first step.
    """

    seed: int
    step: int
    columns: Array
    remembers: bool

    @classmethod
    def of(
        cls, card: Card, ncol: int | None, seed: object, step: object, columns: ArrayLike | None
    ) -> Draw:
        """Of what a user says; `ncol` is what the inputs have, None if they have no columns.

        Raises
        ------
        ArgumentError, ShapeError
            If seed or step is no whole number, columns are none or as many as `ncol`.
        """
        if columns is None:
            columns = np.arange(1, (1 if ncol is None else ncol) + 1)
        numbers = np.asarray(columns)
        if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
            found = f"{numbers.dtype}, rank {numbers.ndim}"
            raise ArgumentError(mismatch("predict: columns", "whole numbers of rank 1", found))
        if ncol is not None and len(numbers) != ncol:
            raise ShapeError(mismatch("predict: columns", f"{ncol}, as the inputs", len(numbers)))
        remembers = any(field.correlation_time is not None for field in card.inputs)
        whole = numbers.astype(np.int64)
        return cls(_whole("seed", seed), _whole("step", step), whole, remembers)

    def key(self) -> Hashable:
        """The same for draws that one domain may serve."""
        return self.seed, self.columns.tobytes(), self.step if self.remembers else None


def require_no_draw(why: str, options: Mapping[str, Any]) -> None:
    """Refuses what says how to draw, where nothing is drawn."""
    said = [name for name, value in options.items() if value is not None]
    if said:
        raise ArgumentError(mismatch(f"predict: {listed(said)}", f"none, as {why}", "some"))


def require_all_or_none(card: Card, fields: Mapping[str, Array]) -> None:
    """Noise of which some is given."""
    missing = [name for name in noise_of(card) if name not in fields]
    if missing and len(missing) < len(noise_of(card)):
        found = f"no {listed(missing)}"
        raise FieldError(mismatch("predict", "all noise of the card or none of it", found))


def _whole(name: str, value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, SupportsIndex) and -(2**63) <= operator.index(value) < 2**63:
        return operator.index(value)
    raise ArgumentError(mismatch(f"predict: {name}", "a whole number of 64 bits", repr(value)))
