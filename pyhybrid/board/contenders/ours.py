# SPDX-License-Identifier: BSD-3-Clause
"""The emulator that pyhybrid ships: learned rates, closed forms, conserving transfers."""

from __future__ import annotations

from dataclasses import replace

from ..task import Task
from . import Predict
from .progress import Progress


def rates(task: Task) -> Predict:
    """`pyhybrid.m7.network.M7Network`, trained for the budget of the task."""
    from ...m7.learning import PLAN, trained
    from .exported import Exported

    rounds = max(2, min(60, task.size.seen // 4000))
    plan = replace(PLAN, rounds=rounds, samples=task.size.seen // rounds)
    with Progress("rates", rounds) as report:
        network = trained(task.training, task.validation, plan, report=report)
    return Exported(network, task)
