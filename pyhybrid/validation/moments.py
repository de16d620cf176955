# SPDX-License-Identifier: BSD-3-Clause
"""Sums over samples from which scores follow; sums of parts become those of the whole.

Means and products of deviations are merged as in Chan, Golub and LeVeque 1983,
https://doi.org/10.1080/00031305.1983.10483115. The same parts merged in the same order give the
same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_LITTLE = 1e-4  # of a species' largest deviation
_ROUNDING = 1e-12  # of a field's largest value: below 0 by less is noise


@dataclass
class Moments:
    """Of pairs of native and emulated values, by row; pairs that are not finite are only counted.

    Attributes
    ----------
    n, not_finite : ndarray, shape (row,)
        Pairs; pairs of which a value is not finite.
    native, emulated : ndarray, shape (row,)
        Means.
    native_m2, emulated_m2, product : ndarray, shape (row,)
        Sums of squared deviations from the means, and of their products.
    error, absolute, squared : ndarray, shape (row,)
        Sums of emulated minus native, of its size and of its square.
    largest : ndarray, shape (row,)
        The largest size of an error.
    native_least, native_most : ndarray, shape (row,)
        The smallest native value, and the largest size of one.
    negative : ndarray, shape (row,)
        How many emulated values are below 0.
    area, area_native, area_emulated : ndarray, shape (row,)
        Sums of the columns' areas, and of values weighted with them.
    """

    n: Array
    not_finite: Array
    native: Array
    emulated: Array
    native_m2: Array
    emulated_m2: Array
    product: Array
    error: Array
    absolute: Array
    squared: Array
    largest: Array
    native_least: Array
    native_most: Array
    negative: Array
    area: Array
    area_native: Array
    area_emulated: Array

    @classmethod
    def of(cls, native: Array, emulated: Array, area: Array | None) -> Self:
        """Of values (sample, row) and the areas (sample) of their columns, if they are known."""
        good = np.isfinite(native) & np.isfinite(emulated)
        n = good.sum(0, dtype=np.float64)
        count = np.maximum(n, 1)
        x, y = np.where(good, native, 0.0), np.where(good, emulated, 0.0)
        mean_x, mean_y = x.sum(0) / count, y.sum(0) / count
        dx, dy = np.where(good, x - mean_x, 0.0), np.where(good, y - mean_y, 0.0)
        error = y - x
        size = np.abs(error)
        weight = np.zeros(len(x)) if area is None else area
        return cls(
            n, len(x) - n, mean_x, mean_y, (dx * dx).sum(0), (dy * dy).sum(0), (dx * dy).sum(0),
            error.sum(0), size.sum(0), (error * error).sum(0), size.max(0, initial=0.0),
            np.where(good, native, np.inf).min(0, initial=np.inf), np.abs(x).max(0, initial=0.0),
            (y < 0).sum(0, dtype=np.float64), *(_over_columns(weight, one) for one in (good, x, y)),
        )  # fmt: skip

    def merge(self, other: Self) -> Self:
        """Both together."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._merged(other)

    def _merged(self, other: Self) -> Self:
        n = self.n + other.n
        count = np.maximum(n, 1)
        share, weight = other.n / count, self.n * other.n / count
        dx, dy = other.native - self.native, other.emulated - self.emulated
        values: dict[str, Any] = {
            one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)
        }
        values["native"] = self.native + dx * share
        values["emulated"] = self.emulated + dy * share
        for name, deviations in (
            ("native_m2", dx * dx), ("emulated_m2", dy * dy), ("product", dx * dy),
        ):  # fmt: skip
            values[name] = values[name] + weight * deviations
        values["largest"] = np.maximum(self.largest, other.largest)
        values["native_most"] = np.maximum(self.native_most, other.native_most)
        values["native_least"] = np.minimum(self.native_least, other.native_least)
        return type(self)(**values)

    def rows(self, which: Any) -> Self:
        """Some of them."""
        return type(self)(*(getattr(self, one.name)[which] for one in fields(self)))


def _over_columns(weight: Array, values: NDArray[Any]) -> Array:
    """The weighted sum; not by BLAS, whose bits depend on the number of threads."""
    total: Array = (weight[:, None] * values).sum(0)
    return total


def scores(moments: Moments, pooled: bool = False) -> dict[str, Array]:
    """Scores of each row, or of all rows together; NaN where there is none.

    ``bias`` is the mean of emulated minus native, ``mae`` and ``rmse`` the mean size and the root
    of the mean square of that, ``r2`` one minus the squared errors over the squared deviations from
    the native mean of the row (as in the library's statistics), ``nrmse`` the root of one minus
    that, ``correlation`` Pearson's. Means over areas are those of single rows.
    """
    add = (lambda values: values.sum(keepdims=True)) if pooled else (lambda values: values)
    n, spread, squared = add(moments.n), add(moments.native_m2), add(moments.squared)
    emulated = add(moments.emulated_m2)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lacking = np.where(spread > 0, squared / spread, np.nan)
        found = {
            "n": n,
            "not_finite": add(moments.not_finite),
            "bias": add(moments.error) / n,
            "mae": add(moments.absolute) / n,
            "rmse": np.sqrt(squared / n),
            "largest_error": moments.largest.max(keepdims=True) if pooled else moments.largest,
            "r2": 1 - lacking,
            "nrmse": np.sqrt(lacking),
            "correlation": add(moments.product) / np.sqrt(spread * emulated),
            "native_mean": add(moments.native * moments.n) / n,
            "emulated_mean": add(moments.emulated * moments.n) / n,
            "native_deviation": np.sqrt(spread / n),
            "emulated_deviation": np.sqrt(emulated / n),
            "negative": add(_surprising(moments)),
        }
        return found | _over_area(moments, add)


def _surprising(moments: Moments) -> Array:
    """Negative values where no native one is, but for rounding."""
    never = never_negative(moments.native_least, moments.native_most.max(initial=0.0))
    return np.where(never, moments.negative, 0.0)


def never_negative(least: Any, most: Any) -> Any:
    """Whether a field counts as one that is never negative.

    Parameters
    ----------
    least, most : float or ndarray
        Its smallest value, and the largest size of one.

    Returns
    -------
    bool or ndarray of bool
        False only where `least` is below 0 by more than rounding noise, 1e-12 of `most`.
    """
    return least >= -_ROUNDING * most


def _over_area(moments: Moments, add: Any) -> dict[str, Array]:
    """Nothing where no areas were recorded."""
    area = add(moments.area)
    if not (area > 0).any():
        return {}
    native, emulated = add(moments.area_native) / area, add(moments.area_emulated) / area
    return {
        "native_area_mean": native, "emulated_area_mean": emulated, "area_bias": emulated - native,
    }  # fmt: skip


def telling(deviation: Array) -> Array:
    """Standard deviations (level, species), 0 where hardly anything happens beside other levels.

    Relative to next to nothing any error is large.
    """
    known = np.nan_to_num(deviation)
    return np.where(known > _LITTLE * known.max(0, initial=0.0), known, 0.0)
