# SPDX-License-Identifier: BSD-3-Clause
"""Training of the emulators: AdamW, early stopping on other days, checkpoints, one thread."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from networks.blocks import Emulator
from recordings import Fields, Recorded
from torch import Tensor
from torch.optim import AdamW
from tqdm import tqdm


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; the rate has decayed when epochs or seconds are over."""

    epochs: int = 60
    batch: int = 1024
    rate: float = 2e-3
    decay: float = 1e-4
    patience: int = 12
    seed: int = 1
    seconds: float = 270.0


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


def evaluate(network: Emulator, samples: Samples, size: int = 16384) -> float:
    """Return the mean loss over all samples."""
    total = 0.0
    with torch.no_grad():
        for index in torch.arange(len(samples)).split(size):
            s = samples.batch(index)
            total += float(network.loss(s.x, network.core(s.features), s.goal, s.y)) * len(index)
    return total / len(samples)


def rate(progress: float) -> float:
    """Return the relative learning rate at a progress of 0 to 1: a short rise, half a cosine."""
    return min(progress / 0.05 + 0.02, 0.5 * (1.0 + cos(pi * min(progress, 1.0))) + 1e-3)


def epoch(
    network: Emulator, samples: Samples, plan: Plan, optimiser: AdamW, progress: float
) -> None:
    """Run once over all training samples in random order, at the learning rate of this progress."""
    for group in optimiser.param_groups:
        group["lr"] = plan.rate * rate(progress)
    for index in torch.randperm(len(samples)).split(plan.batch):
        s = samples.batch(index)
        loss = network.loss(s.x, network.core(s.features), s.goal, s.y)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()


def train(
    network: Emulator,
    training: Recorded,
    validation: Recorded,
    checkpoint: Path,
    plan: Plan = Plan(),
    place: int = 0,
) -> float:
    """Train on one thread; keep the weights best on the validation days and return their loss.

    Parameters
    ----------
    network : Emulator
    training, validation : Recorded
        Of different days.
    checkpoint : Path
        File that always holds the best weights so far.
    plan : Plan
    place : int
        Line of the progress bar, where several networks train at a time.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    samples, unseen = prepare(network, training, fit=True), prepare(network, validation, fit=False)
    optimiser = AdamW(network.parameters(), plan.rate, weight_decay=plan.decay)
    best, waited, start = np.inf, 0, monotonic()
    bar = tqdm(range(plan.epochs), desc=f"training {checkpoint.stem}", position=place, unit="epoch")
    for number in bar:
        progress = max(number / plan.epochs, (monotonic() - start) / plan.seconds)
        epoch(network, samples, plan, optimiser, progress)
        loss = evaluate(network, unseen)
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == 0:
            torch.save(network.state_dict(), checkpoint)
        bar.set_postfix(loss=f"{loss:.5f}", best=f"{best:.5f}")
        if waited > plan.patience or progress >= 1.0:
            break
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    return best
