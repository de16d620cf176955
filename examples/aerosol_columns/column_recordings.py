# SPDX-License-Identifier: BSD-3-Clause
"""What M7 did in native runs: the samples from which emulators learn and by which they are judged.

Training, validation and the held-out scenario have other months and emissions; the held-out one
has all columns, three quarters of which no other run has. Emulators are chosen by the case
`validation` and judged by `held_out`, on recordings and in coupled runs alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from column_host import Variant, build
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun
from columns import make_columns
from host_runs import Value

CASES: dict[str, dict[str, Value]] = {
    "validation": {"scenario": "present", "month": 6},
    "held_out": {"scenario": "held_out"},
}
_FEWEST = 4.0  # steps that a short run records on average


@dataclass(frozen=True)
class Source:
    """A run to record: its folder, its namelist and how many longitudes and latitudes to skip."""

    folder: str
    options: dict[str, Value]
    every: int = 2
    steps: float = 0.01


SOURCES = (
    Source("training/present", {"scenario": "present"}),
    Source("training/preindustrial", {"scenario": "preindustrial"}),
    Source("training/polluted", {"scenario": "polluted"}),
    Source("validation/present", CASES["validation"], steps=0.003),
    Source("held_out/held_out", CASES["held_out"], every=1, steps=0.003),
)


def record(root: Path, folder: Path, days: int, thinner: int = 1) -> Iterator[Path]:
    """Run each source for so many days and record it in `folder`; yields the recordings.

    `thinner` skips more columns still, for tests. Raises RuntimeError where no step was drawn.
    """
    executable = build(root, Variant())
    for seed, source in enumerate(SOURCES):
        every = source.every * thinner
        run = ColumnRun(
            folder / source.folder,
            executable,
            {
                "columns": make_columns(root, root / f"columns_{every}.nc", every),
                "steps": days * STEPS_PER_DAY,
                "output_every": STEPS_PER_DAY,
                **source.options,
            },
            hybrid=_table(max(source.steps, _FEWEST / (days * STEPS_PER_DAY)), seed),
        )
        run.run()
        path = run.folder / "m7.0.nc"
        if not path.is_file():
            raise RuntimeError(f"{path}: no step of {days} days was drawn; more days have more")
        yield path


def _table(steps: float, seed: int) -> str:
    """Whole steps, drawn by a hash of the seed."""
    where = f'path = "m7.{{rank}}.nc", steps = {steps:.6f}, seed = {seed}'
    return f'[scheme.{SCHEME}]\nmode = "record"\nrecord = {{ {where} }}\n'
