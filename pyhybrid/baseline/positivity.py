# SPDX-License-Identifier: BSD-3-Clause
"""Which outputs an emulator keeps at or above 0: those that never were negative in training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..card import Card, Field
from ..validation.moments import never_negative
from .matrices import Array
from .scaling import rows_of

_KEPT = "kept at or above 0"


def bounds(card: Card, y: Array) -> Iterator[dict[str, Any]]:
    """Constraints of a card's outputs whose values in training are `y`, shape (sample, row)."""
    for field, rows in rows_of(card, card.outputs):
        if _sign(field, y[:, rows]).startswith(_KEPT):
            yield {"kind": "bounds", "output": field.name, "minimum": 0.0}


def signs(card: Card, y: Array, given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What is to be said of each output, by name; `given` are constraints of the user's card."""
    return {
        field.name: _as_given(field, given) if given else _sign(field, y[:, rows])
        for field, rows in rows_of(card, card.outputs)
    }


def _sign(field: Field, values: Array) -> str:
    """Fluxes, amounts and whatever else never was negative; tendencies may be any day."""
    if field.role != "state":
        return f"no bounds, as its role is {field.role}"
    least, most = float(values.min()), float(np.abs(values).max())
    if not never_negative(least, most):
        return f"no bounds, as its least value in training is {least:.3g}"
    noise = f" but for rounding: its least value is {least:.3g}" if least < 0 else ""
    return f"{_KEPT}, as in training{noise}"


def _as_given(field: Field, given: Iterable[Mapping[str, Any]]) -> str:
    kinds = [str(one["kind"]) for one in given if one.get("output") == field.name]
    return f"constraints of the card: {', '.join(kinds) or 'none of its own'}"
