# SPDX-License-Identifier: BSD-3-Clause
"""What the emulator of M7 learns by: errors of tendencies, in size and in order of size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from ..training import Plan, train
from .layout import FIRST_TRACER, NTRACER
from .network import M7Network
from .samples import Array, Boxes
from .teaching import Rated, rate_error, rated, teach

_RARE = 0.3  # quantile of the sizes of tendencies below which they count as one size
_FLOOR = 1e-7  # of a variable's mean: what is below that counts as nothing in its logarithm
_WATER_SPREAD = 2.0
_ANCHOR = 0.1  # weight of the error of rates


@dataclass(frozen=True)
class Tensors:
    """Boxes for torch: x (box, 32) and y (box, 30), real64."""

    x: Tensor
    y: Tensor

    @classmethod
    def of(cls, boxes: Boxes) -> Tensors:
        """Of the same numbers."""
        return cls(torch.from_numpy(boxes.x), torch.from_numpy(boxes.y))

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, index: Tensor) -> Tensors:
        """Those of an index."""
        return Tensors(self.x[index], self.y[index])


class Loss:
    """Huber losses of three errors of each variable, each scaled by what occurs in training.

    Of the tendency, which the largest ones dominate; of its inverse hyperbolic sine, in which
    tendencies of all sizes count; and of the logarithm of the state, in which what is left of a
    tracer counts. The water has no tendency: it is new in each step.

    In training, a tenth of the error of rates is added, so that those which hardly matter in the
    boxes stay what they are in others.

    Parameters
    ----------
    boxes : Boxes
        Training samples.
    known : Rated, optional
        The rates of any boxes.
    """

    def __init__(self, boxes: Boxes, known: Rated | None = None) -> None:
        self.known = known
        tendency = boxes.y - boxes.before
        floor = _FLOOR * boxes.y.mean(0) + 1e-300
        growth = np.log((boxes.y + floor) / (boxes.before + floor))
        growth[:, NTRACER:] = _WATER_SPREAD * np.log(boxes.y[:, NTRACER:] + floor[NTRACER:])
        self.spread = torch.from_numpy(tendency.std(0) + 1e-300)
        self.floor = torch.from_numpy(floor)
        self.growth = torch.from_numpy(growth.std(0) + 1e-6)
        self.small = torch.from_numpy(np.array([_small(column) for column in tendency.T]))

    def __call__(self, network: nn.Module, boxes: Tensors) -> Tensor:
        """The mean over samples and variables."""
        found = network(boxes.x)
        before = nn.functional.pad(boxes.x[:, FIRST_TRACER:], [0, found.shape[1] - NTRACER])
        linear = (found - boxes.y) / self.spread
        state = torch.log((found + self.floor) / (boxes.y + self.floor)) / self.growth
        sized = self.sized(found - before) - self.sized(boxes.y - before)
        error = 5 * _huber(linear, 1.0) + _huber(state, 1.0) + _huber(sized, 0.3)
        if self.known is None or not torch.is_grad_enabled():
            return error
        some = self.known.batch(torch.randint(len(self.known), (len(boxes),)))
        return error + _ANCHOR * rate_error(network, some)

    def sized(self, tendency: Tensor) -> Tensor:
        """Nearly linear for the usual small ones, logarithmic for larger ones."""
        return 0.3 * torch.asinh(tendency / self.small)


def _small(tendency: np.ndarray) -> float:
    """Of a variable: real32 bears no gradients of what is smaller than it by many powers of 10."""
    size = np.abs(tendency[tendency != 0])
    return max(float(np.quantile(size, _RARE)), 1e-5 * float(size.std())) if len(size) else 1.0


def _huber(error: Tensor, delta: float) -> Tensor:
    error = error.float()
    return nn.functional.huber_loss(error, torch.zeros_like(error), delta=delta)


#: How the emulator is trained where nothing else is said: alone, and when it knows the rates.
PLAN = Plan(rounds=60, samples=200_000, rate=4e-3, decay=0.0, averaging=0.998, patience=60)
REFINING = replace(PLAN, rate=5e-4)


def trained(
    training: Boxes,
    validation: Boxes,
    plan: Plan = PLAN,
    width: int = 32,
    report: Callable[[int, float, float], None] = lambda *_: None,
) -> M7Network:
    """An emulator that learned from what the scheme made of boxes; the weights best in validation.

    Parameters
    ----------
    training, validation : Boxes
    plan : pyhybrid.training.Plan
    width : int
        Of the network's hidden layers.
    report : function, optional
        As `pyhybrid.training.train` calls it.
    """
    network = _untrained(training.x, width, plan)
    parts = (Tensors.of(training), Tensors.of(validation))
    train(network, Loss(training), *parts, plan, report)
    return network.eval()


def taught(
    training: Boxes,
    validation: Boxes,
    others: Boxes,
    plans: tuple[Plan, Plan],
    width: int = 32,
    report: Callable[[int, float, float], None] = lambda *_: None,
) -> M7Network:
    """An emulator that learned rates from the scheme's kernels, then what they lead to.

    Needs the native scheme.

    Parameters
    ----------
    training, validation : Boxes
    others : Boxes
        Of which it learns the rates too: for boxes unlike those of the training.
    plans : tuple of pyhybrid.training.Plan
        Of the rates, and of what follows.
    width, report
        As for `trained`.
    """
    everywhere = np.concatenate([training.x, others.x])
    network = _untrained(everywhere, width, plans[0])
    known = rated(everywhere)
    teach(network, known, rated(validation.x), plans[0], report)
    parts = (Tensors.of(training), Tensors.of(validation))
    train(network, Loss(training, known), *parts, plans[1], report)
    return network.eval()


def _untrained(x: Array, width: int, plan: Plan) -> M7Network:
    torch.manual_seed(plan.seed)
    network = M7Network(width)
    network.fit(torch.from_numpy(x))
    return network
