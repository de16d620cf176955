# SPDX-License-Identifier: BSD-3-Clause
"""Emulators as the board uses them: files, run by the library."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..._words import mismatch
from ...card import Card
from ...emulator import Emulator
from ...errors import ArgumentError, BackendError
from ...export import export
from ...m7.layout import m7_card
from ...m7.samples import Array

if TYPE_CHECKING:
    from torch import nn

    from ..task import Lessons

_COLUMNS = 512  # of a batch
_EXAMPLES = 200  # at which the file is compared with torch


class EmulatorFile:
    """An emulator of M7 in a file, run by the library.

    Attributes
    ----------
    file : Path

    Raises
    ------
    HybridError
        If the library refuses it, or it is one of something else.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._emulator = Emulator(file, batch={"columns": _COLUMNS})
        found, wanted = (_fields(card) for card in (self._emulator.card, m7_card("m7")))
        if found != wanted:
            raise ArgumentError(mismatch(f"emulator {file}: fields", wanted, found))

    def __call__(self, x: Array) -> Array:
        """Tracers and water after the step."""
        return self._emulator.run(np.asfortranarray(x))


class Exported(EmulatorFile):
    """A network (box, 32) to (box, 30) behind the built-in engine.

    Attributes
    ----------
    parameters : int
        That were learned.
    file : Path
        There as long as this is.
    """

    def __init__(self, network: nn.Module, task: Lessons) -> None:
        self.parameters = sum(one.numel() for one in network.parameters())
        folder = tempfile.mkdtemp(prefix="pyhybrid-board-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder) / "emulator.safetensors"
        export(network.eval(), m7_card("m7"), file, example=task.training.some(_EXAMPLES, 0).x)
        super().__init__(file)


class InTorch:
    """A network that cannot be exported, run by torch.

    Attributes
    ----------
    parameters : int
    not_exported : str
        Why.
    """

    def __init__(self, network: nn.Module, why: str) -> None:
        self.parameters = sum(one.numel() for one in network.parameters())
        self.not_exported = why
        self._network = network.eval()

    def __call__(self, x: Array) -> Array:
        """Tracers and water after the step."""
        import torch

        with torch.no_grad():
            return self._network(torch.from_numpy(x)).numpy()


def exported(network: nn.Module, task: Lessons) -> Exported | InTorch:
    """The network behind the engine; or in torch, where it is so steep that `export` refuses it."""
    try:
        return Exported(network, task)
    except BackendError as error:
        return InTorch(network, str(error))


def _fields(card: Card) -> str:
    """In words."""
    inputs, outputs = (", ".join(one.name for one in part) for part in (card.inputs, card.outputs))
    return f"of {card.kind}, {inputs} to {outputs}"
