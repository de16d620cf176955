# SPDX-License-Identifier: BSD-3-Clause
"""Operations of the file over groups of rows: torch's over the last axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..network import Span
from ..node import Node
from ..order import Keys, ordered
from ..tensors import Entries, Tensor


def grouped(
    node: Node, entries: Entries, kind: str, emit: Callable[[Span, int], Entries]
) -> Entries:
    """An operation over the last axis of `entries`, once for each distinct group.

    Parameters
    ----------
    node : Node
    entries : ndarray, shape (..., n)
    kind : str
        In which it is computed.
    emit : function
        Of an operand of G x n rows and G; returns its result, G groups.

    Returns
    -------
    ndarray, shape (..., m)
    """
    entries = node.network.in_kind(entries, kind, node.name)

    def gathers(keys: Keys) -> int:
        return int(node.network.range(keys.T.reshape(-1)) is None)

    keys, place = ordered(entries.reshape(-1, entries.shape[-1]).T, gathers)
    count = keys.shape[1]
    result = emit(node.span(keys.T, kind), count).reshape(count, -1)
    return result[place].reshape(*entries.shape[:-1], -1)


def over_last(
    node: Node, op: str, entries: Entries, kind: str, *, reduces: bool, **more: Any
) -> Entries:
    """An operation with the attribute `size`; the result is (...) if it reduces, else (..., n)."""
    size = entries.shape[-1]

    def emit(span: Span, count: int) -> Entries:
        return node.emit(op, (span,), count if reduces else span.rows, kind, size=size, **more)

    result = grouped(node, entries, kind, emit)
    return result[..., 0] if reduces else result


def axes_of(node: Node, x: Tensor, dim: int | Sequence[int] | None) -> tuple[int, ...]:
    """The axes that are meant, all of them if `dim` is none; not that of the samples."""
    rank = max(x.array.ndim, 1)
    axes = range(rank) if dim is None or dim == [] else [dim] if isinstance(dim, int) else dim
    node.keep_apart(x, *axes)
    return tuple(axis % rank for axis in axes)


def axes_last(entries: Entries, axes: Sequence[int]) -> Entries:
    """The axes as one, the last."""
    ends = range(-len(axes), 0)
    moved = np.moveaxis(entries.reshape(entries.shape or (1,)), axes, ends)
    rest = moved.shape[: moved.ndim - len(axes)]
    return moved.reshape(*rest, math.prod(moved.shape[len(rest) :]))
