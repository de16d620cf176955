# SPDX-License-Identifier: BSD-3-Clause
"""Emulators of M7 to compare. Each is a function that learns from a task and returns its `predict`.

``contender(task) -> predict``, and ``predict(x)`` takes boxes (box, 32) and returns (box, 30), both
float64, as `pyhybrid.m7.samples.Boxes` has them. That is all a contender of one's own has to be:
``pyhybrid board m7 --add FILE.py`` takes each public function of a file whose name is not that
of an import. If what it returns has a number ``parameters``, the board shows it; if it has a path
``file`` of an emulator with M7's card, its time is taken at the call site.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..._words import mismatch
from ...errors import ArgumentError, HybridError
from ...m7.layout import FIRST_TRACER, NTRACER
from ...m7.samples import Array
from ..task import Task

Predict = Callable[[Array], Array]
Contender = Callable[[Task], Predict]

DEFAULT = "rates"


def contenders() -> dict[str, Contender]:
    """Those that the board has, by name, ours last."""
    from . import harder, ours

    return {
        "persistence": persistence,
        "z_score": harder.z_score,
        "mass_loss": harder.mass_loss,
        "positivity_loss": harder.positivity_loss,
        "completion": harder.completion,
        "correction": harder.correction,
        "signed_log": harder.signed_log,
        DEFAULT: ours.rates,
    }


def called(name: str, predict: Predict, x: Array) -> object:
    """What a contender makes of boxes.

    Raises
    ------
    ArgumentError
        If it fails, in whatever way: it may be the user's.
    """
    try:
        return predict(x)
    except HybridError:
        raise
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"contender {name}: predict", "results", found)) from error


def persistence(task: Task) -> Predict:
    """Nothing happens, and water is the mean of training."""
    water = task.training.y[:, NTRACER:].mean(0)

    def predict(x: Array) -> Array:
        return np.concatenate([x[:, FIRST_TRACER:], np.tile(water, (len(x), 1))], 1)

    return predict
