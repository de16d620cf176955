# SPDX-License-Identifier: BSD-3-Clause
"""Ordinary emulators in the model, without and with constraints: for how long are they stable?

A run is stable until the model refuses what the emulator gives it, or the mean burden of a species
is off by more than a factor of two from the native run's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from column_constraints import LAYERS, bounds, budgets
from column_coupled import fingerprints, started
from column_faults import statistics
from column_figures import SPECIES, Array, Output
from column_ordinary import Effort, lessons, squared_errors, train_ordinary
from column_pictures import draw_constrained
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun
from column_verdict import courses, relative

FACTOR = 2.0  # a burden that is off by more is of no use
CLOSE = 1.1
CLOSED = "layers"  # the variant that has to last
OPEN = ("plain", "bounds")  # those without budgets, which it has to outlast
_REFUSED = re.compile(r"(?:before|after) the aerosol: .*")  # what the model says of bad tracers


@dataclass(frozen=True)
class Ended:
    """A run and why it ended: None, if it came to its end."""

    run: ColumnRun
    refused: str | None


def variants(errors: Array) -> dict[str, str]:
    """TOML of constraints by name; errors as of `column_constraints.budgets`."""
    whole = ((LAYERS[0][0], LAYERS[-1][1]),)
    return {
        "plain": "",
        "bounds": bounds(),
        "columns": bounds() + budgets(errors, whole),
        "layers": bounds() + budgets(errors, LAYERS),
    }


def run_constrained(
    native: ColumnRun, recordings: Path, effort: Effort, seeds: Iterable[int], days: int,
    spin_up: int,
) -> dict[str, Any]:  # fmt: skip
    """Train an emulator for each seed, run each natively and in all variants.

    Parameters
    ----------
    native : ColumnRun
        Its folder gets a folder for each run, summary.json and constrained.png.
    recordings : Path
        Folder that `record` made.
    effort : Effort
    seeds : of the trainings
    days, spin_up : int
        Length of the runs, and of what they have in common.

    Returns
    -------
    dict
        What `summary.json` holds.
    """
    training, validation = lessons(recordings, effort)
    start = started(native, spin_up, members=0)
    steps = {"steps": days * STEPS_PER_DAY, "output_every": STEPS_PER_DAY}
    truth = replace(start, folder=native.folder / "native", options={**start.options, **steps})
    truth.run()
    found: dict[str, Any] = {}
    for seed in seeds:
        folder = native.folder / f"seed_{seed}"
        path = folder / "ordinary.safetensors"
        train_ordinary(training, validation, effort, seed, path)
        runs = variant_runs(truth, path, squared_errors(path, validation))
        found[str(seed)] = fingerprints(path) | {
            "runs": {name: figures(attempt(run), truth) for name, run in runs.items()}
        }
    return _report(native, effort, days, found)


def variant_runs(truth: ColumnRun, emulator: Path, errors: Array) -> dict[str, ColumnRun]:
    """The emulated runs of each variant, beside the emulator."""
    path = json.dumps(str(emulator.absolute()), ensure_ascii=False)
    head = f'\n[scheme.{SCHEME}]\nmode = "emulate"\nemulator = {path}\n'
    return {
        name: replace(truth, folder=emulator.parent / name, hybrid=head + constraints)
        for name, constraints in variants(errors).items()
    }


def attempt(run: ColumnRun) -> Ended:
    """Run until the end, or until the model refuses what it was given.

    Raises RuntimeError where it fails for another reason.
    """
    try:
        run.run()
    except RuntimeError as error:
        refused = _REFUSED.search(str(error))
        if not refused:
            raise
        return Ended(replace(run, folder=run.part), refused.group())
    return Ended(run, None)


# ---- What came of it


def figures(ended: Ended, truth: ColumnRun) -> dict[str, Any]:
    """For how long a run was of use, and how far its burdens were off by day."""
    told = statistics(ended.run)["schemes"][SCHEME]
    ratio = ratios(ended.run, truth)
    species = [ratio[name] for name in SPECIES]
    numbers = [course for name, course in ratio.items() if name.startswith("N_")]
    return {
        "stable_days": days_within(species, FACTOR),
        "close_days": days_within(species, CLOSE),
        "numbers_days": days_within(numbers, FACTOR),
        "whole_days": len(species[0]),
        "refused": ended.refused,
        "columns": told["columns"],
        "native_columns": told["rejected"],
        "failed_calls": told["failures"],
        "ratio": {name: course.tolist() for name, course in ratio.items()},
    }


def ratios(run: ColumnRun, truth: ColumnRun) -> dict[str, Array]:
    """Mean burdens by whole day, over the native ones: species and numbers.

    Over a thousandth of the largest native one, where that is more. A run that was refused on its
    first day has no output: its courses are empty.
    """
    native = _dry(courses(Output(truth.output)))
    if not run.output.is_file():
        return {name: np.empty(0) for name in native}
    found = courses(Output(run.output))
    days = len(found[SPECIES[0]])
    return {name: 1 + relative(course[:days], found[name]) for name, course in native.items()}


def _dry(found: dict[str, Array]) -> dict[str, Array]:
    return {name: course for name, course in found.items() if not name.startswith("water_")}


def days_within(ratio: list[Array], factor: float) -> int:
    """Days before any is off by more than a factor, or is no number."""
    good = np.all([(one <= factor) & (one >= 1 / factor) for one in ratio], axis=0)
    return int(good.size if good.all() else np.argmin(good))


def objections(found: dict[str, Any]) -> dict[str, list[str]]:
    """By seed, what speaks against the constraints."""
    return {seed: _objections(one["runs"]) for seed, one in found.items()}


def _objections(runs: dict[str, Any]) -> list[str]:
    lasted = {name: one["stable_days"] for name, one in runs.items()}
    against = [
        f"expected {CLOSED} to be stable for longer than {name}, found {lasted[CLOSED]} and "
        f"{lasted[name]} days"
        for name in OPEN
        if lasted[CLOSED] <= lasted[name]
    ]
    failed = [name for name, one in runs.items() if one["failed_calls"]]
    return against + [f"{name}: expected no failed call of the emulator" for name in failed]


def _report(native: ColumnRun, effort: Effort, days: int, found: dict[str, Any]) -> dict[str, Any]:
    """Write and return the summary, and draw."""
    summary = {
        "options": {key: native.options.get(key) for key in ("scenario", "month")},
        "effort": vars(effort),
        "days": days,
        "factor": FACTOR,
        "close": CLOSE,
        "layers": LAYERS,
        "seeds": found,
        "rejected": objections(found),
    }
    (native.folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    truth = Output(native.folder / "native" / "output.nc")
    draw_constrained(summary, courses(truth), native.folder / "constrained.png")
    return summary
