# SPDX-License-Identifier: BSD-3-Clause
"""Distributions of values, and errors by the size of the native value.

A value falls into a bucket by the leading bits of its real32 number: sign, exponent and eight bits
behind the point, so a bucket is at most 1/256 of its values wide (the relative buckets of
HdrHistogram and of Masson et al. 2019, https://doi.org/10.14778/3352063.3352135). Numbers of values
are added exactly, in any order. Quantiles are interpolated within a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SHIFT = 15  # bits that are dropped: 23 - 8
_COUNT = 1 << (32 - _SHIFT)
_SIGN = 1 << 31


@dataclass
class Buckets:
    """Some quantities in the buckets that are in use.

    Attributes
    ----------
    key : ndarray of int64, shape (bucket,)
        In the order of the values.
    sums : ndarray of float64, shape (quantity, bucket)
        The first is the number of values.
    """

    key: NDArray[np.int64]
    sums: Array

    @classmethod
    def of(cls, values: Array, *others: Array) -> Self:
        """Of finite values (value), and sums of other quantities (value) by the same buckets."""
        keys = _key(values)
        counts: Array = np.bincount(keys, minlength=_COUNT).astype(np.float64)
        sums: list[NDArray[Any]] = [counts]
        sums += [np.bincount(keys, one, minlength=_COUNT) for one in others]
        used = np.flatnonzero(sums[0])
        return cls(used, np.stack([one[used] for one in sums]))

    def merge(self, other: Self) -> Self:
        """Both together."""
        key = np.union1d(self.key, other.key)
        sums = np.zeros((len(self.sums), len(key)))
        for one in (self, other):
            sums[:, np.searchsorted(key, one.key)] += one.sums
        return type(self)(key, sums)

    def quantiles(self, wanted: Array) -> Array:
        """Values below which these parts of all values lie; NaN if there are none."""
        total = np.cumsum(self.sums[0])
        if not len(total):
            return np.full(len(wanted), np.nan)
        place = np.minimum(np.searchsorted(total, wanted * total[-1]), len(total) - 1)
        low, high = _limits(self.key[place])
        before = total[place] - self.sums[0][place]
        share = (wanted * total[-1] - before) / self.sums[0][place]
        width = np.where(np.isfinite(low) & np.isfinite(high), high - low, 0.0)
        return low + np.clip(share, 0, 1) * width

    def groups(self, count: int) -> list[tuple[float, float, Array]]:
        """Nearly equal parts: each from a value up to another, with its sums.

        Buckets are not divided, so parts are of unequal size, or fewer, where values repeat.
        """
        total = np.cumsum(self.sums[0])
        if not len(total):
            return []
        middle = (total - self.sums[0] / 2) / total[-1]
        number = np.minimum((middle * count).astype(np.int64), count - 1)
        found = []
        for one in np.unique(number):
            inside = np.flatnonzero(number == one)
            (low, _), (_, high) = _limits(self.key[inside[0]]), _limits(self.key[inside[-1]])
            found.append((float(low), float(high), self.sums[:, inside].sum(1)))
        return found


def _key(values: Array) -> NDArray[np.int64]:
    """Zeros of both signs have one bucket; what real32 cannot hold goes to its outermost ones."""
    most = np.finfo(np.float32).max
    with np.errstate(under="ignore"):
        bits = np.clip(values, -most, most).astype(np.float32).view(np.uint32).astype(np.int64)
    size = (bits & (_SIGN - 1)) >> _SHIFT
    half = _COUNT // 2
    return np.where(bits & _SIGN, half - size, half + size)


def _limits(key: NDArray[np.int64]) -> tuple[Array, Array]:
    """Between which values a bucket lies; that of zero is both."""
    half = _COUNT // 2
    size = np.abs(key - half)
    near, far = ((one << _SHIFT).astype(np.uint32).view(np.float32) for one in (size, size + 1))
    near, far = near.astype(np.float64), np.where(size == 0, 0.0, far.astype(np.float64))
    negative = key < half
    return np.where(negative, -far, near), np.where(negative, -near, far)
