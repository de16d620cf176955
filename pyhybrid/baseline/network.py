# SPDX-License-Identifier: BSD-3-Clause
"""The network: a straight line from all inputs to all outputs, and residual blocks beside it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ..card import Card
from .scaling import Scaling


class Block(nn.Module):
    """Adds to what it is given (sample, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Of the same shape."""
        return x + self.outer(nn.functional.silu(self.inner(x)))


class Network(nn.Module):
    """From (sample, feature) to (sample, output), both as the card normalises them.

    Parameters
    ----------
    scaling : Scaling
    width, layers : int
    """

    def __init__(self, scaling: Scaling, width: int, layers: int) -> None:
        super().__init__()
        read = np.flatnonzero(scaling.inputs.varies)
        noutput = len(scaling.spread)
        self.first = nn.Linear(len(read), width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(layers))
        self.last = nn.Linear(width, noutput)
        self.straight = nn.Linear(len(read), noutput, bias=False)
        nn.init.zeros_(self.straight.weight)
        self.updates = bool((scaling.before >= 0).any())
        self._tables(scaling, read)

    def _tables(self, scaling: Scaling, read: np.ndarray) -> None:
        """Flags are not normalised by a card, so they are here; 0 and 1 for others."""
        rows = scaling.inputs
        offset = (rows.mean - scaling.input_offset) / scaling.input_scale
        factor = scaling.input_scale / np.where(rows.varies, rows.deviation, 1.0)
        updated = scaling.before >= 0
        self.scales_inputs = bool(np.any(offset[read] != 0) or np.any(factor[read] != 1))
        self.scales_outputs = bool(np.any(scaling.factor != 1) or np.any(scaling.shift != 0))
        for name, values in (
            ("read", read), ("offset", offset[read]), ("stretch", factor[read]),
            ("factor", scaling.factor), ("shift", scaling.shift),
            ("before", np.maximum(scaling.before, 0)), ("updated", updated.astype(np.float64)),
        ):  # fmt: skip
            kind = torch.float32 if values.dtype == np.float64 else torch.int64
            self.register_buffer(name, torch.tensor(values, dtype=kind))

    def forward(self, x: Tensor) -> Tensor:
        """What the card promises."""
        found = self.learned(x)
        if self.scales_outputs:
            found = found * self.factor + self.shift
        if self.updates:
            found = found + x[:, self.before] * self.updated
        return found

    def learned(self, x: Tensor) -> Tensor:
        """What `targets` are of (sample, output)."""
        x = x[:, self.read]
        if self.scales_inputs:
            x = (x - self.offset) * self.stretch
        h = nn.functional.silu(self.first(x))
        for block in self.blocks:
            h = block(h)
        return self.last(h) + self.straight(x)


def network_of(scaling: Scaling, card: Card, width: int, layers: int, seed: int) -> nn.Module:
    """With weights by the seed, in the card's kind."""
    torch.manual_seed(seed)
    network = Network(scaling, width, layers)
    return network.double() if card.kind == "real64" else network
