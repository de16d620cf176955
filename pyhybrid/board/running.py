# SPDX-License-Identifier: BSD-3-Clause
"""Runs the contenders of a board: trains, scores, and takes the time in turns."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, HybridError, PluginError, ShapeError
from ..m7.layout import NOUTPUT
from ..m7.samples import Array
from .contenders import DEFAULT, Contender, Predict
from .metrics import scores
from .native import NativeBlock
from .task import Task

LEVELS = 37
COLUMNS = 64  # of the blocks in which the time is taken
_ROUNDS = 41


@dataclass(frozen=True)
class Board:
    """Rows, one for each contender, and how long the native scheme took.

    Attributes
    ----------
    rows : list of dict
        `scores` and ``name``, ``default``, ``parameters``, ``us_per_box``, ``speedup_native``.
    native : dict
        ``us_per_box``, ``flags``, ``block``; or ``missing``, why there is none.
    """

    rows: list[dict[str, Any]]
    native: dict[str, Any]


def run_board(task: Task, contenders: dict[str, Contender]) -> Board:
    """Trains and judges each contender.

    Raises
    ------
    ArgumentError, ShapeError
        If a contender fails, or its `predict` does not return what it should.
    """
    predicts = {name: _made(name, contender, task) for name, contender in contenders.items()}
    judged = {name: _judged(name, predict, task) for name, predict in predicts.items()}
    native, times = _timed(predicts, task.held_out.x)
    rows = [
        {
            "name": name,
            "default": name == DEFAULT,
            "parameters": int(getattr(predicts[name], "parameters", 0)),
            **times[name],
            **judged[name],
        }
        for name in predicts
    ]
    return Board(rows, native)


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
        y = np.asarray(predict(x), np.float64)
    except HybridError:
        raise
    except Exception as error:  # of any kind: it may be the user's
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"contender {name}: predict", "results", found)) from error
    if y.shape != (len(x), NOUTPUT):
        raise ShapeError(mismatch(f"contender {name}: predict", (len(x), NOUTPUT), y.shape))
    return y


def _timed(predicts: dict[str, Predict], x: Array) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time per box of all, and how many times faster than the native scheme: medians."""
    x = np.asfortranarray(np.resize(x, (COLUMNS * LEVELS, x.shape[1])))
    jobs: dict[str, Callable[[], object]] = {
        name: lambda predict=predict: predict(x) for name, predict in predicts.items()
    }
    about: dict[str, Any] = {"block": [COLUMNS, LEVELS]}
    try:
        block = NativeBlock()
        jobs[""] = block.prepared(x, LEVELS)
        about["flags"] = " ".join(("gfortran", *block.flags))
    except (PluginError, FileNotFoundError) as error:
        about["missing"] = str(error)
    taken = _in_turns(jobs)
    native = taken.pop("", None)
    if native is not None:
        about["us_per_box"] = float(np.median(native)) / len(x) * 1e6
    return about, {name: _time(one, native, len(x)) for name, one in taken.items()}


def _time(taken: Array, native: Array | None, count: int) -> dict[str, float | None]:
    ratio = None if native is None else float(np.median(native / taken))
    return {"us_per_box": float(np.median(taken)) / count * 1e6, "speedup_native": ratio}


def _in_turns(jobs: dict[str, Callable[[], object]]) -> dict[str, Array]:
    """Seconds of each job in each round; the first round does not count."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(_ROUNDS + 1):
        for name, job in jobs.items():
            start = perf_counter()
            job()
            taken[name].append(perf_counter() - start)
    return {name: np.array(times[1:]) for name, times in taken.items()}


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
