# SPDX-License-Identifier: BSD-3-Clause
"""From a network to a file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from safetensors.numpy import save

from ...card import Card
from ...network_file import with_metadata
from .network import Network, Operation, Span

_FORMAT = {"format": "pyhybrid network", "version": 1}
_TENSORS = frozenset(
    ("weight", "bias", "input_weight", "state_weight", "input_bias", "state_bias")
    + ("index", "tensor")
)
"""The attributes that name tensors."""


def write(network: Network, output: Span, card: Card, path: Path) -> None:
    """Writes what the output needs of the network, and its card."""
    operations = _needed(network, output)
    numbers = {0: 0} | {value: place + 1 for place, value in enumerate(operations)}
    listed = [_as_table(network, network.operations[value - 1], numbers) for value in operations]
    result = _as_operand(network, output, numbers)
    text = json.dumps(_FORMAT | {"operations": listed, "output": result}, allow_nan=False)
    packed = dataclasses.replace(card, arguments="packed").to_json()
    names = {name for table in listed for name in _texts(table)}
    tensors = {name: array for name, array in network.weights.tensors.items() if name in names}
    content = save(tensors, metadata={"card": packed, "network": text})
    path.write_bytes(with_metadata(content))


def _needed(network: Network, output: Span) -> list[int]:
    """The values that the output is made of, without the input, in order."""
    needed, found = set[int](), {output.value}
    while found:
        needed |= found
        operands = (
            one for value in found if value for one in network.operations[value - 1].operands
        )
        found = {one.value for one in operands if isinstance(one, Span)} - needed
    return sorted(needed - {0})


def _as_table(network: Network, operation: Operation, numbers: dict[int, int]) -> dict[str, Any]:
    operands = [_as_operand(network, one, numbers) for one in operation.operands]
    return {"op": operation.op, "name": operation.name, "in": operands, **operation.attributes}


def _as_operand(network: Network, operand: Span | float | str, numbers: dict[int, int]) -> Any:
    """A value, rows of it, a number or the name of a tensor."""
    if not isinstance(operand, Span):
        return operand
    value = numbers[operand.value]
    if operand.rows == network.rows(operand.value):
        return value
    return {"value": value, "first": operand.first, "rows": operand.rows}


def _texts(table: dict[str, Any]) -> Iterable[str]:
    """The names of all tensors that an operation has."""
    named = [value for key, value in table.items() if key in _TENSORS]
    return (one for one in [*named, *table["in"]] if isinstance(one, str))
