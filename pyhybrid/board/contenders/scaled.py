# SPDX-License-Identifier: BSD-3-Clause
"""Networks between scaled numbers: what the emulators of Harder et al. 2022 are made of.

Theirs see concentrations, M7's own unit. These see mixing ratios, as M7's units in 1 kg m-3 of air:
the board's columns reach thin air, where a small error of a concentration is a large one of a
mixing ratio, in which the board scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...m7.constants import MOLECULES
from ...m7.layout import (
    FIRST_TRACER,
    HUMIDITY,
    NMASS,
    NTRACER,
    PRESSURE,
    PRODUCTION,
    SPECIES,
    TEMPERATURE,
    TIME_STEP,
    VARIABLES,
)
from ...m7.samples import Boxes

_WIDTH = 128
_LEAST = 1e-8  # added to what a logarithm is taken of, in M7's units


@dataclass(frozen=True)
class Scaled:
    """What such a network learns from, made once: all real32.

    Attributes
    ----------
    inputs : tensor (box, 32)
    goal : tensor (box, 30)
        What it is to say.
    before : tensor (box, 30)
        States before the step in M7's units, over the scales of the goals.
    sign : tensor (box, 30)
        Of the tendencies: -1, 0, 1.
    """

    inputs: Tensor
    goal: Tensor
    before: Tensor
    sign: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, index: Tensor) -> Scaled:
        """Those of an index."""
        parts = (self.inputs, self.goal, self.before, self.sign)
        return Scaled(*(one[index] for one in parts))


class ScaledNetwork(nn.Module):
    """A network between scaled inputs and scaled tendencies.

    Parameters
    ----------
    boxes : Boxes
        Training samples, which give the scales.
    width : int
        Of the two hidden layers.
    """

    def __init__(self, boxes: Boxes, width: int = _WIDTH) -> None:
        super().__init__()
        self.register_buffer("unit", _units())
        x, y = torch.from_numpy(boxes.x), torch.from_numpy(boxes.y)
        goal = self.goal(x, y)
        self.scale("input", self.inputs(x))
        self.scale("goal", goal)
        self.core = _mlp(x.shape[1], goal.shape[1], width)

    def scale(self, name: str, values: Tensor) -> None:
        """Keeps mean and standard deviation of values."""
        spread = values.std(0)
        self.register_buffer(f"{name}_mean", values.mean(0))
        self.register_buffer(
            f"{name}_scale", torch.where(spread > 0, spread, torch.ones_like(spread))
        )

    def inputs(self, x: Tensor) -> Tensor:
        """Environment and tracers (box, 32)."""
        production = x[:, PRODUCTION : PRODUCTION + 1] * self.unit[:1]
        tracers = x[:, FIRST_TRACER:] * self.unit[:NTRACER]
        rest = x[:, TIME_STEP:FIRST_TRACER]
        return torch.cat([x[:, :PRODUCTION], production, rest, tracers], 1)

    def goal(self, x: Tensor, y: Tensor) -> Tensor:
        """Tendencies in M7's units, water itself (box, 30)."""
        return (y - self.before(x)) * self.unit

    def before(self, x: Tensor) -> Tensor:
        """Tracers, and no water (box, 30)."""
        return nn.functional.pad(x[:, FIRST_TRACER:], [0, self.unit.shape[0] - NTRACER])

    def scaled(self, x: Tensor) -> Tensor:
        """The network's inputs, real32."""
        return ((self.inputs(x) - self.input_mean) / self.input_scale).float()

    @torch.no_grad()
    def prepared(self, boxes: Boxes) -> Scaled:
        """Samples to learn from."""
        x, y = torch.from_numpy(boxes.x), torch.from_numpy(boxes.y)
        goal = (self.goal(x, y) - self.goal_mean) / self.goal_scale
        before = self.before(x)
        return Scaled(
            self.scaled(x),
            goal.float(),
            (before * self.unit / self.goal_scale).float(),
            torch.sign(y - before).float(),
        )

    def tendency(self, x: Tensor) -> Tensor:
        """In M7's units (box, 30)."""
        return self.core(self.scaled(x)).double() * self.goal_scale + self.goal_mean

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step, in the units of the fields (box, 30)."""
        return self.before(x) + self.tendency(x) / self.unit


class LogNetwork(ScaledNetwork):
    """Logarithms of tracers and of the sizes of tendencies; a network for the signs.

    No size is above the largest of training: a few that are e to the power of some error decide
    all scores otherwise.
    """

    def __init__(self, boxes: Boxes) -> None:
        super().__init__(boxes)
        goal = self.goal(torch.from_numpy(boxes.x), torch.from_numpy(boxes.y))
        self.register_buffer("largest", goal.max(0).values)
        self.sign = _mlp(len(self.input_mean), len(VARIABLES))

    def inputs(self, x: Tensor) -> Tensor:
        """But for temperature, humidity, cloud and time step their logarithms (box, 32)."""
        plain = super().inputs(x)
        logs = torch.log(plain.abs() + _LEAST)
        return torch.cat(
            [
                plain[:, TEMPERATURE:PRESSURE], logs[:, PRESSURE:HUMIDITY],
                plain[:, HUMIDITY:PRODUCTION], logs[:, PRODUCTION:TIME_STEP],
                plain[:, TIME_STEP:FIRST_TRACER], logs[:, FIRST_TRACER:],
            ], 1
        )  # fmt: skip

    def goal(self, x: Tensor, y: Tensor) -> Tensor:
        """ln(|tendency| + 1e-8)"""
        return torch.log(super().goal(x, y).abs() + _LEAST)

    def tendency(self, x: Tensor) -> Tensor:
        """Sizes with the signs that are more likely."""
        size = torch.exp(torch.minimum(super().tendency(x), self.largest)) - _LEAST
        up = (self.sign(self.scaled(x)) > 0).double()
        return size.clamp(min=0.0) * (2 * up - 1)


def _units() -> Tensor:
    """M7's units [molecules cm-3, ug m-3, cm-3] in 1 kg m-3 or 1 m-3, of all variables."""
    out = torch.full((len(VARIABLES),), 1e9, dtype=torch.float64)
    out[SPECIES["SO4"]] = MOLECULES
    out[NMASS:NTRACER] = 1e-6
    return out


def squared_error(network: nn.Module, boxes: Scaled) -> Tensor:
    """The mean squared error of scaled tendencies, or of their logarithms."""
    return nn.functional.mse_loss(network.core(boxes.inputs), boxes.goal)


def _mlp(inputs: int, outputs: int, width: int = _WIDTH) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, outputs),
    )  # fmt: skip
