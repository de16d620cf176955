# SPDX-License-Identifier: BSD-3-Clause
"""Products with matrices that are known at export."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..network import Span
from ..node import Node
from ..tensors import NUMPY, Array, Batch, Entries, Tensor
from .elementwise import scaled
from .groups import grouped
from .pointwise import pointwise


def dense(
    node: Node, entries: Entries, weight: Tensor, kind: str, bias: Tensor | None = None
) -> Entries:
    """``weight . x + bias`` over the last axis.

    Parameters
    ----------
    node : Node
    entries : ndarray, shape (..., n)
    weight : Tensor, shape (m, n)
    kind : str
    bias : Tensor, shape (m,), optional

    Returns
    -------
    ndarray, shape (..., m)
    """
    tensors = {"weight": node.weight(weight.array.astype(NUMPY[kind]), weight, "weight")}
    if bias is not None:
        tensors["bias"] = node.weight(bias.array.astype(NUMPY[kind]), bias, "bias")

    def emit(span: Span, count: int) -> Entries:
        return node.emit("dense", (span,), count * len(weight.array), kind, **tensors)

    return grouped(node, entries, kind, emit)


def _require_fixed(node: Node, *tensors: Tensor | None) -> None:
    if not all(one is None or (one.fixed and one.batch is None) for one in tensors):
        node.refuse("weights that do not depend on the input", "some that do")


def _linear(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    _require_fixed(node, weight, bias)
    if weight.array.ndim == 1:
        weight = weight.with_array(weight.array[None])
        bias = bias.with_array(bias.array.reshape(1)) if bias is not None else None
    node.keep_apart(x, -1)
    result = dense(node, node.entries(x), weight, node.kind(x.dtype, x), bias)
    return node.made(result, x)


def _product(node: Node, x: Tensor, mat2: Tensor) -> Tensor:
    """Matrices, or one for each of the first axis; one of the two is known at export."""
    if not x.fixed and not mat2.fixed:
        node.refuse("a product with a matrix that is known", "two that depend on the input")
    if x.fixed:
        turned = _of_known(node, _turned(mat2), x.array)
        return node.made(np.swapaxes(turned, -1, -2), mat2)
    return node.made(_of_known(node, x, np.swapaxes(mat2.array, -1, -2)), x)


def _turned(x: Tensor) -> Tensor:
    rank = x.array.ndim
    swap = {rank - 1: rank - 2, rank - 2: rank - 1}
    batch = x.batch and Batch(swap.get(x.batch.axis, x.batch.axis), x.batch.outer)
    return Tensor(np.swapaxes(x.array, -1, -2), x.dtype, batch, x.fixed)


def _of_known(node: Node, x: Tensor, weight: Array) -> Entries:
    """``x`` (..., k, n) times the transposed `weight` (..., m, n): (..., k, m)."""
    kind = node.kind(node.result.dtype, x)
    node.keep_apart(x, -1)
    weights = weight.reshape(-1, *weight.shape[-2:])
    if (weights == weights[:1]).all():
        return dense(node, node.entries(x), _matrix(weights[0], x), kind)
    node.keep_apart(x, 0)
    pairs = zip(node.entries(x), weights, strict=True)
    return np.stack([dense(node, part, _matrix(one, x), kind) for part, one in pairs])


def _matrix(weight: Array, x: Tensor) -> Tensor:
    return Tensor(weight, x.dtype, None, True)


def _vector_product(node: Node, x: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector."""
    _require_fixed(node, vec)
    return _linear(node, x, vec)


def _added_product(
    node: Node, x: Tensor, mat1: Tensor, mat2: Tensor, beta: float = 1, alpha: float = 1
) -> Tensor:
    """``beta x + alpha mat1 . mat2``"""
    dtype = node.result.dtype
    product = scaled(node, _product(node, mat1, mat2), alpha, dtype) if alpha != 1 else None
    product = product or _product(node, mat1, mat2)
    return pointwise(node, "add", scaled(node, x, beta, dtype), product, dtype=dtype)


OPERATIONS: dict[str, Any] = {
    "addmm": _added_product,
    "bmm": _product,
    "linear": _linear,
    "mm": _product,
    "mv": _vector_product,
}
