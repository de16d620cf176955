# SPDX-License-Identifier: BSD-3-Clause
"""How many arrays a module takes, where that is not what its card says."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..card import Card

if TYPE_CHECKING:
    import torch


def other_arguments(module: torch.nn.Module, card: Card) -> list[str]:
    """What to do where the module takes one array and the card gives several, or the other way."""
    taken = _taken(module)
    if card.arguments == "packed" and taken > 1:
        return [f"it takes {taken} arrays: arguments='fields' in the card gives one of each field"]
    if card.arguments == "fields" and taken == 1 < len(card.inputs):
        return ["it takes 1 array: arguments='packed' in the card gives one matrix of all fields"]
    return []


def _taken(module: torch.nn.Module) -> int:
    """Arguments of its `forward` that have to be given by position; 0 where that is not known."""
    forward: Any = module.forward
    schema = getattr(forward, "schema", None)  # of TorchScript
    if schema is not None:
        return sum(not one.has_default_value() for one in schema.arguments) - 1  # not self
    try:
        parameters = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):
        return 0
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.kind in by_position and one.default is one.empty for one in parameters)
