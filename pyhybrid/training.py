# SPDX-License-Identifier: BSD-3-Clause
"""Training of a network on one thread: AdamW, a decaying rate, the weights that validate best."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sized
from dataclasses import dataclass
from math import cos, inf, pi
from time import monotonic
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .errors import ArgumentError


class Samples(Sized, Protocol):
    """Anything with a length of which a batch can be taken."""

    def batch(self, index: Tensor) -> Self:
        """The samples of an index tensor."""


S = TypeVar("S", bound=Samples)
#: Loss of a network for samples; with gradients where torch is asked for them.
Loss = Callable[[nn.Module, S], Tensor]


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; the rate has decayed when rounds or seconds are over.

    Attributes
    ----------
    rounds : int
        Between two validations; each sees `samples` of the training samples.
    samples : int
        0: all of them, in random order.
    batch : int
    rate, decay : float
        Of AdamW: highest learning rate and decay of weights.
    patience : int
        Rounds without an improvement before it ends.
    seed : int
        Of the order of the samples.
    seconds : float
    averaging : float
        0, or which part of its weights an average over steps keeps in a step; the average is what
        is validated and kept.
    """

    rounds: int = 60
    samples: int = 0
    batch: int = 1024
    rate: float = 2e-3
    decay: float = 1e-4
    patience: int = 12
    seed: int = 1
    seconds: float = inf
    averaging: float = 0.0


def rate(progress: float) -> float:
    """The relative learning rate at a progress of 0 to 1: a short rise, half a cosine."""
    return min(progress / 0.05 + 0.02, 0.5 * (1.0 + cos(pi * min(progress, 1.0))) + 1e-3)


@torch.no_grad()
def validate(network: nn.Module, loss: Loss[S], samples: S, size: int = 16384) -> float:
    """The mean loss over all samples."""
    total = 0.0
    for index in torch.arange(len(samples)).split(size):
        total += float(loss(network, samples.batch(index))) * len(index)
    return total / len(samples)


def train(
    network: nn.Module,
    loss: Loss[S],
    training: S,
    validation: S,
    plan: Plan,
    report: Callable[[int, float, float], None] = lambda *_: None,
    ends: Callable[[], bool] = lambda: False,
) -> float:
    """Trains on one thread; keeps the weights that are best in validation and returns their loss.

    Parameters
    ----------
    network : nn.Module
        Trained in place.
    loss : function of a network and samples
    training, validation : Samples
        Of different states.
    plan : Plan
    report : function, optional
        Called after each round with its number, its loss in validation and the best so far.
    ends : function, optional
        Asked after each batch whether this round shall be the last, as far as it has got.

    Raises
    ------
    ArgumentError
        If no round has a loss that is a number.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    optimiser = AdamW(network.parameters(), plan.rate, weight_decay=plan.decay)
    kept = _averaged(network, plan)
    best, waited, weights, start = inf, 0, network.state_dict(), monotonic()
    for number in range(plan.rounds):
        progress = max(number / plan.rounds, (monotonic() - start) / plan.seconds)
        _round(network, loss, training, plan, optimiser, progress, kept, ends)
        found = validate(kept.module, loss, validation)
        best, waited = (found, 0) if found < best else (best, waited + 1)
        if waited == 0:
            weights = copy.deepcopy(kept.module.state_dict())
        report(number, found, best)
        if waited > plan.patience or progress >= 1.0 or ends():
            break
    if best == inf:
        raise ArgumentError("training: expected a loss that is a number, found none in any round")
    network.load_state_dict(weights)
    return best


def _averaged(network: nn.Module, plan: Plan) -> AveragedModel:
    """The network's weights, or their average over steps."""
    return AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(plan.averaging), use_buffers=False
    )


def _round(
    network: nn.Module,
    loss: Loss[S],
    samples: S,
    plan: Plan,
    optimiser: AdamW,
    progress: float,
    kept: AveragedModel,
    ends: Callable[[], bool],
) -> None:
    """Once over all training samples, or as many as the plan says, in random order."""
    for group in optimiser.param_groups:
        group["lr"] = plan.rate * rate(progress)
    order = torch.randperm(len(samples))[: plan.samples or None]
    for index in order.split(plan.batch):
        value = loss(network, samples.batch(index))
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        kept.update_parameters(network)
        if ends():
            break
