# SPDX-License-Identifier: BSD-3-Clause
"""What is left of the budgets that a card or a configuration declares, column by column.

The budget is that of the library (``docs/constraints.md``): the sum over its terms of factor x
measure x field, over levels and species, less what it has to be. Here it is added up apart from
the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .._words import mismatch
from ..errors import ShapeError
from .samples import Fields

Array = NDArray[np.float64]
Budget = Mapping[str, Any]


@dataclass
class Residuals:
    """Of a budget in some columns.

    Attributes
    ----------
    n, not_finite : float
        Columns; those where it cannot be said.
    total, squared : float
        Sums of the residual and of its square, in the budget's unit.
    largest, relative : float
        The largest size of it, and of it over the sum of its terms' sizes.
    terms : float
        Sum over columns of the terms' sizes.
    """

    n: float
    not_finite: float
    total: float
    squared: float
    largest: float
    relative: float
    terms: float

    @classmethod
    def of(cls, residual: Array, terms: Array) -> Self:
        """Of residuals and sums of the sizes of all terms, by column."""
        good = np.isfinite(residual)
        r, size = residual[good], terms[good]
        relative = np.abs(r) / np.where(size > 0, size, 1.0)
        return cls(
            float(good.sum()), float((~good).sum()), float(r.sum()), float((r * r).sum()),
            float(np.abs(r).max(initial=0.0)), float(relative.max(initial=0.0)), float(size.sum()),
        )  # fmt: skip

    def merge(self, other: Self) -> Self:
        """Both together."""
        most = max(self.largest, other.largest), max(self.relative, other.relative)
        return type(self)(
            self.n + other.n, self.not_finite + other.not_finite, self.total + other.total,
            self.squared + other.squared, *most, self.terms + other.terms,
        )  # fmt: skip

    def as_json(self) -> dict[str, float | None]:
        """Mean, root mean square and largest residual; `mean_terms` tells what is small."""
        if not self.n:
            return {"n": 0.0, "not_finite": self.not_finite}
        return {
            "n": self.n,
            "not_finite": self.not_finite,
            "mean": self.total / self.n,
            "rms": (self.squared / self.n) ** 0.5,
            "largest": self.largest,
            "relative": self.relative,
            "mean_terms": self.terms / self.n,
        }


def budgets_of(constraints: tuple[Budget, ...]) -> dict[str, Budget]:
    """The budgets by name; levels of a card's are those of its orientation."""
    found = (one for one in constraints if one.get("kind") == "budget")
    return {str(one["name"]): one for one in found}


def residual(
    budget: Budget, inputs: Fields, outputs: Fields, bottom_up: bool, flipped: bool
) -> Residuals:
    """What is left of a budget.

    Parameters
    ----------
    budget : mapping
        With the keys of ``docs/constraints.md``.
    inputs, outputs : dict of str to ndarray, shape (sample[, level][, species])
    bottom_up : bool
        Whether level 1 of these arrays is at the bottom.
    flipped : bool
        Whether the budget counts levels from the other end.
    """
    ncol = len(next(iter(outputs.values())))
    total, size = np.full(ncol, -float(budget.get("equals", 0.0))), np.zeros(ncol)
    for term in budget["terms"]:
        values = _term(term, inputs, outputs, bottom_up, flipped)
        total += values.sum((1, 2))
        size += np.abs(values).sum((1, 2))
    return Residuals.of(total, size)


def _term(term: Budget, inputs: Fields, outputs: Fields, bottom_up: bool, flipped: bool) -> Array:
    """(sample, level, species): factor x measure x field, at the levels that count."""
    name = term.get("output", term.get("input"))
    field = _three(outputs[name] if "output" in term else inputs[name])
    measure = _measure(term, inputs, field.shape[1])
    with np.errstate(invalid="ignore", over="ignore"):
        values = _factor(term) * np.where(measure > 0, measure, np.nan) * field
    if "species" in term:
        values = values[:, :, int(term["species"]) - 1][:, :, None]
    return values[:, _levels(term.get("levels"), values.shape[1], bottom_up, flipped)]


def _three(values: NDArray[Any]) -> Array:
    values = np.asarray(values, np.float64)
    return values.reshape(*values.shape, *(1,) * (3 - values.ndim))


def _factor(term: Budget) -> float:
    """Its number; the library has compared the unit."""
    factor = term.get("factor", 1.0)
    return float(factor.split()[0] if isinstance(factor, str) else factor)


def _measure(term: Budget, inputs: Fields, levels: int) -> Array:
    if "thickness" in term:
        half = _three(inputs[term["thickness"]])
        falls = half[:, -1:] > half[:, :1]
        difference = np.diff(half, axis=1)
        measure = np.where(falls, difference, -difference)
    elif "measure" in term:
        measure = _three(inputs[term["measure"]])
    else:
        return np.ones((1, 1, 1))
    if measure.shape[1] not in (1, levels):
        wanted = f"{levels} levels"
        raise ShapeError(mismatch(f"budget: measure of {term}", wanted, measure.shape[1]))
    return measure


def _levels(which: Any, count: int, bottom_up: bool, flipped: bool) -> slice:
    if which is None:
        return slice(None)
    if which in ("top", "bottom"):
        return slice(0, 1) if (which == "top") != bottom_up else slice(count - 1, count)
    first, last = which if isinstance(which, list | tuple) else (which, which)
    return slice(count - last, count - first + 1) if flipped else slice(first - 1, last)
