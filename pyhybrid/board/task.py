# SPDX-License-Identifier: BSD-3-Clause
"""The frozen task: which boxes to learn from, to choose by and to be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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


@dataclass(frozen=True, eq=False)  # one task is one object
class Task:
    """Recorded boxes of three kinds of scenario.

    Attributes
    ----------
    training, validation, held_out : Boxes
        Contenders learn from the first, choose their weights by the second, and are judged by
        the third: other emissions in another month, in columns that no other part has.
    columns : ndarray, shape (column, level, 32)
        Samples of the held-out scenario in whole columns, for blocks as hosts have them.
    size : Size
    """

    training: Boxes
    validation: Boxes
    held_out: Boxes
    columns: Array
    size: Size

    @cached_property
    def scale(self) -> Scale:
        """What counts as small."""
        return Scale.of(self.training)


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
    return Task(training, validation, some, whole_columns(judging), size)


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
