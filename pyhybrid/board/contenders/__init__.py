# SPDX-License-Identifier: BSD-3-Clause
"""Emulators of M7 to compare. Each is a function that learns from a task and returns its `predict`.

``contender(task) -> predict``, where a task is `pyhybrid.board.task.Lessons`, and ``predict(x)``
takes boxes (box, 32) and returns (box, 30), both float64, as `pyhybrid.m7.samples.Boxes` has them.
That is all a contender of one's own has to be: ``pyhybrid board m7 --add FILE.py`` takes each
public function of a file that is not imported there. If what it returns has a number
``parameters``, the board shows it; if it has a path ``file`` of an emulator with M7's card, its
time is taken at the call site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from ..._words import mismatch
from ...errors import ArgumentError, HybridError
from ...m7.layout import FIRST_TRACER, NTRACER
from ...m7.samples import Array
from ..task import Lessons

Predict = Callable[[Array], Array]
Contender = Callable[[Lessons], Predict]

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


class ContenderError(ArgumentError):
    """A contender that failed.

    Attributes
    ----------
    name : str
    reason : str
        The message without the name.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"contender {name}: {reason}")
        self.name = name
        self.reason = reason


@contextmanager
def blamed(name: str, step: str) -> Iterator[None]:
    """What fails inside is a failure of the contender, of whatever kind: it may be the user's.

    Raises
    ------
    ContenderError
    """
    try:
        yield
    except HybridError as error:
        raise ContenderError(name, f"{step}: {error.message}") from error
    except (Exception, SystemExit) as error:
        found = f"{type(error).__name__}: {error}"
        raise ContenderError(name, mismatch(step, "no failure", found)) from error


def persistence(task: Lessons) -> Predict:
    """Nothing happens, and water is the mean of training."""
    water = task.training.y[:, NTRACER:].mean(0)

    def predict(x: Array) -> Array:
        return np.concatenate([x[:, FIRST_TRACER:], np.tile(water, (len(x), 1))], 1)

    return predict
