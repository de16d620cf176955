# SPDX-License-Identifier: BSD-3-Clause
"""A network as the board uses it: exported, and run by the library."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...emulator import Emulator
from ...export import export
from ...m7.layout import m7_card
from ...m7.samples import Array

if TYPE_CHECKING:
    from torch import nn

    from ..task import Task

_COLUMNS = 512  # of a batch
_EXAMPLES = 1000  # at which the file is compared with torch


class Exported:
    """A network (box, 32) to (box, 30) behind the built-in engine.

    Attributes
    ----------
    parameters : int
        That were learned.
    """

    def __init__(self, network: nn.Module, task: Task) -> None:
        self.parameters = sum(one.numel() for one in network.parameters())
        with tempfile.TemporaryDirectory(prefix="pyhybrid-board-") as folder:
            path = Path(folder) / "emulator.safetensors"
            example = task.training.some(_EXAMPLES, 0).x  # of all levels
            export(network.eval(), m7_card("m7", 1), path, example=example)
            self._emulator = Emulator(path, batch={"columns": _COLUMNS})

    def __call__(self, x: Array) -> Array:
        """Tracers and water after the step."""
        return self._emulator.run(np.asfortranarray(x))
