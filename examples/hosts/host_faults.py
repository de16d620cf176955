# SPDX-License-Identifier: BSD-3-Clause
"""Faults that are put into emulators on purpose."""

from __future__ import annotations

import dataclasses
from math import log
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn

from pyhybrid import Card, Field

DRIFT = 1.01  # a day
DAYS = Field("days_of_run", "day", "state", "real", ())


def with_nan(source: Path, target: Path, weights: str) -> Path:
    """Copy an emulator file; the first of these weights is not a number in the copy."""
    tensors = load_file(source)
    with safe_open(source, "np") as file:
        metadata = file.metadata()
    spoiled = tensors[weights].copy()
    spoiled[0, 0] = np.nan
    save_file({**tensors, weights: spoiled}, target, metadata)
    return target


class Drifting(nn.Module):
    """The result grows by one part in a hundred each day; the days are the last input."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.rate = log(DRIFT)

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x[:, :-1]) * torch.exp(x[:, -1:] * self.rate)


def with_days(card: Card) -> Card:
    """The card of an emulator that is told how long the run has been going on."""
    return dataclasses.replace(card, inputs=(*card.inputs, DAYS))
