# SPDX-License-Identifier: BSD-3-Clause
"""Faults that are put into the emulator of M7 and into the call site on purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

import pyhybrid
from pyhybrid import Card
from pyhybrid.m7.layout import NMASS, NTRACER, PRESSURE
from pyhybrid.m7.network import M7Network
from pyhybrid.m7.samples import random_boxes

SPOILED_PRESSURE = 50000.0  # Pa
SCALED_COLUMNS = 7  # one in so many

# Each seventh column of the grid has ten times its temperature.
SCALED = {
    "host_aerosol.f90": {
        "this%put(air_temperature, t(:nc, :, jb),": (
            "this%put(air_temperature, scaled(t(:nc, :, jb), block_start(jb)),"
        ),
        "  elemental real(dp) function areas(column)\n": (
            "  pure function scaled(field, first) result(values)\n"
            "    real(dp), intent(in) :: field(:, :)\n"
            "    integer, intent(in) :: first\n"
            "    real(dp) :: values(size(field, 1), size(field, 2))\n"
            "    integer :: i\n"
            "    values = field\n"
            "    do i = 1, size(field, 1)\n"
            f"      if (mod(first_column + first + i - 2, {SCALED_COLUMNS}) == 0) &\n"
            "        values(i, :) = 10*values(i, :)\n"
            "    end do\n"
            "  end function scaled\n\n"
            "  elemental real(dp) function areas(column)\n"
        ),
    }
}
# The call site counts the days for an emulator that depends on them.
COUNTING = {
    "host_aerosol.f90": {
        "  type(hybrid_call), allocatable :: calls(:)\n": (
            "  type(hybrid_call), allocatable :: calls(:)\n  real(dp), save :: days = 0\n"
        ),
        "    call atmosphere%step(step, date, dt, stat=stat, errmsg=errmsg)\n": (
            "    call atmosphere%step(step, date, dt, stat=stat, errmsg=errmsg)\n"
            "    days = days + dt/86400\n"
        ),
        "      if (stat == 0) call this%run(stat=stat, errmsg=errmsg)\n": (
            '      if (stat == 0) call this%put("days_of_run", days, stat=stat, errmsg=errmsg)\n'
            "      if (stat == 0) call this%run(stat=stat, errmsg=errmsg)\n"
        ),
    }
}


def network_of(path: Path) -> tuple[M7Network, Card]:
    """The network of an emulator file with its weights, and its card."""
    with pyhybrid.Emulator(path) as emulator:
        card = emulator.card
    tensors = load_file(path)
    network = M7Network(width=len(tensors["hidden.0.bias"]))
    # What is not learned is made with the network; the file has not all of it under its name.
    learned = {name for name, _ in network.named_parameters()} | {"mean", "scale"}
    kept = {name: torch.from_numpy(tensors[name]) for name in learned}
    network.load_state_dict(kept, strict=False)
    return network, card


class Nonsense(nn.Module):
    """Numbers at one pressure are a thousand times as large as any can be."""

    def __init__(self, network: nn.Module, noutput: int) -> None:
        super().__init__()
        self.network = network
        added = torch.zeros(1, noutput, dtype=torch.float64)
        added[0, NMASS:NTRACER] = 1e15
        self.register_buffer("added", added, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.network(x)
        distance = torch.abs(x[:, PRESSURE : PRESSURE + 1] - SPOILED_PRESSURE)
        return torch.where(distance < 1000.0, y + self.added, y)


def write_emulator(module: nn.Module, card: Card, path: Path) -> Path:
    """Export for the built-in engine; checked with random boxes, days being 0.

    They are few: among many there is one at a threshold, where rounding decides.
    """
    x = random_boxes(100, 1).x
    days = np.zeros((len(x), card.nfeature - x.shape[1]))
    return pyhybrid.export(module, card, path, example=np.concatenate([x, days], 1))
