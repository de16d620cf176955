# SPDX-License-Identifier: BSD-3-Clause
"""From a module to the file of the built-in engine, ``docs/network-file.md``.

`exporting` gets torch's operations, `conversion` goes through them with the converters of
`operations`, which append to a `network`; `writer` writes the file. A tensor of torch is an array
of entries, each a row of a value: what only moves numbers is arithmetic with entries, at export.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..._words import mismatch
from ...card import Card
from ...errors import ArgumentError
from ..samples import arguments_of, random_matrix
from .conversion import Conversion
from .exporting import exported
from .network import Network, Span
from .tensors import KINDS, Batch, Entries, Tensor
from .writer import write


def save_builtin(module: torch.nn.Module, card: Card, path: Path) -> None:
    """Writes the file, without comparing its results with torch's.

    Parameters
    ----------
    module : torch.nn.Module
        On the CPU, in evaluation mode; it takes and returns what the card says.
    card : Card
    path : Path

    Raises
    ------
    ArgumentError
        If torch cannot export the module, or an operation cannot be converted: which, and where.
    """
    write(*converted(module, card), card, path)


def converted(module: torch.nn.Module, card: Card) -> tuple[Network, Span]:
    """The network of a module, and its output."""
    arguments = arguments_of(card, random_matrix(card))
    network = Network(card.nfeature, card.kind)
    conversion = Conversion(exported(module, arguments), network, _inputs(card, network))
    output = np.concatenate([_packed(network, one) for one in conversion.run()])
    return network, network.span(output, card.kind, "output")


def _inputs(card: Card, network: Network) -> list[Tensor]:
    """The arguments of the module: rows of the input."""
    rows = torch.from_numpy(network.entries_of(0)[None])
    dtype = {kind: dtype for dtype, kind in KINDS.items()}[card.kind]
    return [Tensor(one.numpy(), dtype, Batch(0), False) for one in arguments_of(card, rows)]


def _packed(network: Network, result: Tensor) -> Entries:
    """(1, level, species) to rows, levels innermost.

    Raises
    ------
    ArgumentError
        If the first axis is not that of the samples.
    """
    if result.batch != Batch(0) or len(result.array) != 1:
        raise ArgumentError(mismatch("export: result", "samples along axis 0", result.batch))
    array = network.constants(result.array) if result.fixed else result.array
    return (np.swapaxes(array, 1, 2) if array.ndim == 3 else array).reshape(-1)
