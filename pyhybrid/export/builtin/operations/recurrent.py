# SPDX-License-Identifier: BSD-3-Clause
"""GRU and LSTM: layers, directions and their states."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..node import Node
from ..tensors import NUMPY, Entries, Tensor

_WORDS = ("input_weight", "state_weight", "input_bias", "state_bias")


@dataclass(frozen=True)
class _Stack:
    """What is the same for all signals.

    Attributes
    ----------
    op : {"gru", "lstm"}
    kind : str
    cells : list of list of Tensor
        Weights, and biases if there are, for each layer and direction.
    directions : int
    """

    op: str
    kind: str
    cells: list[list[Tensor]]
    directions: int


def _recurrent(
    op: str,
    node: Node,
    x: Tensor,
    hx: Tensor | Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Tensor, ...]:
    """All layers, for each of the signals that are merged with a sample."""
    node.keep_apart(x, 1 if batch_first else 0, 2)
    each = 4 if has_biases else 2
    directions = 1 + bidirectional
    _require(node, params, each * num_layers * directions)
    cells = [list(params[first : first + each]) for first in range(0, len(params), each)]
    stack = _Stack(op, node.kind(x.dtype, x), cells, directions)
    signals = node.entries(x) if batch_first else np.swapaxes(node.entries(x), 0, 1)
    states = np.stack([node.entries(one) for one in ([hx] if isinstance(hx, Tensor) else hx)])
    pairs = zip(signals, np.moveaxis(states, 2, 0), strict=True)
    results = [_layers(node, stack, *pair) for pair in pairs]
    output = np.stack([one for one, _ in results], 0 if batch_first else 1)
    last = np.stack([one for _, one in results], 2)
    return node.made(output, x), *(node.made(one, x, 1 + i) for i, one in enumerate(last))


def _require(node: Node, params: Sequence[Tensor], count: int) -> None:
    if not all(one.fixed for one in params):
        node.refuse("weights that do not depend on the input", "some that do")
    if len(params) != count:
        node.refuse("a state that is not projected", f"{len(params)} weights in place of {count}")


def _layers(node: Node, stack: _Stack, signal: Entries, states: Entries) -> tuple[Entries, Entries]:
    """The output (length, features) of one signal, and its final states.

    Parameters
    ----------
    node : Node
    stack : _Stack
    signal : ndarray, shape (length, features)
    states : ndarray, shape (state, cell, hidden)
        Initial ones: of a GRU one, of an LSTM h and c.
    """
    last = []
    for first in range(0, len(stack.cells), stack.directions):
        outputs = []
        for way in range(stack.directions):
            initial = states[:, first + way]
            outputs.append(_cell(node, stack, first + way, signal, initial))
            last.append(outputs[-1][0 if way else -1])
        signal = np.concatenate(outputs, axis=1)
    return signal, np.stack(last)[None]


def _cell(node: Node, stack: _Stack, place: int, signal: Entries, states: Entries) -> Entries:
    """One layer in one direction: (length, hidden)."""
    tensors = {
        word: node.weight(one.array.astype(NUMPY[stack.kind]), one, word)
        for word, one in zip(_WORDS, stack.cells[place], strict=False)
    }
    length, hidden = len(signal), states.shape[-1]
    zero = (states == node.network.constants(np.zeros(()))).all()
    operands = [signal] if zero else [signal, *states]
    spans = tuple(node.span(one, stack.kind) for one in operands)
    reverse = bool(place % stack.directions)
    rows = node.emit(stack.op, spans, length * hidden, stack.kind, reverse=reverse, **tensors)
    return rows.reshape(length, hidden)


OPERATIONS: dict[str, Any] = {
    "gru.input": functools.partial(_recurrent, "gru"),
    "lstm.input": functools.partial(_recurrent, "lstm"),
}
