# SPDX-License-Identifier: BSD-3-Clause
"""From a module to a graph of torch operations."""

from __future__ import annotations

import functools
from typing import Any, cast

import torch
from torch.export import Dim, ExportedProgram

from ...errors import ArgumentError
from ..notices import graph_withheld, notices_accepted
from ..user_source import refusal
from .operations import converter_of


def exported(module: torch.nn.Module, arguments: tuple[torch.Tensor, ...]) -> ExportedProgram:
    """The program of a module for any number of samples, without operations that are not needed.

    Operations that are converted stay as they are; torch takes the others to pieces.

    Raises
    ------
    ArgumentError
        If torch cannot export the module: a branch that depends on values, a number of samples
        that is fixed.
    """
    samples = {0: Dim("samples")}
    with notices_accepted(), torch.no_grad():
        try:
            with graph_withheld():
                program: Any = torch.export.export(
                    module, arguments, dynamic_shapes=(samples,) * len(arguments)
                )
        except Exception as error:  # of any kind: it runs the module's code
            wanted = "a module that torch.export takes, for any number of samples"
            raise ArgumentError(refusal(error, wanted)) from error
        program = program.run_decompositions(dict(_decompositions()))
    program.graph.eliminate_dead_code()
    return cast(ExportedProgram, program)


@functools.cache
def _decompositions() -> dict[torch._ops.OperatorBase, object]:
    table: Any = torch.export.default_decompositions()
    return {op: how for op, how in table.items() if not _is_converted(op)}


def _is_converted(op: torch._ops.OperatorBase) -> bool:
    return isinstance(op, torch._ops.OpOverload) and converter_of(op) is not None
