# SPDX-License-Identifier: BSD-3-Clause
"""What only puts numbers into another order: arithmetic with entries, nothing at run time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..extents import multiple
from ..node import Node
from ..tensors import Batch, Tensor
from .kinds import converted


def same_form(node: Node, *tensors: Tensor) -> tuple[Tensor, ...]:
    """In the dtype of the result: all numbers if they are fixed, else all entries."""
    tensors = tuple(converted(node, one, node.result.dtype) for one in tensors)
    if all(one.fixed for one in tensors):
        return tensors
    return tuple(Tensor(node.entries(one), one.dtype, one.batch, False) for one in tensors)


def _reshaped(node: Node, x: Tensor, *_: Any, **__: Any) -> Tensor:
    """Numbers keep their order: outer axes, samples, inner axes."""
    result = node.result
    if x.batch is None or result.axis is None:
        return node.like(x.array, x)
    outside = math.prod(x.array.shape[: x.batch.axis]) * x.batch.outer
    before = math.prod(result.shape[: result.axis])
    outer, rest = divmod(outside, before)
    if rest or result.shape[result.axis] % outer:
        node.refuse("samples that stay apart", f"a reshape to {result.shape} that mixes them")
    return Tensor(x.array.reshape(result.shape), x.dtype, Batch(result.axis, outer), x.fixed)


def _permuted(node: Node, x: Tensor, dims: Sequence[int]) -> Tensor:
    return node.like(np.transpose(x.array, [axis % x.array.ndim for axis in dims]), x)


def _transposed(node: Node, x: Tensor, dim0: int = 0, dim1: int = -1) -> Tensor:
    return node.like(np.swapaxes(x.array, dim0, dim1), x)


def _t(node: Node, x: Tensor) -> Tensor:
    return node.like(x.array.T, x)


def _expanded(node: Node, x: Tensor, *_: Any, **__: Any) -> Tensor:
    return node.like(np.broadcast_to(x.array, node.result.shape), x)


def _repeated(node: Node, x: Tensor, repeats: Sequence[Any]) -> Tensor:
    """Along the axis of the samples it is repeated once at most."""
    rank = len(repeats)
    counts = [multiple(one) or one for one in repeats]
    if x.batch is not None and counts[rank - x.array.ndim + x.batch.axis] != 1:
        node.refuse("samples that stay apart", "samples that are repeated")
    return node.like(np.tile(x.array, counts), x)


def _slice_of(
    node: Node, x: Tensor, dim: int, start: Any, end: Any, step: int
) -> tuple[slice, ...] | None:
    """None: all of the samples; a part of them has no whole shape and is refused as such."""
    axis = dim % x.array.ndim
    if x.batch is not None and x.batch.axis == axis:
        if start in (0, None) and step == 1 and not (isinstance(end, int) and end < 2**62):
            return None
        node.keep_apart(x, axis)
    if not all(isinstance(one, int | None) for one in (start, end, step)):
        node.refuse("a slice of the same size for any number of samples", "another")
    return (*(slice(None),) * axis, slice(start, end, step))


def _sliced(
    node: Node, x: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Tensor:
    chosen = _slice_of(node, x, dim, start, end, step)
    return node.like(x.array if chosen is None else x.array[chosen], x)


def _slice_scattered(
    node: Node,
    x: Tensor,
    src: Tensor,
    dim: int = 0,
    start: Any = None,
    end: Any = None,
    step: int = 1,
) -> Tensor:
    x, src = same_form(node, x, src)
    chosen = _slice_of(node, x, dim, start, end, step)
    return _replaced(node, x, src, () if chosen is None else chosen)


def _replaced(node: Node, x: Tensor, src: Tensor, chosen: Any) -> Tensor:
    node.broadcast(x.array.ndim, x, *([src] if src.array.ndim == x.array.ndim else []))
    array = np.array(np.broadcast_to(x.array, node.result.shape))
    array[chosen] = src.array
    return node.like(array, x if x.batch else src)


def _selected(node: Node, x: Tensor, dim: int, index: int) -> Tensor:
    node.keep_apart(x, dim)
    return node.like(np.take(x.array, index, axis=dim), x)


def _select_scattered(node: Node, x: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    node.keep_apart(x, dim)
    x, src = same_form(node, x, src)
    axis = dim % x.array.ndim
    return _replaced(node, x, src, (*(slice(None),) * axis, index))


def _split(node: Node, x: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Into as many pieces as there are results."""
    node.keep_apart(x, dim)
    sizes = [result.shape[dim] for result in node.results]
    pieces = np.split(x.array, np.cumsum(sizes)[:-1], axis=dim)
    return tuple(node.like(piece, x, place) for place, piece in enumerate(pieces))


def _split_by_sizes(
    node: Node, x: Tensor, split_sizes: Sequence[int], dim: int = 0
) -> tuple[Tensor, ...]:
    return _split(node, x, split_sizes, dim)


def _unbound(node: Node, x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    node.keep_apart(x, dim)
    pieces = np.moveaxis(x.array, dim, 0)
    return tuple(node.like(piece, x, place) for place, piece in enumerate(pieces))


def _flipped(node: Node, x: Tensor, dims: Sequence[int]) -> Tensor:
    node.keep_apart(x, *dims)
    return node.like(np.flip(x.array, tuple(dims)), x)


def _rolled(node: Node, x: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    node.keep_apart(x, *(dims or range(x.array.ndim)))
    return node.like(np.roll(x.array, shifts, tuple(dims) or None), x)


def _concatenated(node: Node, tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    some = [one for one in tensors if one.array.size] or list(tensors)
    for one in some:
        node.keep_apart(one, dim)
    return _together(node, np.concatenate, some, dim)


def _stacked(node: Node, tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    return _together(node, np.stack, tensors, dim)


def _together(node: Node, join: Any, tensors: Sequence[Tensor], dim: int) -> Tensor:
    tensors = same_form(node, *tensors)
    batch = node.broadcast(tensors[0].array.ndim, *tensors)
    source = Tensor(tensors[0].array, tensors[0].dtype, batch, tensors[0].fixed)
    return node.like(join([one.array for one in tensors], axis=dim), source)


def _windows(node: Node, x: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Pieces of an axis, which may overlap, along a new last axis."""
    node.keep_apart(x, dimension)
    windows = np.lib.stride_tricks.sliding_window_view(x.array, size, axis=dimension)
    axis = dimension % x.array.ndim
    return node.like(windows[(*(slice(None),) * axis, slice(None, None, step))], x)


WITH_EXTENTS = frozenset(
    ("_unsafe_view", "expand", "repeat", "reshape", "slice", "slice_scatter", "view")
)
"""Those that torch tells how many samples there are."""

OPERATIONS: dict[str, Any] = {
    "_unsafe_view": _reshaped,
    "cat": _concatenated,
    "expand": _expanded,
    "flip": _flipped,
    "permute": _permuted,
    "repeat": _repeated,
    "reshape": _reshaped,
    "roll": _rolled,
    "select.int": _selected,
    "select_scatter": _select_scattered,
    "slice.Tensor": _sliced,
    "slice_scatter": _slice_scattered,
    "split.Tensor": _split,
    "split_with_sizes": _split_by_sizes,
    "squeeze": _reshaped,
    "stack": _stacked,
    "t": _t,
    "transpose.int": _transposed,
    "unbind.int": _unbound,
    "unfold": _windows,
    "unsqueeze": _reshaped,
    "view.default": _reshaped,
}
