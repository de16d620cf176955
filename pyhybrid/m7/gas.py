# SPDX-License-Identifier: BSD-3-Clause
"""Where the H2SO4 of a box goes in a time step, in real32.

Production and condensation are solved exactly (Stier et al. 2005, section 2.3.2,
https://doi.org/10.5194/acp-5-1125-2005), nucleation takes from what remains.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .constants import MOLECULES
from .nucleation import Nucleation
from .particles import Boxes

_LARGEST_FIRST = ("CS", "AS", "KS", "NS", "CI", "AI", "KI")  # who takes the gas in a cloud


def relaxation(x: Tensor) -> tuple[Tensor, Tensor]:
    """exp(-x) and its mean over 0...x, x not negative."""
    x = x.clamp(min=1e-6)
    return torch.exp(-x.clamp(max=80.0)), -torch.expm1(-x) / x


class Gas(NamedTuple):
    """All [molecules cm-3] but `formed` [cm-3]; real32.

    Attributes
    ----------
    pool : tensor (box, 1)
        The gas and what is produced.
    taken : tensor (box, 7)
        By each mode: condensed and, for mode NS, nucleated.
    formed : tensor (box, 1)
        Particles.
    """

    pool: Tensor
    taken: Tensor
    formed: Tensor


class GasBudget(nn.Module):
    """From the rates of condensation to what each mode takes."""

    molecules: float

    def __init__(self) -> None:
        super().__init__()
        from .layout import MODES

        self.molecules = MOLECULES
        self.nucleation = Nucleation()
        order = [len(MODES) - 1 - _LARGEST_FIRST.index(mode) for mode in MODES]
        self.register_buffer("rank", torch.tensor([[2.0**one for one in order]]))
        self.register_buffer("next_rank", torch.tensor([2.0 ** (one + 1) for one in order]))

    def forward(self, boxes: Boxes, sinks: Tensor, sink: Tensor) -> Gas:
        """What becomes of the gas.

        Parameters
        ----------
        boxes : Boxes
        sinks : tensor (box, 7)
            What each mode takes up in the time step, relative to the gas [1].
        sink : tensor (box, 1)
            Their sum.
        """
        given = boxes.environment
        concentration = boxes.air * self.molecules
        before, dt = boxes.tracers[:, :1] * concentration, given.time_step
        produced = given.production * dt * concentration
        pool = before + produced
        left, mean = relaxation(sink)
        remains = torch.minimum(before * left + produced * mean, pool)
        cloud = given.cloud
        clear = 1 - cloud
        condensed = sinks * ((pool - remains) * clear / sink.clamp(min=1e-6))
        # The largest mode that there is: ranks are powers of 2.
        largest = nn.functional.linear(boxes.there, self.rank) < self.next_rank
        condensed = condensed + boxes.there * largest.to(cloud.dtype) * (cloud * pool)
        rate, molecules = self.nucleation(given.temperature, given.humidity, remains)
        nucleated = torch.minimum(rate * molecules * dt / (1 + sink), remains) * clear
        taken = torch.cat([condensed[:, :1] + nucleated, condensed[:, 1:]], 1)
        return Gas(pool, taken, nucleated / molecules)
