# SPDX-License-Identifier: BSD-3-Clause
"""Modes that have outgrown their range (Vignati et al. 2004), and then the water."""

from math import log, sqrt
from typing import Final

import torch
from torch import Tensor, nn

from .constants import (
    HIGHEST_HUMIDITY,
    KAPPA,
    LN2_SIGMA,
    LOWER_BOUND,
    SMALLEST_NUMBER,
    SPHERE,
    mean_volume,
)
from .layout import MODES, NSOLUBLE
from .particles import Boxes, volumes
from .transfers import Transfers, of_mode, of_number
from .water import Water

_SOLUBLE = MODES[:NSOLUBLE]
_GIVING = _SOLUBLE[:3]


class Merging(nn.Module):
    """Gives what is beyond a mode's range to the next one: a lognormal mode's upper tail."""

    FEWEST: Final[float] = SMALLEST_NUMBER
    KAPPA_NS: Final[float] = KAPPA["SO4"]
    WETTEST: Final[float] = HIGHEST_HUMIDITY

    def __init__(self, water_turns: int) -> None:
        super().__init__()
        steps = list(enumerate(zip(_GIVING, _SOLUBLE[1:], strict=True)))
        masses = [move for i, (a, b) in steps for move in of_mode(i, a, b)]
        numbers = [move for i, (a, b) in steps for move in of_number(3 + i, a, b)]
        self.transfers, self.water = Transfers(masses + numbers), Water(water_turns)
        self.register_buffer("matrix", torch.cat([volumes(_SOLUBLE), volumes(_SOLUBLE[1:], KAPPA)]))
        bounds = {
            mode: LOWER_BOUND[after] for mode, after in zip(_GIVING, _SOLUBLE[1:], strict=True)
        }
        middle = [mean_volume(sqrt(LOWER_BOUND[m] * bounds[m]), m) for m in _GIVING]
        self.register_buffer("middle", torch.tensor(middle))
        self.register_buffer(
            "per_upper", torch.tensor([1 / (SPHERE * bounds[m] ** 3) for m in _GIVING])
        )
        width = [sqrt(2 * LN2_SIGMA[mode]) for mode in _GIVING]
        edge = [log(mean_volume(bounds[m], m)) / 3 / w for m, w in zip(_GIVING, width, strict=True)]
        self.register_buffer("edge", torch.tensor(edge))
        self.register_buffer("slope", torch.tensor([1 / (3 * w) for w in width]))

    def forward(self, boxes: Boxes, state: Tensor) -> Tensor:
        """The state after it and its water (box, 30), from the state before it (box, 26)."""
        small = state[:, 1:23].float()
        sums = nn.functional.linear(small[:, :18].clamp(max=1.0), self.matrix) * boxes.air
        number = small[:, 18:].clamp(max=1e18) * (boxes.air * 1e-6)
        mass_share, number_share = self.shares(sums[:, :3], number[:, :3])
        shares = torch.cat([mass_share, number_share], 1)
        volume = self.moved(sums[:, :4], mass_share)
        kappa_volume = torch.cat([self.KAPPA_NS * sums[:, :1], sums[:, 4:]], 1)
        water = self.water(
            boxes.environment.temperature,
            boxes.environment.humidity.clamp(max=self.WETTEST),
            boxes.water_ratio,
            volume,
            self.moved(kappa_volume, mass_share),
            self.moved(number, number_share),
        )
        mixing_ratio = (water * (1e-9 / boxes.air)).double()  # of [um3 cm-3]
        return torch.cat([self.transfers(state, state, shares), mixing_ratio], 1)

    def shares(self, volume: Tensor, number: Tensor) -> tuple[Tensor, Tensor]:
        """Of mass and of number beyond the range (box, 3), from volume and number of NS, KS, AS."""
        mean = volume / number.clamp(min=self.FEWEST)
        over = ((mean > self.middle) & (number > self.FEWEST)).to(mean.dtype)
        mean = torch.maximum(mean, self.middle)
        beyond = 0.5 - 0.5 * torch.erf(self.edge - torch.log(mean) * self.slope)
        of_mass = (1 - (1 - beyond) * (self.middle / mean)) * over
        of_number = torch.minimum(torch.minimum(beyond, of_mass * (mean * self.per_upper)), of_mass)
        return of_mass, of_number

    def moved(self, amount: Tensor, share: Tensor) -> Tensor:
        """Amounts (box, 4) after shares (box, 3) of them went to the next mode each."""
        gone = share * amount[:, :3]
        return amount + nn.functional.pad(gone, [1, 0]) - nn.functional.pad(gone, [0, 1])
