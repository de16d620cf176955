# SPDX-License-Identifier: BSD-3-Clause
"""The native scheme's own rates: the network learns them before it sees what they lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ..training import Plan, train
from .constants import DENSITY, median_radius
from .layout import MODES, NSOLUBLE
from .network import RATES, M7Network
from .particles import Boxes, Environment, Particles
from .samples import Array
from .water import Water

_CM = 1e-4  # in 1 um
_TURNS = 12  # of the fixed point for the water: it has converged then


@dataclass(frozen=True)
class Rated:
    """Features (box, 22) and logarithms of rates (box, 23), real32."""

    features: Tensor
    rates: Tensor

    def __len__(self) -> int:
        return len(self.features)

    def batch(self, index: Tensor) -> Rated:
        """Those of an index."""
        return Rated(self.features[index], self.rates[index])


@torch.no_grad()
def rated(x: Array) -> Rated:
    """Features of boxes (box, 32) and what the native scheme's kernels say for them.

    Raises
    ------
    PluginError
        If pyhybrid was built without the native schemes.
    """
    boxes, features = Particles()(torch.from_numpy(x))
    radius, density = _wet(boxes, features)
    rates = _logarithms(boxes.environment, radius, density)
    return Rated(features, torch.from_numpy(rates).float())


def _wet(boxes: Boxes, features: Tensor) -> tuple[Array, Array]:
    """Median radius [cm] and density [g cm-3] of the modes with their water (box, 7)."""
    volume = torch.exp(boxes.log_volume)
    kappa = torch.cat([torch.full_like(volume[:, :1], 0.6), features[:, 11:14]], 1)
    air, ratio = boxes.environment, boxes.water_ratio
    activity = air.humidity.clamp(max=Particles.WETTEST)
    soluble, one = volume[:, :NSOLUBLE], torch.ones_like(volume[:, :NSOLUBLE])
    water = Water(_TURNS)(air.temperature, activity, ratio, soluble, kappa * soluble, one)
    swollen = 1 + nn.functional.pad(water / soluble, [0, len(MODES) - NSOLUBLE])
    ns, dust = DENSITY["SO4"] / 1000.0, DENSITY["DU"] / 1000.0
    dry = nn.functional.pad(features[:, 14:18], [1, 0], value=ns)
    dry = torch.where(boxes.there > 0, nn.functional.pad(dry, [0, 2], value=dust), torch.tensor(ns))
    median = torch.tensor([median_radius(mode) for mode in MODES])
    radius = (volume * swollen) ** (1 / 3) * median * _CM
    return radius.double().numpy(), ((dry + swollen - 1) / swollen).double().numpy()


def _logarithms(given: Environment, radius: Array, density: Array) -> Array:
    """ln of the uptake by one particle of each mode and of kernels [cm3 s-1] (box, 23)."""
    from ..native import M7_PAIRS, coagulation_kernel, condensation_coefficient

    air = tuple(one[:, 0].double().numpy() for one in (given.temperature, given.pressure))
    radius, density = np.asfortranarray(radius), np.asfortranarray(density)
    uptake = condensation_coefficient(*air, np.ones_like(radius, order="F"), radius)
    kernel = coagulation_kernel(*air, radius, density)
    at = {(MODES[a - 1], MODES[b - 1]): i for i, (a, b) in enumerate(M7_PAIRS)}
    columns = []
    for donor, partner in RATES[len(MODES) :]:
        place = at[donor, partner] if (donor, partner) in at else at[partner, donor]
        columns.append(kernel[:, place] * (0.5 if donor == partner else 1.0))
    return np.log(np.concatenate([uptake, np.stack(columns, 1)], 1))


def rate_error(network: nn.Module, boxes: Rated) -> Tensor:
    """The mean squared error of logarithms of rates."""
    return nn.functional.mse_loss(network.log_rates(boxes.features), boxes.rates)


#: How the rates are learned where nothing else is said.
PLAN = Plan(rounds=100, samples=500_000, rate=4e-3, decay=0.0, averaging=0.999, patience=100)


def teach(
    network: M7Network,
    training: Rated,
    validation: Rated,
    plan: Plan = PLAN,
    report: Callable[[int, float, float], None] = lambda *_: None,
) -> float:
    """Trains the rates alone; returns the mean squared error in validation."""
    return train(network, rate_error, training, validation, plan, report)
