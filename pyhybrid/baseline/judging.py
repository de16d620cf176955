# SPDX-License-Identifier: BSD-3-Clause
"""Scores on what was held out, by the code of ``pyhybrid validate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..validation.result import field_table
from ..validation.running import Runner
from ..validation.samples import Recording
from ..validation.scoring import Scorer
from ..validation.setting import Setting
from ..validation.totals import Scores
from .matrices import chosen_parts
from .times import Index


def check_judge(path: Path, recording: Recording, setting: Setting) -> None:
    """Fails where the emulator cannot be run on the recording.

    Raises
    ------
    HybridError
    """
    Runner(path, recording, setting)


def judge(
    path: Path, recording: Recording, chosen: Index, setting: Setting,
    done: Callable[[int, int], None],
) -> dict[str, Any]:  # fmt: skip
    """By output, as the JSON of ``pyhybrid validate`` has them without rows.

    Raises
    ------
    HybridError
        If the emulator fails.
    """
    runner = Runner(path, recording, setting)
    scorer = Scorer(runner)
    names = {"input": runner.inputs, "native": [one.name for one in runner.scored]}
    total: Scores | None = None
    for samples, _ in chosen_parts(recording, names, chosen, recording.places):
        found = scorer.score(samples, *scorer.emulated(samples))
        total = found if total is None else total.merge(found)
        done(total.samples, len(chosen))
    assert total is not None, "something is held out"
    return field_table(runner, total)
