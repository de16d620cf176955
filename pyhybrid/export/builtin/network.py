# SPDX-License-Identifier: BSD-3-Clause
"""The network that is being built: values, their rows, operations. ``docs/network-file.md``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from .tensors import NUMPY, Array, Entries
from .weights import Weights


@dataclass(frozen=True)
class Span:
    """Rows of a value that follow each other."""

    value: int
    first: int
    rows: int


@dataclass(frozen=True)
class Operation:
    """One operation; its place in the list is the number of its result less one."""

    op: str
    name: str
    operands: tuple[Span | float | str, ...]
    attributes: dict[str, Any]

    def key(self) -> str:
        """The same for operations that do the same."""
        return json.dumps([self.op, [repr(one) for one in self.operands], self.attributes])


class Network:
    """Values and operations. Its rows are numbered through all values: those numbers are entries.

    Negative entries are constants. Rows are put in another order only where an operation needs
    it: all else is arithmetic with entries.

    Parameters
    ----------
    rows : int
        Of the input.
    kind : {"real32", "real64"}
        Of the input, and of whole numbers that come from nowhere else.
    """

    def __init__(self, rows: int, kind: str) -> None:
        self.kind = kind
        self.weights = Weights()
        self.operations: list[Operation] = []
        self._kinds = [kind]
        self._firsts = [0, rows]  # of each value, and the next one
        self._made: dict[str, int] = {}
        self._constants: list[float] = []
        self._constant_of: dict[bytes, int] = {}

    def rows(self, value: int) -> int:
        """How many the value has."""
        return self._firsts[value + 1] - self._firsts[value]

    def entries_of(self, value: int) -> Entries:
        """All rows of a value."""
        return np.arange(self._firsts[value], self._firsts[value + 1])

    def emit(
        self,
        op: str,
        name: str,
        operands: tuple[Span | float | str, ...],
        rows: int,
        kind: str,
        /,
        **attributes: Any,
    ) -> Entries:
        """Appends an operation, unless there is one that does the same; returns its result."""
        operation = Operation(op, name, operands, attributes)
        key = operation.key()
        if key not in self._made:
            self.operations.append(operation)
            self._made[key] = len(self.operations)
            self._kinds.append(kind)
            self._firsts.append(self._firsts[-1] + rows)
        return self.entries_of(self._made[key])

    def constants(self, numbers: Array) -> Entries:
        """Entries of constants, of the shape of `numbers`; told apart by their bits."""
        bits = np.ascontiguousarray(numbers, np.float64).view(np.int64)
        distinct, places = np.unique(bits, return_inverse=True)
        found = np.array([self._constant(number) for number in distinct.view(np.float64)], np.int64)
        return found[places].reshape(np.shape(numbers))

    def _constant(self, number: np.float64) -> int:
        key = number.tobytes()
        if key not in self._constant_of:
            self._constants.append(float(number))
            self._constant_of[key] = -len(self._constants)
        return self._constant_of[key]

    def number(self, entry: int) -> float:
        """Of the entry of a constant."""
        return self._constants[-entry - 1]

    def kinds_of(self, entries: Entries) -> set[str]:
        """The kinds of the values that the entries are rows of."""
        return {self._kinds[value] for value in self._values(entries)}

    def in_kind(self, entries: Entries, kind: str, name: str) -> Entries:
        """The same numbers in values of the kind."""
        entries = entries.copy()
        for value in self._values(entries):
            if self._kinds[value] != kind:
                self._cast(entries, value, kind, name)
        return entries

    def _cast(self, entries: Entries, value: int, kind: str, name: str) -> None:
        of_value = self._value_of(entries) == value
        first, last = entries[of_value].min(), entries[of_value].max()
        span = Span(value, int(first) - self._firsts[value], int(last - first) + 1)
        result = self.emit("cast", name, (span,), span.rows, kind, kind=kind)
        entries[of_value] += result[0] - first

    def _value_of(self, entries: Entries) -> Entries:
        """The value of each entry; -1 for constants."""
        return np.where(entries < 0, -1, np.searchsorted(self._firsts, entries, "right") - 1)

    def _values(self, entries: Entries) -> list[int]:
        """The values that the entries are rows of, in the order in which they come."""
        values, first = np.unique(self._value_of(entries), return_index=True)
        return [int(value) for value in values[np.argsort(first)] if value >= 0]

    def range(self, entries: Entries) -> Span | None:
        """The entries (n,) as an operand, if they follow each other in one value."""
        first, last = int(entries[0]), int(entries[-1])
        if first < 0 or (entries != np.arange(first, first + len(entries))).any():
            return None
        value = int(np.searchsorted(self._firsts, first, "right")) - 1
        if last >= self._firsts[value + 1]:
            return None
        return Span(value, first - self._firsts[value], len(entries))

    def span(self, entries: Entries, kind: str, name: str) -> Span:
        """The entries (n,) as an operand of the kind; cast and gathered if they must be."""
        entries = self.in_kind(entries, kind, name)
        found = self.range(entries) or self.range(self._gather(entries, kind, name))
        assert found is not None
        return found

    def _gather(self, entries: Entries, kind: str, name: str) -> Entries:
        if not self._values(entries):
            return self._tensor(self._numbers(entries), kind, name)
        filled, fill = self._filled(entries, kind, name)
        values = self._values(filled)
        spans = tuple(Span(value, 0, self.rows(value)) for value in values)
        index = self.weights.add(self._index(filled, values), f"{name}.index")
        more = {} if str(fill) == "0.0" else {"fill": fill}
        return self.emit("gather", name, spans, len(filled), kind, index=index, **more)

    def _index(self, entries: Entries, values: list[int]) -> Array:
        """Where the rows are if those of all `values` are counted through."""
        index = np.full(len(entries), -1, np.int32)
        first = 0
        for value in values:
            chosen = self._value_of(entries) == value
            index[chosen] = entries[chosen] - self._firsts[value] + first
            first += self.rows(value)
        return index

    def _filled(self, entries: Entries, kind: str, name: str) -> tuple[Entries, float]:
        """With one constant it is the fill; more of them become rows of a value."""
        numbers = np.unique(entries[entries < 0])
        if len(numbers) == 0:
            return entries, 0.0
        if len(numbers) == 1 and np.isfinite(self.number(numbers[0])):
            return entries, self.number(numbers[0])
        rows = self._tensor(self._numbers(numbers), kind, name)
        places = np.searchsorted(numbers, entries).clip(max=len(numbers) - 1)
        return np.where(entries < 0, rows[places], entries), 0.0

    def _numbers(self, entries: Entries) -> Array:
        return np.array([self.number(entry) for entry in entries])

    def _tensor(self, numbers: Array, kind: str, name: str) -> Entries:
        tensor = self.weights.add(numbers.astype(NUMPY[kind]), f"{name}.constant")
        return self.emit("constant", name, (), len(numbers), kind, tensor=tensor)
