# SPDX-License-Identifier: BSD-3-Clause
"""Training of the emulators, from recordings; early stopping on other days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from networks.blocks import Emulator
from recordings import Fields, Recorded
from torch import Tensor
from tqdm import tqdm

from pyhybrid.training import Plan
from pyhybrid.training import train as train_network

PLAN = Plan(seconds=270.0)


def stack(fields: Fields, layout: tuple[tuple[str, int], ...]) -> Tensor:
    """Return the named fields side by side as one float64 tensor (sample, sum of extents)."""
    parts = [np.asarray(fields[name], np.float64).reshape(-1, extent) for name, extent in layout]
    return torch.from_numpy(np.concatenate(parts, 1))


@dataclass
class Samples:
    """What a loss needs per sample: limited inputs, features, goals, native outputs."""

    x: Tensor
    features: Tensor
    goal: Tensor
    y: Tensor

    def batch(self, index: Tensor) -> Samples:
        """Return the samples of an index tensor."""
        return Samples(self.x[index], self.features[index], self.goal[index], self.y[index])

    def __len__(self) -> int:
        return len(self.x)


@torch.no_grad()
def prepare(network: Emulator, recorded: Recorded, fit: bool) -> Samples:
    """Return what the loss needs; with `fit`, first set the network's scalings by it."""
    x, y = stack(recorded.inputs, network.INPUTS), stack(recorded.native, network.OUTPUTS)
    useful = network.useful(x)
    x, y = x[useful], y[useful]
    goal = network.targets(x, y).float()
    x, y = network.limit(x.float()), y.float()
    if fit:
        network.fit(x, goal)
    return Samples(x, network.scaled_features(x), network.scaled(goal), y)


def loss(network: Emulator, samples: Samples) -> Tensor:
    """Return the network's own loss, of its core alone."""
    z = network.core(samples.features)
    return network.loss(samples.x, z, samples.goal, samples.y)


def train(
    network: Emulator, training: Recorded, validation: Recorded, plan: Plan = PLAN, place: int = 0
) -> float:
    """Train on one thread; keep the weights best on the validation days and return their loss.

    Parameters
    ----------
    network : Emulator
    training, validation : Recorded
        Of different days.
    plan : Plan
    place : int
        Line of the progress bar, where several networks train at a time.
    """
    samples, unseen = prepare(network, training, fit=True), prepare(network, validation, fit=False)
    name = f"training {type(network).__name__}"
    with tqdm(total=plan.rounds, desc=name, position=place, unit="epoch") as bar:

        def report(number: int, found: float, best: float) -> None:
            bar.update()
            bar.set_postfix(loss=f"{found:.5f}", best=f"{best:.5f}")

        return train_network(network, loss, samples, unseen, plan, report)
