# SPDX-License-Identifier: BSD-3-Clause
"""An ordinary emulator of M7: a network that learns tendencies by their mean squared error.

It knows nothing of conservation, and nothing keeps its results from being negative. It is the
base model of Harder et al. 2022 on the board (`pyhybrid.board.contenders.harder`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import pyhybrid
from pyhybrid.board.contenders.scaled import ScaledNetwork, squared_error
from pyhybrid.board.task import recordings
from pyhybrid.m7.layout import NTRACER, m7_card
from pyhybrid.m7.samples import Boxes, recorded
from pyhybrid.training import Plan, train

_VALIDATION = 30_000  # boxes at most
_EXAMPLES = 200  # boxes at which the file is compared with torch


@dataclass(frozen=True)
class Effort:
    """How large and how long.

    Attributes
    ----------
    boxes : int
        To learn from, at most.
    rounds : int
        How often it sees each.
    width : int
        Of the two hidden layers.
    """

    boxes: int = 200_000
    rounds: int = 15
    width: int = 128


def lessons(folder: Path, effort: Effort) -> tuple[Boxes, Boxes]:
    """Recorded boxes to learn from, and those by which the best weights are chosen."""
    training = recorded(recordings(folder, "training")).some(effort.boxes, 1)
    return training, recorded(recordings(folder, "validation")).some(_VALIDATION, 2)


def train_ordinary(
    training: Boxes, validation: Boxes, effort: Effort, seed: int, path: Path
) -> Path:
    """Train on one thread and write; the seed is of the first weights and the order of boxes."""
    torch.manual_seed(seed)
    network = ScaledNetwork(training, effort.width)
    plan = Plan(rounds=effort.rounds, batch=256, patience=effort.rounds, seed=seed)
    train(network, squared_error, network.prepared(training), network.prepared(validation), plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    example = training.some(_EXAMPLES, seed).x
    return pyhybrid.export(network.eval(), m7_card("ordinary"), path, example=example)


def squared_errors(path: Path, boxes: Boxes) -> NDArray[np.float64]:
    """Of the tracers after a step (26,), means over boxes [kg2 kg-2; kg-2], run by the library."""
    with pyhybrid.Emulator(path) as emulator:
        found = emulator.run(np.asfortranarray(boxes.x))
    return np.mean((found - boxes.y)[:, :NTRACER] ** 2, axis=0)
