# SPDX-License-Identifier: BSD-3-Clause
"""The networks of `networks` and `columns` as torch modules with seeded weights."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from .networks import CHANNELS, FLUXES, HIDDEN, LAYERS, LEVELS, WIDTH


def module(name: str) -> nn.Module:
    """One of them; the same weights every time, whatever was drawn before."""
    makers = {
        "gru": Recurrent,
        "conv": Convolutions,
        "gru-column": lambda: WithFluxes(Recurrent()),
        "conv-column": lambda: WithFluxes(Convolutions()),
        "mlp-column": lambda: dense((*LAYERS["mlp"][:-1], CHANNELS[-1] * LEVELS + FLUXES)),
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return makers[name]() if name in makers else dense(LAYERS[name])


def dense(rows: tuple[int, ...]) -> nn.Sequential:
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = []
    for before, after in pairwise(rows):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Recurrent(nn.Module):
    """A GRU over the levels in both directions, then a linear layer at each level."""

    def __init__(self) -> None:
        super().__init__()
        self.shape = (-1, CHANNELS[0], LEVELS)  # TorchScript sees no globals
        self.recurrent = nn.GRU(CHANNELS[0], HIDDEN, batch_first=True, bidirectional=True)
        self.last = nn.Linear(2 * HIDDEN, CHANNELS[-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(sample, 8 x 60) to (sample, 2 x 60), levels innermost."""
        states, _ = self.recurrent(x.reshape(self.shape).transpose(1, 2))
        y: torch.Tensor = self.last(states).transpose(1, 2).flatten(1)
        return y


class Convolutions(nn.Module):
    """1-D convolutions over the levels with ReLU between them."""

    def __init__(self) -> None:
        super().__init__()
        self.shape = (-1, CHANNELS[0], LEVELS)
        layers: list[nn.Module] = []
        for before, after in pairwise(CHANNELS):
            layers += [nn.Conv1d(before, after, WIDTH, padding=WIDTH // 2), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(sample, 8 x 60) to (sample, 2 x 60), levels innermost."""
        y: torch.Tensor = self.layers(x.reshape(self.shape)).flatten(1)
        return y


class WithFluxes(nn.Module):
    """A network of profiles whose results also make some values of the column."""

    def __init__(self, profiles: nn.Module) -> None:
        super().__init__()
        self.profiles = profiles
        self.fluxes = nn.Linear(CHANNELS[-1] * LEVELS, FLUXES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(sample, 8 x 60) to (sample, 2 x 60 + 3), levels innermost."""
        y: torch.Tensor = self.profiles(x)
        return torch.cat((y, self.fluxes(y)), 1)
