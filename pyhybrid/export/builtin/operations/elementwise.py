# SPDX-License-Identifier: BSD-3-Clause
"""Elementwise operations of one and of two operands."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ..node import Node
from ..tensors import Tensor
from .pointwise import Operand, pointwise, promoted

_UNARY = {
    "abs": "absolute",
    "ceil": "ceil",
    "cos": "cos",
    "erf": "erf",
    "exp": "exp",
    "expm1": "exp_minus_1",
    "floor": "floor",
    "hardsigmoid": "hard_sigmoid",
    "hardswish": "hard_swish",
    "isinf": "is_infinite",
    "isnan": "is_nan",
    "log": "log",
    "log10": "log10",
    "log1p": "log_1_plus",
    "log2": "log2",
    "logical_not": "not",
    "mish": "mish",
    "neg": "negative",
    "reciprocal": "reciprocal",
    "relu": "relu",
    "round.default": "round",
    "rsqrt": "reciprocal_root",
    "selu": "selu",
    "sgn": "sign",
    "sigmoid": "sigmoid",
    "sign": "sign",
    "silu": "silu",
    "sin": "sin",
    "sqrt": "square_root",
    "square": "square",
    "tanh": "tanh",
    "trunc": "truncate",
}
_COMPARISONS = {
    "eq": "equal",
    "ge": "greater_equal",
    "gt": "greater",
    "le": "less_equal",
    "lt": "less",
    "ne": "not_equal",
}
_BINARY = {
    "atan2": "arc_tangent",
    "floor_divide": "floor_divide",
    "logical_and": "and",
    "logical_or": "or",
    "logical_xor": "exclusive_or",
    "maximum": "largest_of",
    "minimum": "least_of",
    "mul": "multiply",
    "remainder": "remainder",
}
_BITWISE = {"bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "exclusive_or"}
_POWERS = {0.5: "square_root", 2.0: "square", -1.0: "reciprocal", -0.5: "reciprocal_root"}


def _unary(op: str, node: Node, x: Tensor) -> Tensor:
    """In the dtype of the result, unless that is truth."""
    dtype = node.result.dtype if node.result.dtype.is_floating_point else x.dtype
    return pointwise(node, op, x, dtype=dtype)


def _comparison(op: str, node: Node, x: Operand, other: Operand) -> Tensor:
    return pointwise(node, op, x, other)


def _binary(op: str, node: Node, x: Operand, other: Operand) -> Tensor:
    dtype = node.result.dtype if node.result.dtype != torch.bool else promoted(x, other)
    return pointwise(node, op, x, other, dtype=dtype)


def _sum(op: str, node: Node, x: Operand, other: Operand, alpha: float = 1) -> Tensor:
    """``x + alpha other``"""
    dtype = node.result.dtype
    if isinstance(other, Tensor) and alpha != 1:
        other = scaled(node, other, alpha, dtype)
    elif not isinstance(other, Tensor):
        other = alpha * other
    return pointwise(node, op, x, other, dtype=dtype)


def scaled(node: Node, x: Tensor, factor: float, dtype: torch.dtype) -> Tensor:
    """The tensor times a number."""
    if x.fixed:
        return x.with_array(x.array * np.asarray(factor, x.array.dtype))
    return pointwise(node, "multiply", x, factor, dtype=dtype)


def _reversed_difference(node: Node, x: Tensor, other: Operand, alpha: float = 1) -> Tensor:
    x = scaled(node, x, alpha, node.result.dtype) if alpha != 1 else x
    return pointwise(node, "subtract", other, x, dtype=node.result.dtype)


def _quotient(node: Node, x: Operand, other: Operand, rounding_mode: str | None = None) -> Tensor:
    dtype = node.result.dtype
    if rounding_mode == "floor":
        return pointwise(node, "floor_divide", x, other, dtype=dtype)
    result = pointwise(node, "divide", x, other, dtype=dtype)
    return result if rounding_mode is None else pointwise(node, "truncate", result, dtype=dtype)


def _power(node: Node, x: Operand, exponent: Operand) -> Tensor:
    dtype = node.result.dtype
    op = _POWERS.get(exponent) if isinstance(exponent, int | float) else None
    operands = (x,) if op else (x, exponent)
    return pointwise(node, op or "power", *operands, dtype=dtype)


def _bitwise(op: str, node: Node, x: Operand, other: Operand) -> Tensor:
    _require_truth(node, x, other)
    return pointwise(node, op, x, other, dtype=torch.bool)


def _bitwise_not(node: Node, x: Tensor) -> Tensor:
    _require_truth(node, x)
    return pointwise(node, "not", x)


def _require_truth(node: Node, *operands: Operand) -> None:
    for one in operands:
        dtype = one.dtype if isinstance(one, Tensor) else type(one)
        if dtype not in (torch.bool, bool):
            node.refuse("operands of dtype bool", dtype)


def _arc_tangent(node: Node, x: Tensor) -> Tensor:
    return pointwise(node, "arc_tangent", x, 1.0, dtype=node.result.dtype)


def _gelu(node: Node, x: Tensor, approximate: str = "none") -> Tensor:
    return pointwise(node, "gelu" if approximate == "none" else "gelu_tanh", x)


def _leaky_relu(node: Node, x: Tensor, negative_slope: float = 0.01) -> Tensor:
    return pointwise(node, "leaky_relu", x, slope=float(negative_slope))


def _softplus(node: Node, x: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    return pointwise(node, "softplus", x, beta=float(beta), threshold=float(threshold))


def _celu(node: Node, x: Tensor, alpha: float = 1.0) -> Tensor:
    """``alpha elu(x / alpha)``"""
    return _elu(node, x, alpha, 1.0, 1.0 / alpha)


def _elu(
    node: Node, x: Tensor, alpha: float = 1, scale: float = 1, input_scale: float = 1
) -> Tensor:
    """Torch scales the input of the negative branch only."""
    if scale == 1 and input_scale == 1:
        return pointwise(node, "elu", x, alpha=float(alpha))
    grown = pointwise(node, "multiply", x, float(input_scale))
    grown = pointwise(node, "exp_minus_1", grown)
    grown = pointwise(node, "multiply", grown, float(alpha * scale))
    line = pointwise(node, "multiply", x, float(scale))
    return pointwise(node, "where", pointwise(node, "greater", x, 0.0), line, grown, dtype=x.dtype)


def _table(
    converter: Callable[..., Tensor], words: dict[str, str]
) -> dict[str, Callable[..., Tensor]]:
    return {name: functools.partial(converter, op) for name, op in words.items()}


OPERATIONS: dict[str, Any] = {
    **_table(_unary, _UNARY),
    **_table(_binary, _BINARY),
    **_table(_comparison, _COMPARISONS),
    **_table(_bitwise, _BITWISE),
    **_table(_sum, {"add": "add", "sub": "subtract"}),
    "atan": _arc_tangent,
    "bitwise_not": _bitwise_not,
    "celu": _celu,
    "div": _quotient,
    "elu": _elu,
    "gelu": _gelu,
    "leaky_relu": _leaky_relu,
    "pow": _power,
    "rsub": _reversed_difference,
    "softplus": _softplus,
    "true_divide": _quotient,
}
