# SPDX-License-Identifier: BSD-3-Clause
"""The main job: native and emulated runs from one restart, compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from climate import Climate, compare, native_spread, objections, read_climate
from model import build, fetch
from recordings import read
from report import write_report
from runs import SCHEMES, STEPS_PER_DAY, Run, emulator_file
from schedule import run_all
from scores import scores_of

import pyhybrid

SPIN_UP_DAYS = 30
MODEL = Path("build/exoplasim")
COMBINATIONS = {**{scheme: (scheme,) for scheme in SCHEMES}, "all": SCHEMES}
SHADOW_STEPS = 20  # recorded for the scores, more or less: they are drawn


def run_demo(
    output: Path, days: int, members: int, emulators: Path, jobs: int
) -> dict[str, list[str]]:
    """Do the main job; return by combination of schemes what speaks against its emulated run."""
    output = output.absolute()
    emulators = emulators.absolute()
    boundary = fetch(MODEL) / "dat" / "T21"
    start = spin_up(output, boundary)
    runs = planned_runs(output, start, days, members, emulators)
    run_all(runs.values(), boundary, jobs, f"{len(runs)} runs of {days} days")
    climates = {name: read_climate(run.folder) for name, run in runs.items()}
    summary = summarise(runs, climates, emulators, members)
    (output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    rejected = verdicts(summary, days)
    write_report(output / "report.html", summary, climates, rejected)
    return rejected


def spin_up(output: Path, boundary: Path) -> Path:
    """Run natively from rest; return the restart that all other runs begin with."""
    run = Run(output / "spin_up", build(MODEL), SPIN_UP_DAYS)
    run_all([run], boundary, 1, f"spin-up of {SPIN_UP_DAYS} days")
    return run.restart


def planned_runs(
    output: Path, start: Path, days: int, members: int, emulators: Path
) -> dict[str, Run]:
    """The runs by name: emulated ones, and native members, the last of them in shadow mode."""
    executable = build(MODEL)

    def planned(name: str, schemes: dict[str, Any], seed: int = 0) -> Run:
        return Run(output / name, executable, days, start, schemes, seed)

    path = {scheme: str(emulator_file(emulators, scheme)) for scheme in SCHEMES}
    runs = {
        name: planned(name, {s: {"mode": "emulate", "emulator": path[s]} for s in schemes})
        for name, schemes in reversed(COMBINATIONS.items())  # the longest first
    }
    shadow = {
        s: {
            "mode": "shadow",
            "emulator": path[s],
            "record": {"steps": min(1.0, SHADOW_STEPS / (days * STEPS_PER_DAY)), "kind": "real32"},
        }
        for s in SCHEMES
    }
    for seed in reversed(range(members)):
        name = f"native_{seed}"
        runs[name] = planned(name, shadow if seed == members - 1 else {}, seed)
    return runs


def summarise(
    runs: dict[str, Run], climates: dict[str, Climate], emulators: Path, members: int
) -> dict[str, Any]:
    """All figures, as `summary.json` holds them."""
    native = [climates[f"native_{seed}"] for seed in range(members)]
    pairs = native_spread(native)
    shadow = runs[f"native_{members - 1}"]
    schemes: dict[str, Any] = {
        scheme: {
            "offline": pyhybrid.Emulator(emulator_file(emulators, scheme)).card.scores,
            "shadow": shadow_scores(scheme, shadow),
            "coupled": compare(climates[scheme], native[0]),
            "seconds_per_call": seconds_per_call(shadow.statistics["schemes"][scheme]),
        }
        for scheme in SCHEMES
    }
    schemes["all"] = {"coupled": compare(climates["all"], native[0])}
    return {
        "schemes": schemes,
        "native": {"rms_temperature_K": {"pairs": pairs, "largest": max(pairs)}},
    }


def shadow_scores(scheme: str, run: Run) -> dict[str, Any]:
    """Scores of what the emulator answered inside the native run."""
    recorded = read(run.folder / f"{scheme}.0.nc")
    return scores_of(scheme, recorded.inputs, recorded.native, recorded.emulated)


def seconds_per_call(statistics: dict[str, Any]) -> dict[str, float]:
    """Mean time of one call (2048 columns) [s]; emulated: packing and inference."""
    seconds, calls = statistics["seconds"], statistics["calls"]
    return {
        "native": seconds["native"] / calls,
        "emulated": (seconds["pack"] + seconds["infer"]) / calls,
    }


def verdicts(summary: dict[str, Any], days: int) -> dict[str, list[str]]:
    """By combination of schemes, what speaks against its run."""
    largest = summary["native"]["rms_temperature_K"]["largest"]
    return {
        name: objections(summary["schemes"][name]["coupled"], largest, days)
        for name in COMBINATIONS
    }
