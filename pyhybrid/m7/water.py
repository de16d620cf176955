# SPDX-License-Identifier: BSD-3-Clause
"""Water of the soluble modes by kappa-Koehler theory.

Petters and Kreidenweis 2007, eq. 6, https://doi.org/10.5194/acp-7-1961-2007.
"""

from typing import Final

import torch
from torch import Tensor, nn

from .constants import (
    GAS_CONSTANT,
    MOLAR_MASS_WATER,
    SMALLEST_NUMBER,
    SMALLEST_VOLUME,
    median_radius,
)
from .layout import MODES, NSOLUBLE


class Water(nn.Module):
    """Water from volumes, numbers, hygroscopicity and humidity.

    Parameters
    ----------
    turns : int
        Of the fixed point g^3 = 1 + kappa a / (1 - a) with a = RH exp(-A / (r g)), from the
        eighth root of what g^3 is without the surface tension; at least 2. The last one is
        corrected by Newton's method for ln g, linearised: after two turns g^3 is within 0.5 %.
    """

    # A = 2 sigma M / (R T rho) [um] with sigma = 76.1e-3 - 0.155e-3 (T - 273) N m-1
    PER_KELVIN: Final[float] = 2 * MOLAR_MASS_WATER / GAS_CONSTANT
    FEWEST: Final[float] = SMALLEST_NUMBER
    SMALLEST: Final[float] = SMALLEST_VOLUME
    turns: Final[int]

    def __init__(self, turns: int = 2) -> None:
        super().__init__()
        self.turns = turns
        self.register_buffer(
            "median", torch.tensor([median_radius(mode) for mode in MODES[:NSOLUBLE]])
        )

    def forward(
        self,
        temperature: Tensor,
        activity: Tensor,
        water_ratio: Tensor,
        volume: Tensor,
        kappa_volume: Tensor,
        number: Tensor,
    ) -> Tensor:
        """Volume of water [um3 cm-3] (box, 4).

        Parameters
        ----------
        temperature, activity, water_ratio : tensor (box, 1)
            [K], RH up to its limit [1], activity / (1 - activity)
        volume, kappa_volume : tensor (box, 4)
            Of the dry particles, and the same times their hygroscopicity [um3 cm-3].
        number : tensor (box, 4)
            [cm-3]
        """
        there = (number > self.FEWEST) & (volume > self.SMALLEST * number)
        kappa = kappa_volume / volume.clamp(min=1e-18)
        mean = (volume / number.clamp(min=self.FEWEST)).clamp(min=self.SMALLEST)
        radius = torch.exp(torch.log(mean) / 3) * self.median
        tension = (self.PER_KELVIN * (76.1 + 0.155 * 273.0)) / temperature
        length = (tension - self.PER_KELVIN * 0.155) / radius
        growth = torch.sqrt(torch.sqrt(torch.sqrt(1 + kappa * water_ratio)))
        before = after = torch.zeros_like(volume)
        slope = rest = after
        for turn in range(self.turns):
            if turn > 0:
                growth = torch.exp(torch.log(1 + after) / 3)
            a = activity * torch.exp(-length / growth)
            before, after = after, kappa * a / (1 - a)
            slope, rest = after * length, 3 * growth * (1 - a)
        slope = slope / (rest + rest * after - slope)  # of the fixed point in ln g: d / (1 - d)
        swollen = after + (after - before) * slope * ((1 + after) / (1 + before))
        return volume * swollen * there.to(volume.dtype)
