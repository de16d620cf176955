# SPDX-License-Identifier: BSD-3-Clause
"""Conversions, and operations that only hand on what they get."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..node import Node
from ..tensors import KINDS, Tensor, as_torch
from .pointwise import pointwise


def converted(node: Node, x: Tensor, dtype: torch.dtype) -> Tensor:
    """The tensor in a dtype; rounded at once where that is narrower."""
    if x.dtype == dtype:
        return x
    if x.fixed:
        return Tensor(as_torch(x).to(dtype).numpy(), dtype, x.batch, True)
    if dtype == torch.bool:
        x = pointwise(node, "not_equal", x, 0.0)
    elif x.dtype in KINDS and dtype not in KINDS:
        x = pointwise(node, "truncate", x)
    entries = node.network.in_kind(node.entries(x), node.kind(dtype, x), node.name)
    return Tensor(entries, dtype, x.batch, False)


def _to_copy(node: Node, x: Tensor, **_: Any) -> Tensor:
    return converted(node, x, node.result.dtype)


def _same(node: Node, x: Tensor, **_: Any) -> Tensor:
    return x


def _dropout(node: Node, x: Tensor, p: float, train: bool) -> Tensor:
    if train:
        node.refuse("a module in evaluation mode", "dropout while training")
    return x


def _copy(node: Node, x: Tensor, src: Tensor, **_: Any) -> Tensor:
    """``src`` in the place of ``x``"""
    src = converted(node, src, node.result.dtype)
    return node.like(np.broadcast_to(src.array, node.result.shape), src)


OPERATIONS: dict[str, Any] = {
    "_to_copy": _to_copy,
    "alias": _same,
    "alpha_dropout": _dropout,
    "clone": _same,
    "contiguous": _same,
    "copy": _copy,
    "detach": _same,
    "dropout": _dropout,
    "feature_dropout": _dropout,
    "lift_fresh_copy": _same,
    "to": _to_copy,
}
