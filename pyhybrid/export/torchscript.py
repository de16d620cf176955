# SPDX-License-Identifier: BSD-3-Clause
"""From a module to a TorchScript file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._words import mismatch
from ..card import Card
from ..errors import ArgumentError
from .branches import require_no_branches
from .notices import torchscript_accepted
from .samples import arguments_of, random_matrix

if TYPE_CHECKING:
    import torch


def save_torchscript(module: torch.nn.Module, card: Card, path: Path, *, trace: bool) -> None:
    """Writes the file, without comparing its results with torch's.

    Raises
    ------
    ArgumentError
        If TorchScript cannot compile the module, or it branches on values.
    """
    import torch

    with torchscript_accepted():
        compiled = _compiled(module, card, trace)
        if hasattr(compiled, "forward"):
            require_no_branches(compiled.inlined_graph)
        torch.jit.save(compiled, path, _extra_files={"card.json": card.to_json()})


def _compiled(module: torch.nn.Module, card: Card, trace: bool) -> Any:
    """Not frozen: that is done when it is loaded, on the device where it will run."""
    import torch

    jit: Any = torch.jit  # partly without types
    try:
        with torch.no_grad():
            if not trace or isinstance(module, jit.ScriptModule):
                return jit.script(module)
            return jit.trace(module, arguments_of(card, random_matrix(card)))
    except (RuntimeError, TypeError, OSError, jit.frontend.FrontendError) as error:
        wanted = "a module that TorchScript can compile; method 'trace' records one run instead"
        told = str(error).strip() or type(error).__name__  # the lines below the first say where
        raise ArgumentError(mismatch("export", wanted, told)) from error
