# SPDX-License-Identifier: BSD-3-Clause
"""The emulator of M7 from recordings: learn, judge on the held-out scenario, export."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyhybrid
from pyhybrid.board.metrics import Scale, scores
from pyhybrid.board.task import held_out as unseen
from pyhybrid.board.task import recordings as files
from pyhybrid.m7.layout import fields_of, m7_card
from pyhybrid.m7.learning import taught
from pyhybrid.m7.samples import Boxes, joined, random_boxes, recorded
from pyhybrid.network_file import replace_card
from pyhybrid.ranges import training_range
from pyhybrid.training import Plan

EMULATOR = Path(__file__).parent / "emulators" / "m7.safetensors"
SHOWN = ("r2_linear_mean", "r2_linear_min", "r2_log_state_mean", "r2_signed_log_mean",
          "mass_error_max", "negative_fraction")  # fmt: skip
SUFFIXES = (".safetensors", ".pt", ".pt2")


def run_training(
    recordings: Path,
    outputs: tuple[Path, ...],
    plans: tuple[Plan, Plan],
    width: int,
    random: int,
    held_out: int,
) -> dict[str, Any]:
    """Train on recordings, write the files; return their scores.

    The plans are those of learning rates, also of so many random boxes, and of learning from
    results. The scores are those of the first file on `held_out` boxes of the held-out scenario, in
    columns that nothing was learned from.

    Raises ValueError or OSError, before it trains, where a file has another suffix than those of
    emulators or cannot be written.
    """
    for path in outputs:
        check_output(path)
    training = recorded(files(recordings, "training"))
    validation = recorded(files(recordings, "validation")).some(30_000, plans[0].seed)
    test = unseen(recordings).some(held_out, plans[0].seed)
    others = random_boxes(random, plans[0].seed)
    network = taught(training, validation, others, plans, width, _teller())
    example = test.some(1000, plans[0].seed).x
    for path in outputs:
        pyhybrid.export(network, m7_card("m7"), path, example=example)
    found = file_scores(outputs[0], test, Scale.of(training))
    card = m7_card(
        "m7",
        provenance=_provenance(plans[0].seed),
        scores=_short(found),
        training_range=ranges_of(training, others),
    )
    for path in outputs:
        pyhybrid.export(network, card, path, example=example)
    return found


def ranges_of(*parts: Boxes) -> dict[str, dict[str, Any]]:
    """The range of each input and output, for a card."""
    boxes = joined(parts)
    return training_range(m7_card("m7"), fields_of(boxes.x, boxes.y))


def write_ranges(path: Path, recordings: Path, random: int, seed: int) -> None:
    """Write the ranges of what an emulator was trained on into its card; the network stays."""
    training = recorded(files(recordings, "training"))
    found = ranges_of(training, random_boxes(random, seed))
    with pyhybrid.Emulator(path) as emulator:
        card = emulator.card
    replace_card(path, dataclasses.replace(card, training_range=found))


def check_output(path: Path) -> None:
    """Make the folder of an emulator to write, and try to write there."""
    if path.suffix not in SUFFIXES:
        raise ValueError(f"--output: expected {', '.join(SUFFIXES)} at the end, found {path}")
    if path.is_dir():
        raise IsADirectoryError(f"--output: expected a file, found the folder {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def file_scores(path: Path, boxes: Boxes, scale: Scale) -> dict[str, Any]:
    """Scores of an emulator file, run by the library."""
    with pyhybrid.Emulator(path) as emulator:
        return scores(boxes, emulator.run(boxes.x), scale)


def _provenance(seed: int) -> dict[str, Any]:
    return {
        "scheme": "M7, kappa water, binary nucleation, no activation; the time step is an input",
        "host": "examples/aerosol_columns, time step 1800 s",
        "training": "examples/aerosol_columns/column_training.py",
        "seed": seed,
        "date": date.today().isoformat(),
    }


def _short(found: dict[str, Any]) -> dict[str, Any]:
    return {"held_out": {key: _rounded(found[key]) for key in SHOWN}}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _teller() -> Callable[[int, float, float], None]:
    """Tells each round and its stage, in each of which rounds count anew."""
    stages = iter(("rates", "whole step"))
    stage = ""

    def tell(number: int, loss: float, best: float) -> None:
        nonlocal stage
        stage = next(stages) if number == 0 else stage
        print(f"{stage}, round {number + 1}: validation {loss:.6f}, best {best:.6f}", flush=True)

    return tell
