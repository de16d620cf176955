# SPDX-License-Identifier: BSD-3-Clause
"""How an elementwise operation of the file is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..network import Span
from ..node import Node
from ..order import Keys, ordered
from ..tensors import NUMPY, Array, Entries, Tensor

Number = bool | int | float
Operand = Tensor | Number


@dataclass(frozen=True)
class _Column:
    """An operand, broadcast: what it is for each number of the result.

    Attributes
    ----------
    keys : ndarray, shape (n,)
        Entries; or places in `numbers`, of an operand that does not depend on the input.
    numbers : ndarray or None
        Distinct ones.
    tensor : Tensor or None
        None: it was a number.
    """

    keys: Entries
    numbers: Array | None
    tensor: Tensor | None


def pointwise(
    node: Node, op: str, *operands: Operand, dtype: torch.dtype | None = None, **more: Any
) -> Tensor:
    """The operation on operands that are broadcast against each other, as in torch.

    Parameters
    ----------
    node : Node
    op : str
        In the file.
    *operands : Tensor or number
        At least one depends on the input.
    dtype : torch.dtype, optional
        In which it is computed; absent: the one to which torch promotes the operands.
    **more
        Attributes.
    """
    tensors = [one for one in operands if isinstance(one, Tensor)]
    dtype = dtype or promoted(*operands)
    kind = node.kind(dtype, *tensors)
    shape = np.broadcast_shapes(*(one.array.shape for one in tensors))
    columns = [_column(node, one, shape, kind) for one in operands]
    assert any(column.numbers is None for column in columns), "torch computes it at export"
    result = _emitted(node, op, columns, kind, more)
    return Tensor(result.reshape(shape), dtype, node.broadcast(len(shape), *tensors), False)


def promoted(*operands: Operand) -> torch.dtype:
    """The dtype in which torch computes with one or two operands."""
    specimens = [_specimen(one) for one in operands]
    return torch.result_type(specimens[0], specimens[-1])


def _specimen(operand: Operand) -> Any:
    """A tensor of rank 0 promotes less than one with axes, and a number less than that."""
    if not isinstance(operand, Tensor):
        return operand
    return torch.empty((0,) * min(operand.array.ndim, 1), dtype=operand.dtype)


def _column(node: Node, operand: Operand, shape: tuple[int, ...], kind: str) -> _Column:
    tensor = operand if isinstance(operand, Tensor) else None
    if tensor is not None and not tensor.fixed:
        entries = node.network.in_kind(node.entries(tensor), kind, node.name)
        return _Column(np.broadcast_to(entries, shape).reshape(-1), None, tensor)
    values = np.asarray(tensor.array if tensor is not None else operand, np.float64)
    bits = np.broadcast_to(values, shape).reshape(-1).view(np.int64)
    distinct, keys = np.unique(bits, return_inverse=True)
    return _Column(keys, distinct.view(np.float64), tensor)


def _emitted(
    node: Node, op: str, columns: list[_Column], kind: str, more: dict[str, Any]
) -> Entries:
    """The operation, once for each distinct set of operands."""

    def gathers(keys: Keys) -> int:
        pairs = zip(columns, keys, strict=True)
        return sum(node.network.range(_rows(row)) is None for c, row in pairs if c.numbers is None)

    keys, place = ordered(np.stack([column.keys for column in columns]), gathers)
    operands = (_operand(node, *pair, kind) for pair in zip(columns, keys, strict=True))
    return node.emit(op, tuple(operands), keys.shape[1], kind, **more)[place]


def _rows(keys: Entries) -> Entries:
    """One row stands for all."""
    return keys[:1] if (keys == keys[0]).all() else keys


def _operand(node: Node, column: _Column, keys: Entries, kind: str) -> Span | float | str:
    if column.numbers is None:
        return node.span(_rows(keys), kind)
    numbers = column.numbers[_rows(keys)]
    if len(numbers) == 1 and np.isfinite(numbers[0]):
        return float(numbers[0])
    return node.weight(numbers.astype(NUMPY[kind]), column.tensor, "operand")
