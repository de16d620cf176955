# SPDX-License-Identifier: BSD-3-Clause
"""From a graph of torch operations to a network."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from .network import Network
from .node import Node, Result
from .operations import argument_of, converter_of, is_elementwise, takes_extents
from .tensors import Tensor, as_torch, fixed

_HANDED_ON = (torch.SymInt, torch.SymFloat, torch.SymBool, int, float, bool, type(None))
_UNKNOWN = (torch.SymInt, torch.SymFloat, torch.SymBool)
_DECLARED = "an input of role 'noise' in the card (docs/card.md)"
_KNOWN = "one that the built-in engine has (docs/network-file.md)"


class Conversion:
    """Goes through a program, node by node.

    Parameters
    ----------
    program : ExportedProgram
    network : Network
        To append to; it has the input.
    inputs : list of Tensor
        What the program's arguments are.
    """

    def __init__(self, program: ExportedProgram, network: Network, inputs: list[Tensor]) -> None:
        self.program, self.network = program, network
        self._inputs = iter(inputs)
        self._made: dict[torch.fx.Node, Any] = {}
        self._specs = {spec.arg.name: spec for spec in program.graph_signature.input_specs}

    def run(self) -> tuple[Tensor, ...]:
        """The results of the program."""
        convert: dict[str, Callable[[torch.fx.Node], Any]] = {
            "placeholder": self._argument,
            "call_function": self._call,
        }
        *nodes, output = self.program.graph.nodes
        for node in nodes:
            if node.op not in convert:
                Node(self.network, node).refuse(_KNOWN, "a branch or loop that depends on values")
            self._made[node] = convert[node.op](node)
        results: tuple[Tensor, ...] = tuple(self._looked_up(output.args[0]))
        return results

    def _argument(self, node: torch.fx.Node) -> Any:
        spec = self._specs[node.name]
        if spec.kind == InputKind.USER_INPUT:
            return next(self._inputs)
        target = str(spec.target)
        tensors = self.program.state_dict | self.program.constants
        found = tensors.get(target)  # else a generator of random numbers, which nothing takes
        return fixed(found, target) if isinstance(found, torch.Tensor) else found

    def _looked_up(self, argument: Any) -> Any:
        """Nodes are replaced by what they are."""
        return torch.fx.node.map_arg(argument, lambda node: self._made[node])

    def _call(self, fx: torch.fx.Node) -> Any:
        node = Node(self.network, fx)
        args, kwargs = self._looked_up(fx.args), self._looked_up(fx.kwargs)
        if fx.target is operator.getitem:
            return self._item(node, *args)
        if isinstance(fx.meta.get("val"), _HANDED_ON):
            return fx.meta.get("val")  # a number of samples, or an assertion about one
        if not isinstance(fx.target, torch._ops.OpOverload):
            node.refuse(_KNOWN, "a branch or loop that depends on values")
        if self._is_known(node, fx.target, args, kwargs):
            return _computed(node, fx.target, args, kwargs)
        converter = converter_of(fx.target)
        if converter is None and _draws(fx.target):
            node.refuse(_DECLARED, "random numbers of the network's own")
        if converter is None:
            node.refuse(_KNOWN, "none of that name")
        symbols = [one for one in _leaves((args, kwargs)) if isinstance(one, _UNKNOWN)]
        if symbols and not takes_extents(fx.target):
            node.refuse("numbers that are the same for any number of samples", symbols[0])
        return _checked(node, converter(node, **_named(fx.target, args, kwargs)))

    def _item(self, node: Node, values: tuple[Any, ...], place: int) -> Any:
        if place >= len(values):
            node.refuse(f"one of the first {len(values)} results", f"result {place + 1}")
        return values[place]

    def _is_known(self, node: Node, target: torch._ops.OpOverload, *arguments: Any) -> bool:
        """Whether torch can compute it at export, with one sample in place of any number."""
        leaves = _leaves(arguments)
        tensors = [one for one in leaves if isinstance(one, Tensor)]
        if not all(one.fixed for one in tensors) or any(
            isinstance(one, _UNKNOWN) for one in leaves
        ):
            return False
        if _draws(target):
            return False
        return all(one.batch is None for one in tensors) or is_elementwise(target)


def _draws(target: torch._ops.OpOverload) -> bool:
    """Whether it may draw random numbers."""
    return torch.Tag.nondeterministic_seeded in target.tags


def _leaves(arguments: Any) -> list[Any]:
    leaves: list[Any] = []
    torch.fx.node.map_aggregate(arguments, leaves.append)
    return leaves


def _computed(node: Node, target: torch._ops.OpOverload, args: Any, kwargs: Any) -> Any:
    """By torch: it does not depend on the input."""
    tensors = [one for one in _leaves((args, kwargs)) if isinstance(one, Tensor)]
    batch = node.broadcast(len(node.result.shape), *tensors)
    args, kwargs = torch.fx.node.map_aggregate(
        (args, dict(kwargs)), lambda one: as_torch(one) if isinstance(one, Tensor) else one
    )
    values = target(*args, **kwargs)
    many = isinstance(values, tuple | list)
    results = tuple(fixed(one, batch=batch) for one in (values if many else (values,)))
    return results if many else results[0]


def _named(target: torch._ops.OpOverload, args: Any, kwargs: Any) -> dict[str, Any]:
    """The arguments under the names that the converters know."""
    names = [argument.name for argument in target._schema.arguments]
    named = dict(zip(names, args, strict=False)) | kwargs
    return {argument_of(name): value for name, value in named.items()}


def _checked(node: Node, found: Any) -> Any:
    """The results, if their samples are where torch has them."""
    if isinstance(found, Tensor):
        return _checked_one(node, found, node.result)
    return tuple(_checked_one(node, *pair) for pair in zip(found, node.results, strict=False))


def _checked_one(node: Node, found: Tensor, result: Result) -> Tensor:
    axis = None if found.batch is None else found.batch.axis
    if (found.array.shape, axis) != (result.shape, result.axis):
        node.refuse(f"samples along axis {result.axis} of {result.shape}", found.array.shape)
    name = found.name if found.dtype == result.dtype else None
    return dataclasses.replace(found, dtype=result.dtype, name=name)
