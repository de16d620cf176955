# SPDX-License-Identifier: BSD-3-Clause
"""Branches and loops of a TorchScript graph that depend on numbers of the input.

A batch takes one way through them, so a sample's result would depend on the others in its batch.
Those that depend on shapes or constants are the same for all batches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .._words import mismatch
from ..errors import ArgumentError

# What makes a number or a truth value of a tensor's; all else that makes one reads its shape.
_READERS = frozenset(
    f"aten::{name}"
    for name in (
        "Bool", "Int", "Float", "Complex", "BoolImplicit", "IntImplicit", "FloatImplicit",
        "ScalarImplicit", "item", "is_nonzero", "equal", "allclose", "_local_scalar_dense",
    )
) | {"prim::tolist"}  # fmt: skip


def require_no_branches(graph: Any) -> None:
    """Refuses them.

    Parameters
    ----------
    graph : torch.Graph
        Inlined.

    Raises
    ------
    ArgumentError
        With the line of the first one.
    """
    dependent = _Dependent(graph)
    for node in _nodes(graph):
        if any(map(dependent.has, _conditions(node))):
            wanted = "operations that are the same for all values of the input (torch.where?)"
            found = "a branch or loop that depends on them"
            raise ArgumentError(mismatch(f"export: {_line(node)}", wanted, found))


class _Dependent:
    """The values of a graph that depend on numbers of its input, not on shapes alone."""

    def __init__(self, graph: Any) -> None:
        self._names = {one.debugName() for one in graph.inputs() if _of_tensors(one)}
        before = -1
        while len(self._names) > before:  # loops and lists carry them back
            before = len(self._names)
            for node in _nodes(graph):
                self._names.update(one.debugName() for one in self._made(node))

    def has(self, value: Any) -> bool:
        """Whether it is one of them."""
        return value.debugName() in self._names

    def _made(self, node: Any) -> Iterator[Any]:
        """By a node."""
        for made, sources in _carried(node):
            if any(map(self.has, sources)):
                yield made
        if any(True for _ in node.blocks()):
            return
        given = [one for one in node.inputs() if self.has(one)]
        reads = any(not _of_tensors(one) for one in given) or node.kind() in _READERS
        for made in node.outputs():
            if given and (_of_tensors(made) or reads):
                yield made
        if given and node.kind() in ("aten::append", "aten::insert", "aten::_set_item"):
            yield next(node.inputs())


def _carried(node: Any) -> Iterator[tuple[Any, list[Any]]]:
    """What a branch or loop hands on, and from where."""
    blocks, outputs = list(node.blocks()), list(node.outputs())
    if node.kind() == "prim::If":
        for place, made in enumerate(outputs):
            yield made, [*node.inputs(), *(list(one.outputs())[place] for one in blocks)]
    if node.kind() == "prim::Loop":
        (body,) = blocks
        starts, (_, *inner), (_, *ends) = list(node.inputs())[2:], body.inputs(), body.outputs()
        for made, start, held, end in zip(outputs, starts, inner, ends, strict=True):
            yield held, [start, end]
            yield made, [start, end]


def _conditions(node: Any) -> list[Any]:
    """What decides whether and how often its blocks are run."""
    if node.kind() == "prim::If":
        return list(node.inputs())
    if node.kind() == "prim::Loop":
        (body,) = node.blocks()
        return [*list(node.inputs())[:2], next(body.outputs())]
    return []


def _of_tensors(value: Any) -> bool:
    return "Tensor" in str(value.type())


def _nodes(block: Any) -> Iterator[Any]:
    """All of them, those of inner blocks too."""
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)


def _line(node: Any) -> str:
    """Where it comes from: "`if x.sum() > 0:` (model.py, line 6)"."""
    told = node.sourceRange()
    place = re.search(r'File "(.+)", line (\d+)', told)
    marked = re.search(r"^(.*)\n\s*~+", told, re.MULTILINE)
    text = f"`{marked[1].strip()}`" if marked else node.kind()
    return f"{text} ({place[1]}, line {place[2]})" if place else text
