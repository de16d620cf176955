# SPDX-License-Identifier: BSD-3-Clause
"""The frozen task: which boxes to learn from, to choose by and to be judged by."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .._words import mismatch
from ..errors import RecordingError
from ..m7.layout import NFEATURE
from ..m7.samples import Array, Boxes, recorded
from .metrics import Scale

LEARNED = ("training", "validation")
_SEED = 20261120
_HOW = "make them with: python examples/aerosol_columns record"


@dataclass(frozen=True)
class Size:
    """Boxes of each part, and how often a contender sees those of training."""

    training: int = 800_000
    validation: int = 30_000
    held_out: int = 200_000
    epochs: int = 100


FULL = Size()
QUICK = Size(training=2000, validation=500, held_out=1000, epochs=2)


@dataclass(frozen=True, eq=False)  # one object for all contenders, of which some share networks
class Lessons:
    """What contenders see. Arrays are read-only: all learn from the same.

    Attributes
    ----------
    training, validation : Boxes
        Contenders learn from the first, and choose their weights by the second.
    size : Size
    """

    training: Boxes
    validation: Boxes
    size: Size

    def checksum(self) -> int:
        """Tells whether boxes were changed: torch writes to read-only arrays too."""
        out = 0
        for boxes in (self.training, self.validation):
            for values in (boxes.x, boxes.y):
                out = zlib.crc32(np.ascontiguousarray(values), out)
        return out


@dataclass(frozen=True, eq=False)
class Task:
    """Recorded boxes of three kinds of scenario.

    Attributes
    ----------
    lessons : Lessons
        All that contenders are given.
    held_out : Boxes
        They are judged by these: other emissions in another month, in columns that no other part
        has.
    columns : ndarray, shape (column, level, 32)
        Samples of the held-out scenario in whole columns, for blocks as hosts have them.
    scale : Scale
        What counts as small.
    """

    lessons: Lessons
    held_out: Boxes
    columns: Array
    scale: Scale

    @property
    def boxes(self) -> dict[str, int]:
        """How many each part has."""
        lessons = self.lessons
        parts = (lessons.training, lessons.validation, self.held_out)
        return dict(zip((*LEARNED, "held_out"), map(len, parts), strict=True))


def load_task(folder: Path, size: Size = FULL) -> Task:
    """The task from recordings ``folder/PART/*/m7.*.nc``; the same boxes for the same recordings.

    Raises
    ------
    RecordingError
        If there are none, if a recording is not as it should be, or if the held-out ones have no
        column of their own.
    """
    training, validation = (
        recorded(recordings(folder, part)).some(getattr(size, part), _SEED + seed)
        for seed, part in enumerate(LEARNED)
    )
    judging = held_out(folder)
    some = judging.some(size.held_out, _SEED + len(LEARNED))
    for boxes in (training, validation, judging, some):
        _freeze(boxes)
    lessons = Lessons(training, validation, size)
    return Task(lessons, some, whole_columns(judging), Scale.of(training))


def _freeze(boxes: Boxes) -> None:
    for values in (boxes.x, boxes.y):
        values.setflags(write=False)


def held_out(folder: Path) -> Boxes:
    """All boxes of the held-out recordings in columns that no other recording has."""
    learned = [path for part in LEARNED for path in recordings(folder, part)]
    return recorded(recordings(folder, "held_out"), elsewhere=learned)


def whole_columns(boxes: Boxes) -> Array:
    """Recorded samples as (column, level, 32)."""
    return boxes.x.reshape(-1, boxes.levels, NFEATURE)


def recordings(folder: Path, part: str) -> list[Path]:
    """The files of a part.

    Raises
    ------
    RecordingError
        If there are none.
    """
    paths = sorted(folder.glob(f"{part}/*/m7.*.nc"))
    if not paths:
        wanted = f"recordings {part}/*/m7.*.nc"
        raise RecordingError(mismatch(f"folder {folder}", wanted, f"none; {_HOW}"))
    return paths
