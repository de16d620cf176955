# SPDX-License-Identifier: BSD-3-Clause
"""Runs the contenders of a board: trains, scores, and has the time taken."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, ShapeError
from ..m7.layout import NOUTPUT
from .contenders import DEFAULT, Contender, ContenderError, Predict, blamed
from .metrics import scores
from .task import Lessons, Task
from .timing import Timing

Row = dict[str, Any]
Keep = Callable[[list[Row]], None]


@dataclass(frozen=True)
class Board:
    """Rows, one for each contender, and how long the native scheme took.

    Attributes
    ----------
    rows : list of dict
        ``name``, ``default`` and ``error``: None, or why there is nothing else. `scores` and
        ``parameters``, ``not_exported`` (why torch runs it, or None), and what `Timing.rows` has.
    native : dict
        That of `Timing`.
    """

    rows: list[Row]
    native: dict[str, Any]


def run_board(
    task: Task, contenders: dict[str, Contender], timing: Timing, keep: Keep = lambda rows: None
) -> Board:
    """Trains and judges each contender in turn, and takes the time of all that did not fail.

    Parameters
    ----------
    task : Task
    contenders : by name
    timing : Timing
    keep : function of rows
        Called when there is a new one, then without times.

    Raises
    ------
    ArgumentError
        If a contender changed the boxes that all learn from.
    """
    rows: dict[str, Row] = {}
    predicts: dict[str, Predict] = {}
    before = task.lessons.checksum()
    for name, contender in contenders.items():
        try:
            predict = _made(name, contender, task.lessons)
            rows[name] = _judged(name, predict, task)
            predicts[name] = predict
        except ContenderError as error:
            rows[name] = _failed(error)
        if task.lessons.checksum() != before:
            raise ArgumentError(mismatch(f"contender {name}", "boxes as they were", "others"))
        keep(list(rows.values()))
    _time(timing, predicts, rows)
    return Board(list(rows.values()), timing.native)


def _made(name: str, contender: Contender, lessons: Lessons) -> Predict:
    with blamed(name, "training"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")  # by torch
        predict = contender(lessons)
    if not callable(predict):
        found = type(predict).__name__
        raise ContenderError(name, mismatch("result", "a function of boxes", found))
    return predict


def _judged(name: str, predict: Predict, task: Task) -> Row:
    boxes = task.held_out
    with blamed(name, "predict"):
        found = np.asarray(predict(boxes.x.copy()), np.float64)
        if found.shape != (len(boxes), NOUTPUT):
            raise ShapeError(mismatch("shape", (len(boxes), NOUTPUT), found.shape))
    about = _described(name, predict)
    return {**_headed(name, None), **about, **scores(boxes, found, task.scale)}


def _described(name: str, predict: Predict) -> Row:
    with blamed(name, "attributes"):
        why = getattr(predict, "not_exported", None)
        return {
            "parameters": int(getattr(predict, "parameters", 0)),
            "not_exported": why and str(why),
        }


def _headed(name: str, error: str | None) -> Row:
    return {"name": name, "default": name == DEFAULT, "error": error}


def _failed(error: ContenderError) -> Row:
    return _headed(error.name, error.reason)


def _time(timing: Timing, predicts: dict[str, Predict], rows: dict[str, Row]) -> None:
    """Adds times to rows; again from the start without a contender that fails here."""
    while True:
        try:
            times = timing.rows(predicts)
        except ContenderError as error:
            rows[error.name] = _failed(error)
            del predicts[error.name]
        else:
            break
    for name, row in times.items():
        rows[name] |= row
