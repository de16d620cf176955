# SPDX-License-Identifier: BSD-3-Clause
"""The emulators of Harder et al. 2022, https://doi.org/10.1017/eds.2022.20, after their paper.

Written anew for the tracers of this task. A network of two hidden layers of 128 sees concentrations
in M7's own units; Adam, a batch of 256, the weights that are best in validation. Deviations, all in
their favour or forced by the data: the learning rate decays, real64 holds the state, sea salt is a
species too, and the signs of all tendencies are classified, for none is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor, nn

from ...m7.constants import GAS_CONSTANT_AIR, MOLECULES
from ...m7.layout import FIRST_TRACER, NTRACER, PRODUCTION, SPECIES, TIME_STEP, VARIABLES
from ...m7.learning import Tensors
from ...m7.samples import Boxes
from ...training import Plan, train
from ..task import Task
from . import Predict
from .exported import Exported
from .progress import Progress

_WIDTH = 128
_LEAST = 1e-8  # added to what a logarithm is taken of, in M7's units
_SOFT = 0.1  # weight of the soft losses; theirs are hand-made for their data
#: What completion takes from the others of its species: sulfate, carbon and salt of CS, dust of AS.
_COMPLETED = {"SO4": "SO4_CS", "BC": "BC_CS", "OC": "OC_CS", "SS": "SS_CS", "DU": "DU_AS"}


def _units() -> Tensor:
    """M7's units [molecules cm-3, ug m-3, cm-3] in 1 kg m-3 or 1 m-3, of all variables."""
    out = torch.full((len(VARIABLES),), 1e9, dtype=torch.float64)
    out[SPECIES["SO4"]] = MOLECULES
    out[19:NTRACER] = 1e-6
    return out


def _mlp(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, _WIDTH), nn.ReLU(),
        nn.Linear(_WIDTH, outputs),
    )  # fmt: skip


class ScaledNetwork(nn.Module):
    """A network between scaled inputs and scaled tendencies.

    Parameters
    ----------
    boxes : Boxes
        Training samples, which give the scales.
    """

    def __init__(self, boxes: Boxes) -> None:
        super().__init__()
        self.register_buffer("unit", _units())
        x, y = torch.from_numpy(boxes.x), torch.from_numpy(boxes.y)
        goal = self.goal(x, y)
        self.scale("input", self.inputs(x))
        self.scale("goal", goal)
        self.core = _mlp(x.shape[1], goal.shape[1])

    def scale(self, name: str, values: Tensor) -> None:
        """Keeps mean and standard deviation of values."""
        spread = values.std(0)
        self.register_buffer(f"{name}_mean", values.mean(0))
        self.register_buffer(
            f"{name}_scale", torch.where(spread > 0, spread, torch.ones_like(spread))
        )

    def per_volume(self, x: Tensor) -> Tensor:
        """M7's units for 1 kg kg-1 or kg-1 in the air of the boxes (box, 30)."""
        return self.unit * (x[:, 1:2] / (x[:, 0:1] * GAS_CONSTANT_AIR))

    def inputs(self, x: Tensor) -> Tensor:
        """Environment and concentrations (box, 32)."""
        unit = self.per_volume(x)
        production = x[:, PRODUCTION : PRODUCTION + 1] * unit[:, :1]
        tracers = x[:, FIRST_TRACER:] * unit[:, :NTRACER]
        return torch.cat([x[:, :PRODUCTION], production, x[:, 5:6], tracers], 1)

    def goal(self, x: Tensor, y: Tensor) -> Tensor:
        """Tendencies in M7's units, water itself (box, 30)."""
        before = nn.functional.pad(x[:, FIRST_TRACER:], [0, y.shape[1] - NTRACER])
        return (y - before) * self.per_volume(x)

    def scaled(self, x: Tensor) -> Tensor:
        """The network's inputs, real32."""
        return ((self.inputs(x) - self.input_mean) / self.input_scale).float()

    def tendency(self, x: Tensor) -> Tensor:
        """In M7's units (box, 30)."""
        return self.core(self.scaled(x)).double() * self.goal_scale + self.goal_mean

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step, in the units of the fields (box, 30)."""
        before = nn.functional.pad(x[:, FIRST_TRACER:], [0, self.unit.shape[0] - NTRACER])
        return before + self.tendency(x) / self.per_volume(x)

    def error(self, boxes: Tensors) -> Tensor:
        """The mean squared error of scaled tendencies."""
        goal = (self.goal(boxes.x, boxes.y) - self.goal_mean) / self.goal_scale
        return nn.functional.mse_loss(self.core(self.scaled(boxes.x)), goal.float())


class LogNetwork(ScaledNetwork):
    """Logarithms of concentrations and of the sizes of tendencies; a network for the signs."""

    def __init__(self, boxes: Boxes) -> None:
        super().__init__(boxes)
        self.sign = _mlp(len(self.input_mean), len(VARIABLES))

    def inputs(self, x: Tensor) -> Tensor:
        """But for temperature, humidity, cloud and time step their logarithms (box, 32)."""
        plain = super().inputs(x)
        logs = torch.log(plain.abs() + _LEAST)
        return torch.cat(
            [plain[:, :1], logs[:, 1:2], plain[:, 2:4], logs[:, 4:5], plain[:, 5:6], logs[:, 6:]], 1
        )

    def goal(self, x: Tensor, y: Tensor) -> Tensor:
        """ln(|tendency| + 1e-8)"""
        return torch.log(super().goal(x, y).abs() + _LEAST)

    def tendency(self, x: Tensor) -> Tensor:
        """Sizes with the signs that are more likely."""
        size = torch.exp(super().tendency(x).clamp(max=80.0)) - _LEAST
        up = (self.sign(self.scaled(x)) > 0).double()
        return size.clamp(min=0.0) * (2 * up - 1)

    def sign_error(self, boxes: Tensors) -> Tensor:
        """Cross entropy of the signs of tendencies that are not zero."""
        tendency = super().goal(boxes.x, boxes.y)
        up, some = (tendency > 0).float(), (tendency != 0).float()
        each = nn.functional.binary_cross_entropy_with_logits(
            self.sign(self.scaled(boxes.x)), up, reduction="none"
        )
        return (each * some).sum() / some.sum().clamp(min=1.0)


def _plan(task: Task) -> Plan:
    rounds = max(2, min(60, task.size.seen // 4000))
    return Plan(rounds=rounds, samples=task.size.seen // rounds, batch=256, rate=1e-3, decay=1e-9,
                patience=rounds)  # fmt: skip


Error = Callable[[nn.Module, Tensors], Tensor]


def _train(name: str, network: nn.Module, task: Task, error: Error) -> None:
    plan = _plan(task)
    with Progress(name, plan.rounds) as report:
        parts = (Tensors.of(task.training), Tensors.of(task.validation))
        train(network, error, *parts, plan, report)


@cache
def _z_scored(task: Task) -> ScaledNetwork:
    """Trained once for the three contenders that use it."""
    torch.manual_seed(1)
    network = ScaledNetwork(task.training)
    _train("z_score", network, task, lambda net, boxes: net.error(boxes))
    return network


def z_score(task: Task) -> Predict:
    """Scaled inputs, scaled tendencies: their base model."""
    return Exported(_z_scored(task), task)


class Completion(nn.Module):
    """One mass of each species is what the others leave: no mass is lost, some is negative."""

    def __init__(self, network: ScaledNetwork) -> None:
        super().__init__()
        self.network = network
        rest = [VARIABLES.index(name) for name in _COMPLETED.values()]
        members = torch.zeros(len(rest), NTRACER, dtype=torch.float64)
        for row, species in enumerate(_COMPLETED):
            members[row, SPECIES[species]] = 1.0
        back = torch.zeros(NTRACER, len(rest), dtype=torch.float64)
        back[rest, range(len(rest))] = 1.0
        self.register_buffer("members", members)
        self.register_buffer("back", back)

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step."""
        y = self.network(x)
        produced = x[:, PRODUCTION : PRODUCTION + 1] * x[:, TIME_STEP : TIME_STEP + 1]
        missing = nn.functional.linear(x[:, FIRST_TRACER:] - y[:, :NTRACER], self.members)
        missing = torch.cat([missing[:, :1] + produced, missing[:, 1:]], 1)
        completed = y[:, :NTRACER] + nn.functional.linear(missing, self.back)
        return torch.cat([completed, y[:, NTRACER:]], 1)


