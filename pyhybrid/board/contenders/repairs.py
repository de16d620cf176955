# SPDX-License-Identifier: BSD-3-Clause
"""What makes a trained network conserve mass, or have no negative values; never both."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...m7.layout import FIRST_TRACER, NTRACER, PRODUCTION, SPECIES, TIME_STEP, TRACERS

#: What completion takes from the others of its species: sulfate, carbon and salt of CS, dust of AS.
_COMPLETED = {"SO4": "SO4_CS", "BC": "BC_CS", "OC": "OC_CS", "SS": "SS_CS", "DU": "DU_AS"}


def members() -> Tensor:
    """1 for the masses of a species (species, tracer), real64."""
    out = torch.zeros(len(SPECIES), NTRACER, dtype=torch.float64)
    for row, part in enumerate(SPECIES.values()):
        out[row, part] = 1.0
    return out


class Completion(nn.Module):
    """One mass of each species is what the others leave: no mass is lost, some is negative."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        rest = [TRACERS.index(_COMPLETED[species]) for species in SPECIES]
        back = torch.zeros(NTRACER, len(rest), dtype=torch.float64)
        back[rest, range(len(rest))] = 1.0
        self.register_buffer("members", members())
        self.register_buffer("back", back)

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step."""
        y = self.network(x)
        produced = x[:, PRODUCTION : PRODUCTION + 1] * x[:, TIME_STEP : TIME_STEP + 1]
        missing = nn.functional.linear(x[:, FIRST_TRACER:] - y[:, :NTRACER], self.members)
        missing = torch.cat([missing[:, :1] + produced, missing[:, 1:]], 1)
        completed = y[:, :NTRACER] + nn.functional.linear(missing, self.back)
        return torch.cat([completed, y[:, NTRACER:]], 1)


class Correction(nn.Module):
    """What is negative becomes 0: nothing is negative, and mass is made of nothing."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step."""
        return self.network(x).clamp(min=0.0)
