# SPDX-License-Identifier: BSD-3-Clause
"""Runs the contenders of a board: trains, scores, and has the time taken."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, HybridError, ShapeError
from ..m7.layout import NOUTPUT
from ..m7.samples import Array
from .contenders import DEFAULT, Contender, Predict, called
from .metrics import scores
from .task import Task
from .timing import Timing


@dataclass(frozen=True)
class Board:
    """Rows, one for each contender, and how long the native scheme took.

    Attributes
    ----------
    rows : list of dict
        `scores` and ``name``, ``default``, ``parameters``, ``not_exported`` (why torch
        runs it, or None), and what `Timing.rows` has.
    native : dict
        That of `Timing`.
    """

    rows: list[dict[str, Any]]
    native: dict[str, Any]


def run_board(task: Task, contenders: dict[str, Contender], timing: Timing) -> Board:
    """Trains and judges each contender, and takes its time.

    Raises
    ------
    ArgumentError, ShapeError
        If a contender fails, or its `predict` does not return what it should.
    """
    predicts = {name: _made(name, contender, task) for name, contender in contenders.items()}
    judged = {name: _judged(name, predict, task) for name, predict in predicts.items()}
    times = timing.rows(predicts)
    rows = [
        {
            "name": name,
            "default": name == DEFAULT,
            "parameters": int(getattr(predicts[name], "parameters", 0)),
            "not_exported": getattr(predicts[name], "not_exported", None),
            **times[name],
            **judged[name],
        }
        for name in predicts
    ]
    return Board(rows, timing.native)


def _made(name: str, contender: Contender, task: Task) -> Predict:
    try:
        predict = contender(task)
    except HybridError:
        raise
    except Exception as error:  # of any kind: it may be the user's
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(
            mismatch(f"contender {name}", "a function that trains", found)
        ) from error
    if not callable(predict):
        found = type(predict).__name__
        raise ArgumentError(mismatch(f"contender {name}: result", "a function of boxes", found))
    return predict


def _judged(name: str, predict: Predict, task: Task) -> dict[str, Any]:
    boxes = task.held_out
    return scores(boxes, _checked(name, predict, boxes.x.copy()), task.scale)


def _checked(name: str, predict: Predict, x: Array) -> Array:
    try:
        y = np.asarray(called(name, predict, x), np.float64)
    except (TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"contender {name}: predict", "results", found)) from error
    if y.shape != (len(x), NOUTPUT):
        raise ShapeError(mismatch(f"contender {name}: predict", (len(x), NOUTPUT), y.shape))
    return y


def added(paths: Iterable[Path]) -> dict[str, Contender]:
    """The contenders of files: their public functions, by name.

    Raises
    ------
    ArgumentError
        If a file is not there, does not run, or has none.
    """
    out: dict[str, Contender] = {}
    for path in paths:
        found = _functions(path)
        if not found:
            wanted = "a function contender(task)"
            raise ArgumentError(mismatch(f"board: {path}", wanted, "no public function"))
        out |= found
    return out


def _functions(path: Path) -> dict[str, Contender]:
    spec = importlib.util.spec_from_file_location(f"_contender_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ArgumentError(mismatch(f"board: {path}", "a .py file", "none"))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # of any kind: it is the user's
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"board: {path}", "Python that runs", found)) from error
    return {
        name: one
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and name[0] != "_"
    }
