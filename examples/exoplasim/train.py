# SPDX-License-Identifier: BSD-3-Clause
"""The demo's emulators from nothing: record, train, validate offline and in shadow mode."""

from __future__ import annotations

import dataclasses
import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from cards import card_of
from demo import MODEL, spin_up
from model import build, fetch
from networks import NETWORKS
from recordings import Recorded, read
from runs import SCHEMES, Run, emulator_file
from schedule import run_all
from scores import scores_of
from training import PLAN, train

import pyhybrid
from pyhybrid.network_file import replace_card
from pyhybrid.ranges import training_range

RECORDED_STEPS = {"longwave": 0.04, "shortwave": 0.04, "convection": 0.08}  # fraction
SHADOW_DAYS = 10
DAYS = 120  # recorded for the shipped emulators
PLANS = {  # as long as the seconds suffice
    "longwave": replace(PLAN, rounds=90, rate=4e-3),
    "shortwave": replace(PLAN, rounds=120, rate=4e-3),
    "convection": replace(PLAN, rounds=60, rate=2e-3),
}


def run_training(output: Path, days: int, seconds: int, jobs: int, install: bool) -> dict[str, Any]:
    """Do it all; return offline and shadow scores of each scheme and the largest gap in R2."""
    output = output.absolute()
    boundary = fetch(MODEL) / "dat" / "T21"
    recorded = record(output, boundary, days)
    emulators = output / "emulators"
    emulators.mkdir(exist_ok=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        trained = [
            pool.submit(train_scheme, scheme, recorded.folder, emulators, days, seconds, place)
            for place, scheme in enumerate(reversed(SCHEMES))
        ]
        offline = {
            scheme: job.result() for scheme, job in zip(reversed(SCHEMES), trained, strict=True)
        }
    scores = validate_in_shadow(output, boundary, recorded, emulators, offline)
    (output / "scores.json").write_text(json.dumps(scores, indent=2) + "\n")
    if install:
        shutil.copytree(emulators, Path(__file__).parent / "emulators", dirs_exist_ok=True)
    return scores


def record(output: Path, boundary: Path, days: int) -> Run:
    """Record whole steps of a native run that follows the spin-up."""
    schemes = {
        scheme: {
            "mode": "record",
            "record": {"steps": RECORDED_STEPS[scheme], "kind": "real32", "seed": place},
        }
        for place, scheme in enumerate(SCHEMES)
    }
    run = Run(output / "recorded", build(MODEL), days, spin_up(output, boundary), schemes)
    run_all([run], boundary, 1, f"recording {days} days")
    return run


def record_training(output: Path) -> Run:
    """Record what the shipped emulators were trained on."""
    return record(output.absolute(), fetch(MODEL) / "dat" / "T21", DAYS)


def train_scheme(
    scheme: str, recording: Path, emulators: Path, days: int, seconds: int, place: int
) -> dict[str, Any]:
    """Train on the first three quarters of the days, choose on the next eighth, score on the last.

    Writes ``<scheme>.safetensors`` with its card, scores and ranges; `place` is the line of its
    progress bar.
    """
    last_training, last_validation = 3 * days // 4 - 1, 7 * days // 8 - 1
    recorded = read(recording / f"{scheme}.0.nc")
    network = NETWORKS[scheme]()
    train(
        network,
        recorded.select(0, last_training),
        recorded.select(last_training + 1, last_validation),
        replace(PLANS[scheme], seconds=seconds),
        place,
    )
    path = emulator_file(emulators, scheme)
    pyhybrid.export(network, card_of(scheme), path)
    scores = offline_scores(scheme, path, recorded.select(last_validation + 1, days))
    pyhybrid.export(network, card_of(scheme, scores), path)
    write_ranges(path, recording / f"{scheme}.0.nc")
    return scores


def write_ranges(path: Path, recording: Path) -> None:
    """Write into the card of an emulator file the range of each input and output of a recording.

    All of its days count, those of validation too: a guard is to know the weather. The network
    stays as it is.
    """
    with pyhybrid.Emulator(path) as emulator:
        card = emulator.card
    tree = pyhybrid.open_recording(recording)
    try:
        found = training_range(card, tree)
        steps = len(np.unique(tree["step"].values))
    finally:
        tree.close()
    about = {**card.provenance, "training_range": f"least and largest of {steps} recorded steps"}
    replace_card(path, dataclasses.replace(card, provenance=about, training_range=found))


def offline_scores(scheme: str, path: Path, test: Recorded) -> dict[str, Any]:
    """Scores of an emulator file, run by the library on recorded inputs."""
    with pyhybrid.Emulator(path) as emulator:
        wanted = {field.name: test.inputs[field.name] for field in emulator.card.inputs}
        emulated = emulator.predict(wanted)
    return scores_of(scheme, test.inputs, test.native, emulated)


def validate_in_shadow(
    output: Path, boundary: Path, recorded: Run, emulators: Path, offline: dict[str, Any]
) -> dict[str, Any]:
    """Go on from the end of the recording with all emulators in shadow mode."""
    schemes = {
        s: {
            "mode": "shadow",
            "emulator": str(emulator_file(emulators, s)),
            "record": {"steps": 0.1, "kind": "real32"},
        }
        for s in SCHEMES
    }
    run = Run(output / "shadow", build(MODEL), SHADOW_DAYS, recorded.restart, schemes)
    run_all([run], boundary, 1, f"shadow mode for {SHADOW_DAYS} days")
    scores = {}
    for scheme in SCHEMES:
        samples = read(run.folder / f"{scheme}.0.nc")
        shadow = scores_of(scheme, samples.inputs, samples.native, samples.emulated)
        gap = max(abs(shadow["r2"][name] - r2) for name, r2 in offline[scheme]["r2"].items())
        scores[scheme] = {"offline": offline[scheme], "shadow": shadow, "gap": gap}
    return scores