def completion(task: Task) -> Predict:
    """The base model, completed."""
    return Exported(Completion(_z_scored(task)), task)


class Correction(nn.Module):
    """What is negative becomes 0: nothing is negative, and mass is made of nothing."""

    def __init__(self, network: ScaledNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Tracers and water after the step."""
        return self.network(x).clamp(min=0.0)


def correction(task: Task) -> Predict:
    """The base model, corrected."""
    return Exported(Correction(_z_scored(task)), task)


def mass_loss(task: Task) -> Predict:
    """The base model, with a loss for mass that is not conserved."""
    members = torch.zeros(len(SPECIES), NTRACER)
    for row, part in enumerate(SPECIES.values()):
        members[row, part] = 1.0

    def error(network: nn.Module, boxes: Tensors) -> Tensor:
        x, scale = boxes.x, network.goal_scale[:NTRACER]
        change = (network(x)[:, :NTRACER] - x[:, FIRST_TRACER:]) * network.per_volume(x)[
            :, :NTRACER
        ]
        produced = x[:, PRODUCTION] * x[:, TIME_STEP] * network.per_volume(x)[:, 0]
        wrong = change @ members.double().T
        wrong = torch.cat([wrong[:, :1] - produced[:, None], wrong[:, 1:]], 1)
        return (
            network.error(boxes) + _SOFT * (wrong / (members @ scale.float()).double()).abs().mean()
        )

    return Exported(_base("mass_loss", task, error), task)


def positivity_loss(task: Task) -> Predict:
    """The base model, with a loss for states that are negative."""

    def error(network: nn.Module, boxes: Tensors) -> Tensor:
        state = network(boxes.x) * network.per_volume(boxes.x) / network.goal_scale
        return network.error(boxes) + _SOFT * (state.clamp(max=0.0) ** 2).mean()

    return Exported(_base("positivity_loss", task, error), task)


def _base(name: str, task: Task, error: Error) -> ScaledNetwork:
    torch.manual_seed(1)
    network = ScaledNetwork(task.training)
    _train(name, network, task, error)
    return network


def signed_log(task: Task) -> Predict:
    """Sizes of tendencies in logarithms, and their signs by a classifier."""
    torch.manual_seed(1)
    network = LogNetwork(task.training)
    _train("signed_log", network, task, lambda net, boxes: net.error(boxes))
    _train("its signs", network, task, lambda net, boxes: net.sign_error(boxes))
    return Exported(network, task)
