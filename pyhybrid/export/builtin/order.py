# SPDX-License-Identifier: BSD-3-Clause
"""The order in which rows are computed: one that spares gathering them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .tensors import Entries

Keys = NDArray[np.int64]


def ordered(keys: Keys, cost: Callable[[Keys], int]) -> tuple[Keys, Entries]:
    """Distinct columns of `keys`, in the cheapest order tried; equal ones are computed once.

    Parameters
    ----------
    keys : ndarray, shape (k, n)
        Column i says what the result i is made of.
    cost : function
        Of columns in an order.

    Returns
    -------
    columns : ndarray, shape (k, m)
    place : ndarray, shape (n,)
        Result i is that of column ``place[i]``.
    """
    distinct, first, inverse = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    order = min(_orders(distinct, first), key=lambda one: cost(distinct[:, one]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return distinct[:, order], place[inverse.reshape(-1)]


def _orders(distinct: Keys, first: Entries) -> Iterator[Entries]:
    """As they come; sorted by one of the operands."""
    yield np.argsort(first)
    for row in distinct[:3]:  # an elementwise operation has no more operands
        yield np.argsort(row, kind="stable")
