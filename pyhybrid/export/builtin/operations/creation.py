# SPDX-License-Identifier: BSD-3-Clause
"""New tensors with one number, of which torch knows the shape only with the samples."""

from __future__ import annotations

import functools
from typing import Any

import torch

from ..node import Node
from ..tensors import Batch, Tensor, fixed


def _full(node: Node, value: Any) -> Tensor:
    """A number that depends on the samples, such as how many they are, is refused."""
    if not isinstance(value, bool | int | float):
        node.refuse("a number", value)
    result = node.result
    batch = None if result.axis is None else Batch(result.axis)
    return fixed(torch.full(result.shape, value, dtype=result.dtype), batch=batch)


def _filled(value: float, node: Node, *_: Any, **__: Any) -> Tensor:
    return _full(node, value)


def _given(node: Node, fill_value: Any, **_: Any) -> Tensor:
    return _full(node, fill_value)


OPERATIONS: dict[str, Any] = {
    **{name: functools.partial(_filled, 0) for name in ("zeros", "zeros_like", "new_zeros")},
    **{name: functools.partial(_filled, 0) for name in ("empty", "empty_like", "new_empty")},
    **{name: functools.partial(_filled, 1) for name in ("ones", "ones_like", "new_ones")},
    **{name: _given for name in ("full", "full_like", "new_full")},
}
