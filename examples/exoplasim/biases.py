# SPDX-License-Identifier: BSD-3-Clause
"""Planted biases and each kind of correction, judged by the second half of the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from bias_scores import KINDS, summarise
from demo import MODEL, spin_up
from errors import read_errors
from model import build, fetch
from online_pictures import draw_biases
from planted_biases import FLUXES, Planted, glue, plant
from runs import Run
from schedule import run_all

AUDIT = {"steps": 0.25}
LEARN = {"learn": "audit", "time_scale": "20 days", "region": "latitude", "latitudes": 32}
# A slow drift: neighbours have errors in common, so a mean over them knows less than their number
# says.
KALMAN = {"initial": "5 W m-2", "drift": "0.02 W m-2"}
# A mean has to know the time of day where the error is that of the sun.
BINS_PER_DAY = {"longwave": 1, "shortwave": 16}


def hooks(kind: str, scheme: str) -> list[dict[str, Any]]:
    """One for each flux of a scheme; none for the kind "uncorrected"."""
    if kind == "uncorrected":
        return []
    bins = {"bins_per_day": BINS_PER_DAY[scheme]}
    own = {"running_mean": bins, "kalman": {**bins, **KALMAN}}
    return [
        # The emulated flux itself predicts an error that is a part of it.
        {"kind": kind, "fields": [flux], **LEARN, **own.get(kind, {"output_predictors": [flux]})}
        for flux in FLUXES[scheme]
    ]


def run_biases(output: Path, days: int, emulators: Path, jobs: int) -> dict[str, Any]:
    """Run each bias with each kind of correction; return what `summary.json` holds."""
    output = output.absolute()
    boundary = fetch(MODEL) / "dat" / "T21"
    start = spin_up(output, boundary)
    planted = plant(output / "emulators", emulators.absolute())
    executable = build(MODEL, glue=glue(output / "glue"))
    runs = {"native": Run(output / "native", build(MODEL), days, start)}
    for bias, emulator in planted.items():
        for kind in ("uncorrected", *KINDS):
            name = f"{bias}_{kind}"
            runs[name] = Run(output / name, executable, days, start, _tables(emulator, kind))
    run_all(runs.values(), boundary, jobs, f"{len(runs)} runs of {days} days")
    summary = summarise(runs, planted, days)
    (output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    draw_biases(patterns_left(runs, planted, summary["first_day"]), output / "biases.png")
    return summary


def patterns_left(
    runs: dict[str, Run], planted: dict[str, Planted], first_day: int
) -> dict[str, dict[str, np.ndarray]]:
    """By bias and kind, the mean error of heating (latitude, level) [K day-1]."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for bias, one in planted.items():
        for scheme in one.biased:
            fields = found.setdefault(f"{scheme}, {bias}", {})
            for kind in ("uncorrected", *KINDS):
                errors = read_errors(runs[f"{bias}_{kind}"].folder, scheme)
                fields[kind] = errors.climatology(errors.error, first_day).mean(0)
    return found


def _tables(planted: Planted, kind: str) -> dict[str, Any]:
    return {
        scheme: {
            "mode": "emulate",
            "emulator": str(path),
            "audit": AUDIT,
            "hook": hooks(kind, scheme),
        }
        for scheme, path in planted.paths.items()
    }
