# SPDX-License-Identifier: BSD-3-Clause
"""What the boxes are like, in real32: the state of the air and the mean particles of the modes."""

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from .constants import (
    DENSITY,
    EMPTY_RADIUS,
    GAS_CONSTANT_AIR,
    HIGHEST_HUMIDITY,
    KAPPA,
    SMALLEST_NUMBER,
    SMALLEST_VOLUME,
    mean_volume,
)
from .layout import FIRST_TRACER, MODES, NMASS, NSOLUBLE, members, place

_MIXED = MODES[1:NSOLUBLE]  # whose hygroscopicity varies
_DENSE = MODES[1 : NSOLUBLE + 1]  # whose density varies
_UM3 = 1e12  # [um3 cm-3] in 1 m3 m-3


class Environment(NamedTuple):
    """What `layout.ENVIRONMENT` names, each a tensor (box, 1), within what M7 accepts; real32."""

    temperature: Tensor
    pressure: Tensor
    humidity: Tensor
    cloud: Tensor
    production: Tensor
    time_step: Tensor


class Boxes(NamedTuple):
    """Of each box, real32; concentrations are per volume of air.

    Attributes
    ----------
    environment : Environment
    tracers : tensor (box, 26)
        Within what the native scheme accepts [kg kg-1], [kg-1].
    air : tensor (box, 1)
        Density [kg m-3].
    number : tensor (box, 7)
        [cm-3]
    active : tensor (box, 7)
        The same, 0 for modes that are empty or whose particles are too small.
    there : tensor (box, 7)
        1 for modes that are active, else 0.
    log_volume : tensor (box, 7)
        Of the mean dry particle [ln um3]; of the smallest one where there is none.
    water_ratio : tensor (box, 1)
        a / (1 - a) of the water activity a.
    """

    environment: Environment
    tracers: Tensor
    air: Tensor
    number: Tensor
    active: Tensor
    there: Tensor
    log_volume: Tensor
    water_ratio: Tensor


def volumes(modes: tuple[str, ...], weight: dict[str, float] | None = None) -> Tensor:
    """A matrix (mode, 18) from masses [kg m-3] to volumes [um3 cm-3], each species weighted."""
    out = torch.zeros(len(modes), NMASS - 1)
    for row, mode in enumerate(modes):
        for species in members(mode):
            factor = 1.0 if weight is None else weight[species]
            out[row, place(species, mode) - 1] = factor * _UM3 / DENSITY[species]
    return out


class Particles(nn.Module):
    """From a sample to what its processes depend on."""

    GAS_CONSTANT: Final[float] = GAS_CONSTANT_AIR
    FEWEST: Final[float] = SMALLEST_NUMBER
    SMALLEST: Final[float] = SMALLEST_VOLUME
    WETTEST: Final[float] = HIGHEST_HUMIDITY
    KAPPA_NS: Final[float] = KAPPA["SO4"]
    FIRST: Final[int] = FIRST_TRACER
    NMASS: Final[int] = NMASS
    NFEATURE: Final[int] = 22

    def __init__(self) -> None:
        super().__init__()
        grams = {species: density / 1000.0 for species, density in DENSITY.items()}
        matrix = [volumes(MODES), volumes(_MIXED, KAPPA), volumes(_DENSE, grams)]
        empty = [mean_volume(EMPTY_RADIUS[mode], mode) for mode in MODES]
        self.register_buffer("matrix", torch.cat(matrix))
        self.register_buffer("empty", torch.tensor(empty))

    def forward(self, x: Tensor) -> tuple[Boxes, Tensor]:
        """The boxes, and the features (box, 22) on which rates depend.

        Features: ln of the mean particles' volumes (7); ln of their growth by water, but for its
        surface tension (4); hygroscopicity (3); density (4); temperature, ln of pressure, water
        activity and inverse temperature.
        """
        sample = x.float()
        environment, tracers = self.environment(sample), self.tracers(sample)
        temperature, pressure = environment.temperature, environment.pressure
        air = pressure / (temperature * self.GAS_CONSTANT)
        sums = nn.functional.linear(tracers[:, 1 : self.NMASS], self.matrix) * air
        volume = sums[:, :7]
        number = tracers[:, self.NMASS :] * (air * 1e-6)
        alive = (number > self.FEWEST) & (volume > self.SMALLEST * number)
        log_volume = torch.log(torch.where(alive, volume / number.clamp(min=1e-10), self.empty))
        there = alive.to(number.dtype)
        activity = environment.humidity.clamp(max=self.WETTEST)
        ratio = activity / (1 - activity)
        per_volume = torch.reciprocal(volume[:, 1:5].clamp(min=1e-30))
        kappa = sums[:, 7:10] * per_volume[:, :3]
        growth = torch.log(1 + ratio * nn.functional.pad(kappa, [1, 0], value=self.KAPPA_NS))
        features = torch.cat(
            [
                log_volume,
                growth,
                kappa,
                sums[:, 10:14] * per_volume,
                temperature,
                torch.log(pressure),
                activity,
                300.0 / temperature,
            ],
            1,
        )
        boxes = Boxes(environment, tracers, air, number, number * there, there, log_volume, ratio)
        return boxes, features

    def environment(self, x: Tensor) -> Environment:
        """Of real32 samples (box, 32)."""
        return Environment(
            x[:, 0:1].clamp(150.0, 350.0),  # [K]
            x[:, 1:2].clamp(1e-2, 1.2e5),  # [Pa]
            x[:, 2:3].clamp(0.0, 1.5),  # [1]
            x[:, 3:4].clamp(0.0, 1.0),  # [1]
            x[:, 4:5].clamp(0.0, 1e-6),  # [kg kg-1 s-1]
            x[:, 5:6].clamp(1.0, 86400.0),  # [s]
        )

    def tracers(self, x: Tensor) -> Tensor:
        """Of real32 samples (box, 32): the gas, 18 masses [kg kg-1] and 7 numbers [kg-1]."""
        first, numbers = self.FIRST, self.FIRST + self.NMASS
        return torch.cat([x[:, first:numbers].clamp(0.0, 1.0), x[:, numbers:].clamp(0.0, 1e18)], 1)
