# SPDX-License-Identifier: BSD-3-Clause
"""The emulator that pyhybrid ships: learned rates, closed forms, conserving transfers."""

from __future__ import annotations

from dataclasses import replace

from ..task import Lessons
from . import Predict
from .progress import Progress


def rates(task: Lessons) -> Predict:
    """`pyhybrid.m7.network.M7Network`, trained as often as the task says."""
    from ...m7.learning import PLAN, trained
    from .exported import Exported

    epochs = task.size.epochs
    plan = replace(PLAN, rounds=epochs, samples=0, patience=epochs)
    with Progress("rates", epochs) as report:
        network = trained(task.training, task.validation, plan, report=report)
    return Exported(network, task)
