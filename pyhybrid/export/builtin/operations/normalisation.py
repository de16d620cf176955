# SPDX-License-Identifier: BSD-3-Clause
"""Layer, group, instance and batch norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..node import Node
from ..tensors import KINDS, NUMPY, Entries, Tensor
from .groups import axes_last, over_last
from .pointwise import pointwise


def _layer_norm(
    node: Node,
    x: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    **_: Any,
) -> Tensor:
    axes = tuple(range(-len(normalized_shape), 0))
    node.keep_apart(x, *axes)
    entries = axes_last(node.entries(x), axes)
    plain = bias is not None and weight is None
    words = {} if plain else {"weight": weight, "bias": bias}
    tensors = {word: _flat(node, one, word, x) for word, one in words.items() if one is not None}
    result = _normalised(node, x, entries, eps, **tensors)
    return _affine(node, result, None, bias if plain else None)


def _flat(node: Node, tensor: Tensor, word: str, x: Tensor) -> str:
    """Several normalised axes are one in the file."""
    numbers = tensor.array.reshape(-1).astype(NUMPY[KINDS[x.dtype]])
    return node.weight(numbers, tensor, word)


def _normalised(node: Node, x: Tensor, entries: Entries, eps: float, **tensors: str) -> Tensor:
    """Over the last axis of entries that have the order of the result."""
    kind, more = KINDS[x.dtype], {"epsilon": float(eps), **tensors}
    result = over_last(node, "layer_norm", entries, kind, reduces=False, **more)
    return node.made(result, x)


def _affine(node: Node, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    if weight is not None:
        x = pointwise(node, "multiply", x, weight)
    return x if bias is None else pointwise(node, "add", x, bias)


def _group_norm(
    node: Node,
    x: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    **_: Any,
) -> Tensor:
    """``x`` (sample, channel, ...)"""
    node.keep_apart(x, *range(1, x.array.ndim))
    entries = node.entries(x).reshape(x.array.shape[0], num_groups, -1)
    result = _normalised(node, x, entries, eps)
    return _affine(node, result, _by_channel(x, weight), _by_channel(x, bias))


def _by_channel(x: Tensor, tensor: Tensor | None) -> Tensor | None:
    """(channel) to (channel, 1, ...)"""
    if tensor is None:
        return None
    shape = (-1,) + (1,) * (x.array.ndim - 2)
    return Tensor(tensor.array.reshape(shape), tensor.dtype, None, True, tensor.name)


def _instance_norm(
    node: Node,
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    **_: Any,
) -> Tensor:
    if not use_input_stats:
        return _batch_norm(node, x, weight, bias, running_mean, running_var, eps=eps)
    return _group_norm(node, x, x.array.shape[1], weight, bias, eps)


def _batch_norm(
    node: Node,
    x: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    *,
    eps: float,
    training: bool = False,
    **_: Any,
) -> Tensor:
    """A scale and a shift of each channel; of the batch's own statistics nothing may be used."""
    if training or running_mean is None or running_var is None:
        node.refuse("running statistics, in evaluation mode", "those of the batch")
    node.keep_apart(x, 1)
    scale = 1.0 / np.sqrt(running_var.array.astype(np.float64) + eps)
    scale = scale if weight is None else scale * weight.array
    shift = -running_mean.array * scale + (0.0 if bias is None else bias.array)
    parts = (
        Tensor(one.astype(NUMPY[KINDS[x.dtype]]), x.dtype, None, True) for one in (scale, shift)
    )
    return _affine(node, x, *(_by_channel(x, one) for one in parts))


def _batch_norm_of_three(
    node: Node,
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor,
    running_var: Tensor,
    momentum: float,
    eps: float,
) -> tuple[Tensor]:
    """As torch has it after export; its further results are empty."""
    return (_batch_norm(node, x, weight, bias, running_mean, running_var, eps=eps),)


OPERATIONS: dict[str, Any] = {
    "_native_batch_norm_legit_no_training": _batch_norm_of_three,
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "layer_norm": _layer_norm,
}
