# SPDX-License-Identifier: BSD-3-Clause
"""Padding, and indices that are known at export: arithmetic with entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..node import Node
from ..tensors import Array, Tensor
from .elementwise import scaled
from .pointwise import pointwise
from .views import same_form

_MODES: dict[str, Any] = {
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def constant_index(node: Node, index: Tensor) -> Array:
    """The numbers of an index, which must not depend on the input."""
    if not index.fixed:
        node.refuse("an index that does not depend on the input", "one that does")
    return index.array


def _indexed(node: Node, x: Tensor, indices: Sequence[Tensor | None]) -> Tensor:
    return node.like(x.array[_chosen(node, x, indices)], x)


def _chosen(node: Node, x: Tensor, indices: Sequence[Tensor | None]) -> tuple[Any, ...]:
    """Indices as NumPy takes them, which are torch's."""
    axes = [axis for axis, index in enumerate(indices) if index is not None]
    node.keep_apart(x, *axes)
    arrays = [slice(None) if one is None else constant_index(node, one) for one in indices]
    return tuple(arrays)


def _index_selected(node: Node, x: Tensor, dim: int, index: Tensor) -> Tensor:
    node.keep_apart(x, dim)
    return node.like(np.take(x.array, constant_index(node, index).reshape(-1), axis=dim), x)


def _gathered(node: Node, x: Tensor, dim: int, index: Tensor, **_: Any) -> Tensor:
    node.keep_apart(x, dim)
    places = constant_index(node, index)
    return node.like(x.array[_along(places, dim)], x)


def _along(index: Array, dim: int) -> tuple[Array, ...]:
    """The place of each element of `index` in the array that it is an index of."""
    places: list[Array] = list(np.indices(index.shape))
    places[dim] = index
    return tuple(places)


def _padded(
    node: Node, x: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """`pad` has pairs from the last axis on; a negative one cuts off."""
    rank = x.array.ndim
    pairs = [(0, 0)] * (rank - len(pad) // 2) + list(zip(pad[-2::-2], pad[::-2], strict=True))
    node.keep_apart(x, *(axis for axis, pair in enumerate(pairs) if pair != (0, 0)))
    cut = tuple(
        slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.array.shape, pairs, strict=True)
    )
    widths = [(max(a, 0), max(b, 0)) for a, b in pairs]
    if mode != "constant":
        return node.like(np.pad(x.array[cut], widths, _MODES[mode]), x)
    fill = Tensor(np.asarray(value or 0.0), torch.float64, None, True)
    x, fill = same_form(node, x, fill)
    return node.like(np.pad(x.array[cut], widths, constant_values=fill.array), x)


def _constant_padded(node: Node, x: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    return _padded(node, x, pad, value=value)


def _index_put(
    node: Node,
    x: Tensor,
    indices: Sequence[Tensor | None],
    values: Tensor,
    accumulate: bool = False,
    **_: Any,
) -> Tensor:
    if accumulate:
        return summed(node, x, _flat(x)[_chosen(node, x, indices)], values)
    x, values = same_form(node, x, values)
    return _put(node, x, _flat(x)[_chosen(node, x, indices)], values)


def _scattered(node: Node, x: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    node.keep_apart(x, dim)
    x, src = same_form(node, x, src)
    places = constant_index(node, index)
    part = src.with_array(src.array[tuple(slice(n) for n in places.shape)])
    return _put(node, x, _flat(x)[_along(places, dim)], part)


def _scattered_value(node: Node, x: Tensor, dim: int, index: Tensor, value: float) -> Tensor:
    shape = index.array.shape
    src = Tensor(np.full(shape, float(value)), torch.float64, None, True)
    return _scattered(node, x, dim, index, src)


def _flat(x: Tensor) -> Array:
    """The place of each number in C order."""
    return np.arange(x.array.size).reshape(x.array.shape)


def _put(node: Node, x: Tensor, places: Array, values: Tensor) -> Tensor:
    """The later one wins, as in torch."""
    array = np.array(x.array).reshape(-1)
    array[places.reshape(-1)] = np.broadcast_to(values.array, places.shape).reshape(-1)
    return node.like(array, x if x.batch else values)


def _index_added(
    node: Node, x: Tensor, dim: int, index: Tensor, source: Tensor, alpha: float = 1
) -> Tensor:
    node.keep_apart(x, dim)
    source = scaled(node, source, alpha, node.result.dtype) if alpha != 1 else source
    places = np.take(_flat(x), constant_index(node, index).reshape(-1), axis=dim)
    return summed(node, x, places, source)


def _scatter_added(node: Node, x: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    node.keep_apart(x, dim)
    places = constant_index(node, index)
    part = Tensor(src.array[tuple(slice(n) for n in places.shape)], src.dtype, src.batch, src.fixed)
    return summed(node, x, _flat(x)[_along(places, dim)], part)


def summed(node: Node, x: Tensor, places: Array, values: Tensor) -> Tensor:
    """``x`` with values added at places (in C order), of which some may be equal."""
    kind = node.kind(node.result.dtype, x, values)
    entries = np.broadcast_to(node.entries(values), places.shape)
    index = node.weight(places.reshape(-1).astype(np.int32), None, "index")
    span = node.span(entries, kind)
    rows = node.emit("scatter_add", (span,), x.array.size, kind, index=index, rows=x.array.size)
    batch = x.batch or values.batch
    total = Tensor(rows.reshape(x.array.shape), node.result.dtype, batch, False)
    if x.fixed and not x.array.any():
        return total
    return pointwise(node, "add", x, total, dtype=node.result.dtype)


OPERATIONS: dict[str, Any] = {
    "_unsafe_index": _indexed,
    "constant_pad_nd": _constant_padded,
    "gather": _gathered,
    "index.Tensor": _indexed,
    "index_add": _index_added,
    "index_put": _index_put,
    "index_select": _index_selected,
    "pad": _padded,
    "scatter.src": _scattered,
    "scatter.value": _scattered_value,
    "scatter_add": _scatter_added,
}
