# SPDX-License-Identifier: BSD-3-Clause
"""What a converter of an operation is given, besides the operands."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
import torch

from ..._words import mismatch
from ...errors import ArgumentError
from .extents import batch_axis, one_sample
from .network import Network, Span
from .place import name_of, place_of
from .tensors import KINDS, WHOLE, Array, Batch, Entries, Tensor


@dataclass(frozen=True)
class Result:
    """What torch says of one result."""

    shape: tuple[int, ...]  # for one sample
    axis: int | None
    dtype: torch.dtype


@dataclass
class Node:
    """An operation of torch that is being converted, and the network that it becomes part of."""

    network: Network
    node: torch.fx.Node

    def refuse(self, expected: str, found: object) -> NoReturn:
        """Names the operation and its place.

        Raises
        ------
        ArgumentError
            Always.
        """
        what = f"export: operation {self.node.target} at {place_of(self.node)}"
        raise ArgumentError(f"{mismatch(what, expected, found)}; a .pt file runs what Torch runs")

    @property
    def name(self) -> str:
        """Of the operations that it becomes."""
        return name_of(self.node)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """What torch says of the results."""
        value = self.node.meta.get("val")
        values = value if isinstance(value, tuple | list) else (value,)
        return tuple(self._result(one) for one in values if isinstance(one, torch.Tensor))

    def _result(self, value: torch.Tensor) -> Result:
        shape = one_sample(value.shape)
        if shape is None:
            self.refuse("samples that stay whole and apart", f"the shape {tuple(value.shape)}")
        return Result(shape, batch_axis(value.shape), value.dtype)

    @property
    def result(self) -> Result:
        """The first result."""
        return self.results[0]

    def like(self, array: Array, source: Tensor, place: int = 0) -> Tensor:
        """The result, whose samples are merged with other axes as they are in `source`."""
        result = self.results[place]
        if np.size(array) != math.prod(result.shape):
            self.refuse("samples that stay whole", f"a part of them, {np.shape(array)}")
        outer = source.batch.outer if source.batch else 1
        batch = None if result.axis is None else Batch(result.axis, outer)
        return Tensor(np.asarray(array).reshape(result.shape), result.dtype, batch, source.fixed)

    def made(self, entries: Entries, source: Tensor, place: int = 0) -> Tensor:
        """As `like`, of rows that the network computes."""
        return dataclasses.replace(self.like(entries, source, place), fixed=False)

    def broadcast(self, rank: int, *sources: Tensor) -> Batch | None:
        """Where the samples are when tensors are broadcast to a rank.

        Raises
        ------
        ArgumentError
            If that is not the same in all of them.
        """
        shifted = ((rank - one.array.ndim, one.batch) for one in sources)
        found = {Batch(more + one.axis, one.outer) for more, one in shifted if one is not None}
        if len(found) > 1:
            self.refuse("samples that stay apart", "samples that meet others")
        return found.pop() if found else None

    def keep_apart(self, tensor: Tensor, *axes: int) -> None:
        """Refuses an operation along the axis of the samples."""
        axes = tuple(axis % max(tensor.array.ndim, 1) for axis in axes)
        if tensor.batch is not None and tensor.batch.axis in axes:
            self.refuse("an operation within each sample", "one along the axis of the samples")

    def entries(self, tensor: Tensor) -> Entries:
        """The tensor's entries; numbers become constants."""
        if tensor.dtype not in KINDS and tensor.dtype not in WHOLE:
            self.refuse("float32, float64, int32, int64 or bool", tensor.dtype)
        if tensor.array.size == 0:
            self.refuse("numbers to compute with", "a tensor without any")
        return self.network.constants(tensor.array) if tensor.fixed else tensor.array

    def kind(self, dtype: torch.dtype, *sources: Tensor) -> str:
        """Of values of the dtype; truth is in the kind of its `sources`.

        Whole numbers are in real64: in real32 results above 2^24 would be others.
        """
        if dtype in KINDS:
            return KINDS[dtype]
        if dtype not in WHOLE:
            self.refuse("float32, float64, int32, int64 or bool", dtype)
        if dtype != torch.bool:
            return "real64"
        of_sources = (self.network.kinds_of(one.array) for one in sources if not one.fixed)
        found = set[str]().union(*of_sources) or {self.network.kind}
        return max(found)  # the wider one

    def span(self, entries: Entries, kind: str) -> Span:
        """Entries of any shape as an operand."""
        return self.network.span(entries.reshape(-1), kind, self.name)

    def emit(
        self,
        op: str,
        operands: tuple[Span | float | str, ...],
        rows: int,
        kind: str,
        /,
        **more: Any,
    ) -> Entries:
        """Appends an operation to the network."""
        return self.network.emit(op, self.name, operands, rows, kind, **more)

    def weight(self, array: Array, tensor: Tensor | None, word: str) -> str:
        """Keeps a tensor under its name in the module, or under the operation's."""
        name = tensor.name if tensor is not None and tensor.name else f"{self.name}.{word}"
        return self.network.weights.add(array, name)
