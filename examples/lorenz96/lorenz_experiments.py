# SPDX-License-Identifier: BSD-3-Clause
"""What is run: spin-up, recording, emulators beside the truth, wrong ones that are mended."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from lorenz_climate import Climate, climate_of, compared
from lorenz_mending import LEARNING, NUDGING, learning, nudging
from lorenz_runs import STEPS_PER_MTU, LorenzRun, table
from lorenz_schemes import EMULATORS, SHIPPED, WRONG, Wrong

SPIN_UP = 10  # [MTU]
TRUTH = "native"
# Of a run, left out of its climate: an emulator's is reached in 40 MTU (the deterministic one falls
# into a regime of its own), and corrections learn.
SETTLING = 0.2
RECORD = 'record = { path = "subgrid.{rank}.nc", steps = 0.05 }'


@dataclass(frozen=True)
class Plan:
    """How the runs of an experiment are made.

    Attributes
    ----------
    executable : Path
    folder : Path
        Of the runs.
    members : int
    length : int
        Of each run [MTU].
    threads : int
    """

    executable: Path
    folder: Path
    members: int
    length: int
    threads: int

    def run(self, name: str, hybrid: str = "", small_scales: bool = True) -> LorenzRun:
        """One run from the common spin-up; with `small_scales`, they are kept in step."""
        spin_up = self.spun_up()
        options = {
            **spin_up.options,
            "steps": self.length * STEPS_PER_MTU,
            "restart_in": spin_up.restart.absolute(),
            "keep_small_scales": small_scales,
        }
        run = replace(spin_up, folder=self.folder / name, options=options, hybrid=hybrid)
        run.run()
        return run

    def spun_up(self) -> LorenzRun:
        """A native run from nothing, made once in this folder."""
        folder = self.folder / "spin_up"
        options = {"members": self.members, "steps": SPIN_UP * STEPS_PER_MTU}
        run = LorenzRun(folder, self.executable, dict(options), threads=self.threads)
        if not run.restart.is_file():
            run.run()
        return run


def record(plan: Plan) -> Path:
    """A native run of which one step in twenty is recorded; the recording."""
    return plan.run("recorded", table("record", None, RECORD)).folder / "subgrid.0.nc"


def compare(plan: Plan, emulators: dict[str, Path]) -> dict[str, Climate]:
    """The climate of the truth and of each emulator; numbers go to `summary.json`."""
    climates = {TRUTH: climate_of(plan.run(TRUTH).output, SETTLING)}
    for name, path in emulators.items():
        run = plan.run(name, table("emulate", path), small_scales=False)
        climates[name] = climate_of(run.output, SETTLING)
    told = {name: compared(found, climates[TRUTH]) for name, found in climates.items()}
    _write(plan.folder / "summary.json", told)
    return climates


def mend(plan: Plan) -> dict[str, Any]:
    """What each online bias correction makes of each wrong emulator, and of one without a bias.

    The right answer is the climate of the same emulator without the bias; for nudging, which is
    towards the truth, that of the truth. How far a climate is known is what the run `again` says,
    which has other noise.
    """
    truth = plan.run(TRUTH).output
    right = {base: _climate(plan, base, EMULATORS / f"{base}.safetensors") for base in SHIPPED}
    right[TRUTH] = climate_of(truth, SETTLING)
    again = _climate(plan, "again", EMULATORS / "stochastic.safetensors", "seed = 1")
    found: dict[str, Any] = {"again": distance(again, right["stochastic"]), "bias": {}}
    for bias, wrong in WRONG.items():
        emulator = EMULATORS / f"wrong_{bias}.safetensors"
        planted = _climate(plan, bias, emulator)
        mended = _mended(plan, bias, emulator, wrong, truth)
        found["bias"][bias] = {"error": distance(planted, right[wrong.base])} | {
            kind: judged(climate, planted, right[TRUTH if kind == NUDGING else wrong.base])
            for kind, climate in mended.items()
        }
    without = _mended(
        plan, "none", EMULATORS / "stochastic.safetensors", Wrong("stochastic", {}), truth
    )
    found["none"] = {
        kind: distance(climate, right[TRUTH if kind == NUDGING else "stochastic"])
        for kind, climate in without.items()
    }
    _write(plan.folder / "mended.json", found)
    return found


def _mended(
    plan: Plan, name: str, emulator: Path, wrong: Wrong, truth: Path
) -> dict[str, Climate]:
    tables = {kind: learning(kind, wrong) for kind in LEARNING} | {NUDGING: nudging(truth)}
    return {
        kind: _climate(plan, f"{name}_{kind}", emulator, *lines) for kind, lines in tables.items()
    }


def _climate(plan: Plan, name: str, emulator: Path, *lines: str) -> Climate:
    return climate_of(plan.run(name, table("emulate", emulator, *lines)).output, SETTLING)


def distance(found: Climate, right: Climate) -> float:
    """Of the hours' means and standard deviations of X [1].

    The Wasserstein distance of normal distributions with these moments, root mean square of hours.
    """
    return float(np.sqrt(((found.hours - right.hours) ** 2).sum(axis=0).mean()))


def judged(mended: Climate, wrong: Climate, right: Climate) -> dict[str, float]:
    """How much of the error went, and how alike what was taken away is to it.

    `pattern` correlates both over moments and hours, about zero: a constant has a pattern too.
    """
    planted, taken = wrong.hours - right.hours, wrong.hours - mended.hours
    size = np.sqrt((planted**2).sum() * (taken**2).sum())
    return {
        "error": distance(mended, right),
        "removed": 1.0 - distance(mended, right) / distance(wrong, right),
        "pattern": float((planted * taken).sum() / size),
        "variance": mended.variance,
    }


def _write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=2) + "\n")
