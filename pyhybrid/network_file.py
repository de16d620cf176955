# SPDX-License-Identifier: BSD-3-Clause
"""The file of the built-in engine, ``docs/network-file.md``: what is in it; another card for it."""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from ._whole_file import replacing
from .card import Card
from .emulator import Emulator

_WEIGHTS = ("F32", "F64")  # the other tensors are numbers of rows
_TO_ONE = ("sum", "mean", "product", "largest", "least", "place_of_largest", "place_of_least")
_Json = dict[str, Any]


class NetworkFile:
    """The operations and weights of a file that the library has opened, and so checked.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        header = _header(path)
        self.operations: list[_Json] = json.loads(header.pop("__metadata__")["network"])[
            "operations"
        ]
        self._tensors: dict[str, _Json] = header

    @property
    def summary(self) -> str:
        """How many there are of each operation, and how many numbers they have, in a line.

        Numbers are what was learned and all constants: a file does not tell them apart.
        """
        counts = Counter(one["op"] for one in self.operations)
        told = ", ".join(f"{count} {op}" for op, count in counts.most_common()) or "no operations"
        return f"{told}; {self.parameters} weights and constants"

    @property
    def parameters(self) -> int:
        """Numbers that are weights."""
        tensors = self._tensors.values()
        return sum(math.prod(one["shape"]) for one in tensors if one["dtype"] in _WEIGHTS)

    def flops(self, nfeature: int) -> int:
        """Of the matrix products for one sample, convolutions as if padding were numbers [FLOP]."""
        rows, total = [nfeature], 0
        for operation in self.operations:
            made, flops = self._one(operation, [_rows(one, rows) for one in operation["in"]])
            rows.append(made)
            total += flops
        return total

    def _one(self, operation: _Json, operands: list[int]) -> tuple[int, int]:
        """Rows of the result, and FLOP."""
        makers = {
            "dense": self._dense,
            "convolution": self._convolution,
            "gru": self._recurrence,
            "lstm": self._recurrence,
        }
        if operation["op"] in makers:
            return makers[operation["op"]](operation, operands[0])
        return self._moved(operation, operands), 0

    def _moved(self, operation: _Json, operands: list[int]) -> int:
        """Rows of the result of an operation without products."""
        for key in ("index", "tensor"):
            if key in operation and operation["op"] != "scatter_add":
                return math.prod(self._tensors[operation[key]]["shape"])
        if operation["op"] in _TO_ONE:
            return operands[0] // int(operation["size"])
        return int(operation.get("rows", max(operands, default=0)))

    def _dense(self, operation: _Json, rows: int) -> tuple[int, int]:
        m, n = self._tensors[operation["weight"]]["shape"]
        return rows // n * m, 2 * rows * m

    def _convolution(self, operation: _Json, rows: int) -> tuple[int, int]:
        out, inner, width = self._tensors[operation["weight"]]["shape"]
        length = rows // operation["channels"] + sum(operation["padding"])
        windows = (length - operation["dilation"] * (width - 1) - 1) // operation["stride"] + 1
        return windows * out, 2 * windows * out * inner * width

    def _recurrence(self, operation: _Json, rows: int) -> tuple[int, int]:
        gates, features = self._tensors[operation["input_weight"]]["shape"]
        _, hidden = self._tensors[operation["state_weight"]]["shape"]
        length = rows // features
        return length * hidden, 2 * length * gates * (features + hidden)


def replace_card(path: Path, card: Card) -> None:
    """Gives an emulator file another card, such as one with ranges of training.

    The network stays as it is, bit for bit. The library opens the result before it takes the
    file's place.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file that `export` wrote.
    card : Card

    Raises
    ------
    CardError
        If the card does not fit the network.
    EmulatorFileError
        If the file is none.
    """
    with Emulator(path):  # which checks all that is read here
        content = path.read_bytes()
    text = dataclasses.replace(card, arguments="packed").to_json()
    content = with_metadata(content, card=text)
    with replacing(path) as partial:
        partial.write_bytes(content)
        Emulator(partial).close()


def with_metadata(content: bytes, **texts: str) -> bytes:
    """A file's content with other texts in its header, which are always in the same order.

    The library of safetensors writes them in a random one, but the same network is the same file.
    """
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header["__metadata__"] = dict(sorted((header["__metadata__"] | texts).items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # as the format wants it
    return len(text).to_bytes(8, "little") + text + content[8 + size :]


def _rows(operand: Any, rows: list[int]) -> int:
    """Of an operand; a tensor or a number stands for all."""
    if isinstance(operand, dict):
        return int(operand["rows"])
    return rows[operand] if isinstance(operand, int) else 1


def _header(path: Path) -> _Json:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header: _Json = json.loads(file.read(length))
    return header
