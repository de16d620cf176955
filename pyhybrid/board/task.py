# SPDX-License-Identifier: BSD-3-Clause
"""The frozen task: which boxes to learn from, to choose by and to be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .._words import mismatch
from ..errors import RecordingError
from ..m7.samples import Boxes, recorded
from .metrics import Scale

PARTS = ("training", "validation", "held_out")
_SEED = 20261120
_HOW = "make them with: python examples/aerosol_columns record"


@dataclass(frozen=True)
class Size:
    """Boxes of each part, and samples that a contender sees in training."""

    training: int = 800_000
    validation: int = 30_000
    held_out: int = 200_000
    seen: int = 12_000_000


FULL = Size()
QUICK = Size(training=2000, validation=500, held_out=1000, seen=4000)


@dataclass(frozen=True, eq=False)  # one task is one object
class Task:
    """Recorded boxes of three kinds of scenario.

    Attributes
    ----------
    training, validation, held_out : Boxes
        Contenders learn from the first, choose their weights by the second, and are judged by
        the third: other emissions in another month, in columns most of which no other part has.
    size : Size
    """

    training: Boxes
    validation: Boxes
    held_out: Boxes
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
        If there are none, or a recording is not as it should be.
    """
    boxes = {
        part: _part(folder, part, getattr(size, part), seed) for seed, part in enumerate(PARTS)
    }
    return Task(**boxes, size=size)


def _part(folder: Path, part: str, count: int, seed: int) -> Boxes:
    paths = sorted(folder.glob(f"{part}/*/m7.*.nc"))
    if not paths:
        wanted = f"recordings {part}/*/m7.*.nc"
        raise RecordingError(mismatch(f"folder {folder}", wanted, f"none; {_HOW}"))
    return recorded(paths).some(count, _SEED + seed)
