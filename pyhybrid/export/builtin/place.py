# SPDX-License-Identifier: BSD-3-Clause
"""Where an operation comes from, for messages and for the file."""

from __future__ import annotations

import re
from pathlib import Path

import torch

_TORCH = str(Path(torch.__file__).parent)


def place_of(node: torch.fx.Node) -> str:
    """``"core.layers.2 (model.py:12)"``: the module and the line of the user's code."""
    module = _module(node)[0] or "the module itself"
    return f"{module} ({_line(node)})" if _line(node) else module


def name_of(node: torch.fx.Node) -> str:
    """A module of torch stands for its operation: ``"core.layers.2"``; else ``"core.add"``."""
    path, kind = _module(node)
    if path and kind.startswith("torch.nn.modules"):
        return path
    return f"{path}.{word_of(node)}" if path else word_of(node)


def word_of(node: torch.fx.Node) -> str:
    """The operation in a word."""
    packet = getattr(node.target, "overloadpacket", node.target)
    return str(getattr(packet, "__name__", packet))


def _module(node: torch.fx.Node) -> tuple[str, str]:
    """Path and class of the innermost module."""
    stack = node.meta.get("nn_module_stack") or {"": ("", "")}
    path, kind = list(stack.values())[-1]
    return re.sub(r"^L\['self'\]\.?", "", path), str(kind)


def _line(node: torch.fx.Node) -> str:
    """Of the innermost file that is not torch's."""
    lines = re.findall(r'File "([^"]+)", line (\d+)', node.meta.get("stack_trace") or "")
    own = [f"{Path(file).name}:{line}" for file, line in lines if not file.startswith(_TORCH)]
    return own[-1] if own else ""
