# SPDX-License-Identifier: BSD-3-Clause
"""Shapes with an unknown number of samples, as those for one sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

_TRIALS = (7, 11)  # numbers of samples that tell a multiple from all else


def multiple(extent: int | torch.SymInt) -> int | None:
    """An extent is so many times the number of samples; None: it is nothing of the kind."""
    if isinstance(extent, int):
        return None
    expression: Any = extent.node.expr
    if len(expression.free_symbols) != 1:
        return None
    (symbol,) = expression.free_symbols
    found = {expression.subs({symbol: trial}) / trial for trial in _TRIALS}
    number = found.pop()
    return int(number) if not found and number.is_Integer and number > 0 else None


def one_sample(shape: Sequence[int | torch.SymInt]) -> tuple[int, ...] | None:
    """The shape for one sample; None where samples are not whole along one axis."""
    extents = [one if isinstance(one, int) else multiple(one) for one in shape]
    if None in extents or sum(not isinstance(one, int) for one in shape) > 1:
        return None
    return tuple(one for one in extents if one is not None)


def batch_axis(shape: Sequence[int | torch.SymInt]) -> int | None:
    """The axis that has the samples."""
    axes = [axis for axis, one in enumerate(shape) if not isinstance(one, int)]
    return axes[0] if axes else None
