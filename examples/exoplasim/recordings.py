# SPDX-License-Identifier: BSD-3-Clause
"""From a recording to arrays by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from runs import STEPS_PER_DAY

from pyhybrid.recording import open_recording

Fields = dict[str, np.ndarray]


@dataclass(frozen=True)
class Recorded:
    """Samples of one scheme.

    Attributes
    ----------
    inputs, native, emulated : dict of ndarray (sample,) or (sample, level)
        By field name, in the host's units; increments are after minus before. `emulated` is empty
        unless the scheme ran in mode shadow.
    day : ndarray (sample,)
        Whole days since the first recorded one, from 0.
    """

    inputs: Fields
    native: Fields
    emulated: Fields
    day: np.ndarray

    def select(self, first_day: int, last_day: int) -> Recorded:
        """The samples of days first_day to last_day, both included."""
        chosen = (self.day >= first_day) & (self.day <= last_day)
        if not chosen.any():
            raise ValueError(f"days {first_day} to {last_day}: expected samples, found none")
        parts = (
            {name: values[chosen] for name, values in fields.items()}
            for fields in (self.inputs, self.native, self.emulated)
        )
        return Recorded(*parts, self.day[chosen])


def read(path: Path | str) -> Recorded:
    """Read a recording (a file, or a pattern that matches the files of all ranks)."""
    tree = open_recording(path)
    try:
        step = tree["step"].values
        groups = [_fields(tree, name) for name in ("input", "native", "emulated")]
    finally:
        tree.close()
    return Recorded(*groups, (step - step.min()) // STEPS_PER_DAY)


def _fields(tree: object, group: str) -> Fields:
    if group not in tree.children:  # type: ignore[attr-defined]
        return {}
    return {str(name): variable.values for name, variable in tree[group].data_vars.items()}  # type: ignore[index]
