# SPDX-License-Identifier: BSD-3-Clause
"""The training of the network, which Ctrl-C ends as if it were over."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import numpy as np
import torch
from torch import Tensor, nn

from ..training import Plan, train
from .matrices import Matrices
from .options import Options
from .scaling import Scaling, targets

_BATCHES = 64  # of an epoch at least, if there are few samples
_SMALL, _LARGE = 16, 1024
_PATIENCE = 12
Report = Callable[[int, float, float], None]


@dataclass(frozen=True)
class Tensors:
    """Normalised inputs (sample, feature), and targets (sample, output)."""

    x: Tensor
    t: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, index: Tensor) -> Tensors:
        """Those of an index."""
        return Tensors(self.x[index], self.t[index])


@dataclass(frozen=True)
class Trained:
    """How it went.

    Attributes
    ----------
    epochs : int
    loss : float
        The best one: the mean squared error of what ended the training, where 1 is the variance.
    interrupted : bool
    """

    epochs: int
    loss: float
    interrupted: bool


def tensors_of(scaling: Scaling, found: Matrices, dtype: torch.dtype) -> Tensors:
    """Of physical samples."""
    x = (found.x - scaling.input_offset) / scaling.input_scale
    return Tensors(*(torch.from_numpy(one).to(dtype)
                     for one in (x, targets(scaling, found.x, found.y))))  # fmt: skip


def learn(
    network: nn.Module, scaling: Scaling, training: Matrices, stopping: Matrices,
    options: Options, report: Report,
) -> Trained:  # fmt: skip
    """Trains it in place; the weights are those that were best for `stopping`.

    Raises
    ------
    ArgumentError
        If no epoch has a loss that is a number.
    """
    dtype = next(network.parameters()).dtype
    parts = [tensors_of(scaling, one, dtype) for one in (training, stopping)]
    weight = torch.from_numpy(scaling.weight).to(dtype)
    told: list[int] = []

    def loss(network: nn.Module, some: Tensors) -> Tensor:
        error = network.learned(some.x) - some.t  # type: ignore[operator]
        return (error * error).mean(0) @ weight

    def tell(number: int, found: float, best: float) -> None:
        told.append(number)
        report(number, found, best)

    with interruption() as interrupted:
        best = train(network, loss, *parts, _plan(options, len(parts[0])), tell, interrupted)
        return Trained(len(told), best, interrupted())


def _plan(options: Options, samples: int) -> Plan:
    batch = int(np.clip(2 ** int(np.log2(max(samples / _BATCHES, 1))), _SMALL, _LARGE))
    return Plan(rounds=options.epochs, batch=batch, rate=2e-3, decay=1e-5, patience=_PATIENCE,
                seed=options.seed)  # fmt: skip


@contextmanager
def interruption() -> Iterator[Callable[[], bool]]:
    """Tells whether Ctrl-C was pressed; a second time is as everywhere."""
    asked = threading.Event()
    usual = signal.getsignal(signal.SIGINT)
    in_background = usual is signal.SIG_IGN
    if in_background or threading.current_thread() is not threading.main_thread():
        yield asked.is_set  # nobody is told
        return

    def remember(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, remember)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, usual)
