# SPDX-License-Identifier: BSD-3-Clause
"""Time per box: at the call site of a host, and of packed arrays; all in turns.

It is time of the CPU, of all threads of the process: other work on the machine does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, PluginError
from ..m7.samples import Array
from .contenders import Predict, blamed
from .site import FLAGS, Site

COLUMNS = (16, 64, 256)
MAIN = 64  # columns of the block whose time stands for all
_ROUNDS = 101
_NATIVE = ""  # no contender has that name

Row = dict[str, Any]
Job = Callable[[], float]


class Timing:
    """Takes the time of contenders in blocks of several sizes, beside that of native M7.

    Parameters
    ----------
    columns : ndarray, shape (column, level, 32)
        Samples in whole columns; blocks are made of them, repeated where they are too few.
    sizes : int
        Columns of the blocks.
    flags : of the compiler, for native M7 and its host

    Attributes
    ----------
    native : dict
        ``flags``, ``levels``, ``timings``, and ``us_per_box`` of the main block; or ``missing``,
        why there is none.
    """

    def __init__(
        self, columns: Array, sizes: Iterable[int] = COLUMNS, flags: tuple[str, ...] = FLAGS
    ) -> None:
        self.sizes = tuple(sorted(set(sizes)))
        if not self.sizes or self.sizes[0] < 1:
            raise ArgumentError(mismatch("board: columns", "sizes of at least 1", self.sizes))
        self._columns = columns
        self.native: dict[str, Any] = {"levels": columns.shape[1], "timings": []}
        self._site: Site | None = None
        try:
            self._site = Site(flags)
            self.native["flags"] = " ".join(("gfortran", *flags))
        except (PluginError, FileNotFoundError) as error:
            self.native["missing"] = str(error)

    def rows(self, predicts: Mapping[str, Predict]) -> dict[str, Row]:
        """For each contender ``timings``, a list of all sizes, and those of the main one.

        ``us_per_box`` and ``speedup_native`` are those at the call site, None where a contender is
        no file or there is no native scheme; ``us_per_box_packed`` is that of its function.

        Raises
        ------
        ContenderError
            If one fails.
        """
        each = {size: self._of_size(size, predicts) for size in self.sizes}
        main = MAIN if MAIN in each else self.sizes[0]
        taken = {size: times.pop(_NATIVE, None) for size, times in each.items()}
        if self._site:
            self.native["timings"] = [{"columns": size, **times} for size, times in taken.items()]
            self.native["us_per_box"] = taken[main]["us_per_box"]
        return {
            name: {
                **each[main][name],
                "timings": [{"columns": size, **times[name]} for size, times in each.items()],
            }
            for name in predicts
        }

    def _of_size(self, size: int, predicts: Mapping[str, Predict]) -> dict[str, Row]:
        block = self._block(size)
        boxes = block.shape[0] * block.shape[1]
        with ExitStack() as stack:
            taken = in_turns(self._jobs(block, predicts, stack))
        native = taken.get((_NATIVE, "site"))
        rows = {name: _row(taken, name, native, boxes) for name in predicts}
        if native is not None:
            rows[_NATIVE] = {"us_per_box": _per_box(native, boxes)}
        return rows

    def _block(self, size: int) -> Array:
        """Evenly from all columns there are."""
        index = np.linspace(0, len(self._columns) - 1, size).round().astype(int)
        return np.asfortranarray(self._columns[index])

    def _jobs(
        self, block: Array, predicts: Mapping[str, Predict], stack: ExitStack
    ) -> dict[tuple[str, str], Job]:
        packed = block.reshape(-1, block.shape[2], order="F")
        jobs = {
            (name, "packed"): _measured(name, predict, packed) for name, predict in predicts.items()
        }
        if self._site:
            self._site.fill(block)
            jobs[_NATIVE, "site"] = self._site.native
            for name, predict in predicts.items():
                if file := getattr(predict, "file", None):
                    with blamed(name, "file"):
                        step = stack.enter_context(self._site.emulating(Path(file)))
                    jobs[name, "site"] = _blamed(name, step)
        return jobs


def _measured(name: str, predict: Predict, x: Array) -> Job:
    def job() -> float:
        given = x.copy(order="K")  # for it alone
        start = process_time()
        with blamed(name, "predict"):
            predict(given)
        return process_time() - start

    return job


def _blamed(name: str, step: Job) -> Job:
    def job() -> float:
        with blamed(name, "call site"):
            return step()

    return job


def in_turns(jobs: Mapping[Any, Job]) -> dict[Any, Array]:
    """Seconds of each job in each round; the first round does not count."""
    taken: dict[Any, list[float]] = {name: [] for name in jobs}
    for _ in range(_ROUNDS + 1):
        for name, job in jobs.items():
            taken[name].append(job())
    return {name: np.array(times[1:]) for name, times in taken.items()}


def _row(taken: Mapping[Any, Array], name: str, native: Array | None, boxes: int) -> Row:
    """Medians of times and of ratios in a round."""
    row: Row = {}
    for kind, suffix in (("site", ""), ("packed", "_packed")):
        times = taken.get((name, kind))
        both = times is not None and native is not None
        row[f"us_per_box{suffix}"] = None if times is None else _per_box(times, boxes)
        row[f"speedup_native{suffix}"] = float(np.median(native / times)) if both else None
    return row


def _per_box(seconds: Array, boxes: int) -> float:
    return float(np.median(seconds)) / boxes * 1e6
