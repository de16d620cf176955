# SPDX-License-Identifier: BSD-3-Clause
"""Faults and biases that are put into emulators and call sites on purpose: they are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from networks import NETWORKS
from networks.blocks import Emulator
from runs import emulator_file
from safetensors.numpy import load_file
from torch import Tensor, nn

import pyhybrid
from pyhybrid import Card

LAND = 52  # place of the land area fraction among the inputs of the long wave
EXAMPLES = 200


def network_of(folder: Path, scheme: str) -> tuple[Emulator, Card]:
    """The network of an emulator file of radiation with its weights, and its card."""
    path = emulator_file(folder, scheme)
    with pyhybrid.Emulator(path) as emulator:
        card = emulator.card
    tensors = load_file(path)
    network = NETWORKS[scheme]()
    weights = {name: torch.from_numpy(tensors[name]) for name in network.state_dict()}
    network.load_state_dict(weights)
    return network, card


def rows_of(card: Card, name: str) -> slice:
    """The places of an output in what the network returns."""
    first = 0
    for field in card.outputs:
        size = field.levels or 1
        if field.name == name:
            return slice(first, first + size)
        first += size
    raise ValueError(f"card {card.name}: expected an output {name}, found none")


# ---- Faults


class Nonsense(nn.Module):
    """One value of the result is a thousand times what it was, over land."""

    def __init__(self, network: nn.Module, noutput: int, place: int) -> None:
        super().__init__()
        self.network = network
        factor = torch.ones(1, noutput)
        factor[0, place] = 1e3
        self.register_buffer("factor", factor, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.network(x)
        return torch.where(x[:, LAND : LAND + 1] > 0.5, y * self.factor, y)


# ---- Biases


class Scaled(nn.Module):
    """Results times factors by row, plus the surface pressure times others."""

    def __init__(self, network: nn.Module, factor: Tensor, added: Tensor, pressure: int) -> None:
        super().__init__()
        self.network = network
        self.pressure = pressure
        self.register_buffer("factor", factor.reshape(1, -1).float(), persistent=False)
        self.register_buffer("added", added.reshape(1, -1).float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x) * self.factor + x[:, self.pressure : self.pressure + 1] * self.added


# ---- Files


def write_emulator(module: nn.Module, card: Card, path: Path) -> Path:
    """Export for the built-in engine; with ranges of training the check is made within them."""
    example = np.random.default_rng(0).uniform(size=(EXAMPLES, card.nfeature))
    low, high = (_by_feature(card, key) for key in ("min", "max"))
    return pyhybrid.export(module, card, path, example=low + (high - low) * example)


def _by_feature(card: Card, key: str) -> np.ndarray:
    """A limit of training of each input value; 0 and 1 where the card says nothing."""
    other = {"min": 0.0, "max": 1.0}[key]
    return np.concatenate([
        np.broadcast_to(card.training_range.get(field.name, {}).get(key, other), field.levels or 1)
        for field in card.inputs
    ])
