# SPDX-License-Identifier: BSD-3-Clause
"""Limits, and choices between two operands."""

from __future__ import annotations

import math
from typing import Any

import torch

from ..node import Node
from ..tensors import Tensor
from .pointwise import Operand, pointwise


def _clamp(node: Node, x: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
    """Other limits than finite numbers make two operations."""
    dtype = node.result.dtype
    if not all(_is_finite(one) for one in (min, max)):
        if min is not None:
            x = pointwise(node, "largest_of", x, min, dtype=dtype)
        return x if max is None else pointwise(node, "least_of", x, max, dtype=dtype)
    limits: dict[str, Any] = {"lower": min, "upper": max}
    numbers = {word: float(one) for word, one in limits.items() if one is not None}
    return pointwise(node, "clamp", x, dtype=dtype, **numbers)


def _is_finite(limit: Operand | None) -> bool:
    """What an attribute can be: JSON has no infinity."""
    return limit is None or (not isinstance(limit, Tensor) and math.isfinite(limit))


def _clamp_min(node: Node, x: Tensor, min: Operand) -> Tensor:
    return _clamp(node, x, min=min)


def _clamp_max(node: Node, x: Tensor, max: Operand) -> Tensor:
    return _clamp(node, x, max=max)


def _hardtanh(node: Node, x: Tensor, min_val: float = -1, max_val: float = 1) -> Tensor:
    return _clamp(node, x, min_val, max_val)


def _relu6(node: Node, x: Tensor) -> Tensor:
    return _clamp(node, x, 0.0, 6.0)


def _where(node: Node, condition: Tensor, x: Operand, other: Operand) -> Tensor:
    return choose(node, condition, x, other, node.result.dtype)


def _masked_fill(node: Node, x: Tensor, mask: Tensor, value: Operand) -> Tensor:
    return choose(node, mask, value, x, node.result.dtype)


def choose(node: Node, condition: Tensor, x: Operand, other: Operand, dtype: torch.dtype) -> Tensor:
    """The first where the condition is true; it is in the kind of what is chosen."""
    chosen = [one for one in (x, other) if isinstance(one, Tensor)]
    kind = node.kind(dtype, *chosen, condition)
    wide = torch.float64 if kind == "real64" else torch.float32
    return pointwise(node, "where", condition, x, other, dtype=wide)


OPERATIONS: dict[str, Any] = {
    "clamp": _clamp,
    "clamp_max": _clamp_max,
    "clamp_min": _clamp_min,
    "hardtanh": _hardtanh,
    "masked_fill": _masked_fill,
    "relu6": _relu6,
    "where.self": _where,
}
