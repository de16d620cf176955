# SPDX-License-Identifier: BSD-3-Clause
"""What a training says of itself: on the screen, as JSON and in the card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._table import Table, number

if TYPE_CHECKING:
    from .running import Outcome

_SHOWN = ("bias", "rmse", "r2", "worst_r2")


def table(outcome: Outcome) -> Table:
    """Scores by output, and what the user should know."""
    rows = tuple(
        (f"{name} [{one['unit']}]", *(number(one.get(key)) for key in ("bias", "rmse")),
         *(_share(one.get(key)) for key in ("r2", "worst_r2")), _share(_agreement(one)))
        for name, one in outcome.fields.items()
    )  # fmt: skip
    title = f"{outcome.path}: scores of {len(outcome.split.held_out)} samples held out, from "
    head: tuple[str, ...] = ("output", "bias", "RMSE", "R2", "of the worst level", "the same")
    if all(one["kind"] == "real" for one in outcome.fields.values()):
        head, rows = head[:-1], tuple(row[:-1] for row in rows)
    return Table(f"{title}{outcome.split.begins} on", head, rows, tuple(notes(outcome)))


def _agreement(one: dict[str, Any]) -> float | None:
    """Of a flag."""
    return None if one["kind"] == "real" else one["agreement"]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.5f}"


def notes(outcome: Outcome) -> list[str]:
    """Sentences."""
    parts, trained = outcome.split, outcome.trained
    count = len(parts.training) + len(parts.stopping) + len(parts.held_out)
    told = [f"{len(parts.training)} samples to learn from, {len(parts.stopping)} to stop by; "
            f"{trained.epochs} epochs"]  # fmt: skip
    if count < parts.recorded:
        told.append(f"{count} of {parts.recorded} recorded samples were drawn (--samples)")
    if outcome.dropped:
        told.append(f"{outcome.dropped} samples were left out: not finite, or beyond real32")
    if trained.interrupted:
        told.append("interrupted: these are the best weights so far")
    for name in outcome.constant:
        told.append(f"{name} never varies: the emulator returns what it is")
    return told + [f"{name}: {words}" for name, words in outcome.sign.items()]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """All results."""
    return {
        "emulator": str(outcome.path),
        "bytes": outcome.path.stat().st_size,
        "samples": _samples(outcome),
        "held_out_from": outcome.split.begins,
        "epochs": outcome.trained.epochs,
        "interrupted": outcome.trained.interrupted,
        "loss": outcome.trained.loss,
        "constant": outcome.constant,
        "notes": notes(outcome),
        "field": outcome.fields,
    }


def _samples(outcome: Outcome) -> dict[str, int]:
    parts = outcome.split
    return {
        "recorded": parts.recorded,
        "training": len(parts.training),
        "stopping": len(parts.stopping),
        "held_out": len(parts.held_out),
        "dropped": outcome.dropped,
    }


def provenance(outcome: Outcome, recordings: list[str]) -> dict[str, Any]:
    """How to do it again: no time of day, so that the same training is the same file."""
    import torch

    from .._abi import version

    options = outcome.options
    return {
        **outcome.card.provenance,
        "training": {
            "program": f"pyhybrid train {version()}, torch {torch.__version__}",
            "recordings": [Path(path).name for path in recordings],
            "samples": _samples(outcome),
            "seed": options.seed,
            "width": options.width,
            "layers": options.layers,
            "epochs": outcome.trained.epochs,
            "interrupted": outcome.trained.interrupted,
        },
    }


def scores(outcome: Outcome) -> dict[str, Any]:
    """Of the card: the main ones."""
    fields: dict[str, Any] = {}
    for name, one in outcome.fields.items():
        keys = _SHOWN if one["kind"] == "real" else ("agreement",)
        known = {key: one[key] for key in keys if one[key] is not None}
        fields[name] = {key: float(f"{value:.6g}") for key, value in known.items()}
    return {"held_out": {"from": outcome.split.begins, "field": fields}}
