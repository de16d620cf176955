# SPDX-License-Identifier: BSD-3-Clause
"""The emulators of Harder et al. 2022, https://doi.org/10.1017/eds.2022.20, after their paper.

Written anew for the tracers of this task: a network of two hidden layers of 128; Adam, a batch of
256, the weights that are best in validation. Deviations, all in their favour or forced by the data:
tracers are mixing ratios, as they are scored, and no concentrations; the learning rate decays,
real64 holds the state, sea salt is a species too, and the signs of all tendencies are classified,
for none is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor, nn

from ...m7.layout import NTRACER
from ...training import Plan, train
from ..task import Lessons
from . import Predict
from .exported import exported
from .progress import Progress
from .repairs import Completion, Correction, members
from .scaled import LogNetwork, Scaled, ScaledNetwork, squared_error

_BATCH, _RATE = 256, 2e-3
_SOFT = 0.1  # weight of the soft losses; theirs are hand-made for their data

Error = Callable[[nn.Module, Scaled], Tensor]


def z_score(task: Lessons) -> Predict:
    """Scaled inputs, scaled tendencies: their base model."""
    return exported(_z_scored(task), task)


def completion(task: Lessons) -> Predict:
    """The base model, completed."""
    return exported(Completion(_z_scored(task)), task)


def correction(task: Lessons) -> Predict:
    """The base model, corrected."""
    return exported(Correction(_z_scored(task)), task)


def mass_loss(task: Lessons) -> Predict:
    """The base model, with a loss for mass that is not conserved.

    The native scheme conserves it: what is wrong is the sum of a species' errors.
    """
    network = _base(task)
    weight = members() * network.goal_scale[:NTRACER]
    weight = (weight / weight.sum(1, keepdim=True)).float()

    def error(network: nn.Module, boxes: Scaled) -> Tensor:
        wrong = (network.core(boxes.inputs) - boxes.goal)[:, :NTRACER] @ weight.T
        return squared_error(network, boxes) + _SOFT * wrong.abs().mean()

    return exported(_trained("mass_loss", network, task, error), task)


def positivity_loss(task: Lessons) -> Predict:
    """The base model, with a loss for states that are negative."""
    network = _base(task)
    mean = (network.goal_mean / network.goal_scale).float()

    def error(network: nn.Module, boxes: Scaled) -> Tensor:
        state = boxes.before + network.core(boxes.inputs) + mean
        return squared_error(network, boxes) + _SOFT * (state.clamp(max=0.0) ** 2).mean()

    return exported(_trained("positivity_loss", network, task, error), task)


def signed_log(task: Lessons) -> Predict:
    """Sizes of tendencies in logarithms, and their signs by a classifier."""
    torch.manual_seed(1)
    network = LogNetwork(task.training)
    _trained("signed_log", network, task, squared_error)
    return exported(_trained("its signs", network, task, _sign_error), task)


@cache
def _z_scored(task: Lessons) -> nn.Module:
    """Trained once for the three contenders that use it."""
    return _trained("z_score", _base(task), task, squared_error)


def _base(task: Lessons) -> ScaledNetwork:
    torch.manual_seed(1)
    return ScaledNetwork(task.training)


def _trained(name: str, network: ScaledNetwork, task: Lessons, error: Error) -> nn.Module:
    epochs = task.size.epochs
    plan = Plan(rounds=epochs, batch=_BATCH, rate=_RATE, decay=1e-9, patience=epochs)
    with Progress(name, epochs) as report:
        parts = (network.prepared(task.training), network.prepared(task.validation))
        train(network, error, *parts, plan, report)
    return network


def _sign_error(network: nn.Module, boxes: Scaled) -> Tensor:
    """Cross entropy of the signs of tendencies that are not zero."""
    each = nn.functional.binary_cross_entropy_with_logits(
        network.sign(boxes.inputs), (boxes.sign > 0).float(), reduction="none"
    )
    some = boxes.sign.abs()
    return (each * some).sum() / some.sum().clamp(min=1.0)
