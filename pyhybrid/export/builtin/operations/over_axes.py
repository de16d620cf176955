# SPDX-License-Identifier: BSD-3-Clause
"""Sums, means, extremes, running sums and softmax over axes within a sample."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ..node import Node
from ..tensors import Tensor
from .groups import axes_last, axes_of, over_last
from .kinds import converted
from .pointwise import pointwise

Dim = int | Sequence[int] | None


def reduced(node: Node, op: str, x: Tensor, dim: Dim, place: int = 0) -> Tensor:
    """A reduction over axes; whole numbers are in the kind of what they come from."""
    axes = axes_of(node, x, dim)
    kind = node.kind(x.dtype, x)
    entries = axes_last(node.entries(x), axes)
    result = over_last(node, op, entries, kind, reduces=True)
    return node.made(result, x, place)


def _total(
    op: str,
    node: Node,
    x: Tensor,
    dim: Dim = None,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
) -> Tensor:
    return reduced(node, op, converted(node, x, dtype) if dtype else x, dim)


def _place(op: str, node: Node, x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    return reduced(node, op, x, dim)


def _extreme(
    word: str, node: Node, x: Tensor, dim: int, keepdim: bool = False
) -> tuple[Tensor, Tensor]:
    return reduced(node, word, x, dim), reduced(node, f"place_of_{word}", x, dim, place=1)


def _truth(op: str, node: Node, x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    return reduced(node, op, converted(node, x, torch.bool), dim)


def _along(
    op: str, node: Node, x: Tensor, dim: int, dtype: torch.dtype | None = None, **_: Any
) -> Tensor:
    """An operation that keeps the axis."""
    x = converted(node, x, dtype) if dtype else x
    (axis,) = axes_of(node, x, dim)
    kind = node.kind(x.dtype, x)
    entries = axes_last(node.entries(x), [axis])
    result = over_last(node, op, entries, kind, reduces=False)
    return node.made(np.moveaxis(result, -1, axis) if x.array.ndim else result, x)


def _variance(
    node: Node, x: Tensor, dim: Dim = None, correction: float | None = None, keepdim: bool = False
) -> Tensor:
    """The mean square of the anomalies, by n less the correction, in two passes as in torch."""
    axes = axes_of(node, x, dim)
    kind = node.kind(x.dtype, x)
    entries = axes_last(node.entries(x), axes)
    count = entries.shape[-1]
    mean = over_last(node, "mean", entries, kind, reduces=True)[..., None]
    square = _square_of_difference(node, x.dtype, entries, mean)
    result = over_last(node, "sum", square, kind, reduces=True)
    factor = count - (1 if correction is None else correction)
    total = node.made(result, x)
    return pointwise(node, "divide", total, float(max(factor, 0)), dtype=x.dtype)


def _norm(
    node: Node,
    x: Tensor,
    ord: float = 2,
    dim: Dim = None,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
) -> Tensor:
    """The 1-norm, the 2-norm or the largest size."""
    if ord not in (1, 2, math.inf):
        node.refuse("the norm 1, 2 or inf", ord)
    x = converted(node, x, dtype) if dtype else x
    sizes = pointwise(node, "square" if ord == 2 else "absolute", x)
    result = reduced(node, "largest" if ord == math.inf else "sum", sizes, dim)
    return pointwise(node, "square_root", result) if ord == 2 else result


def _square_of_difference(
    node: Node, dtype: torch.dtype, entries: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    x, y = (Tensor(one, dtype, None, False) for one in (entries, mean))
    return pointwise(node, "square", pointwise(node, "subtract", x, y)).array


def _table(converter: Callable[..., Any], words: dict[str, str]) -> dict[str, Any]:
    return {name: functools.partial(converter, op) for name, op in words.items()}


OPERATIONS: dict[str, Any] = {
    **_table(
        _total,
        {"sum": "sum", "mean": "mean", "prod": "product", "amax": "largest", "amin": "least"},
    ),
    **_table(_place, {"argmax": "place_of_largest", "argmin": "place_of_least"}),
    **_table(_extreme, {"max.dim": "largest", "min.dim": "least"}),
    **_table(_total, {"max.default": "largest", "min.default": "least"}),
    **_table(_truth, {"any": "largest", "all": "least"}),
    **_table(
        _along,
        {
            "_log_softmax": "log_softmax",
            "_softmax": "softmax",
            "cumprod": "cumulative_product",
            "cumsum": "cumulative_sum",
            "log_softmax": "log_softmax",
            "softmax": "softmax",
        },
    ),
    "linalg_vector_norm": _norm,
    "var.correction": _variance,
}
