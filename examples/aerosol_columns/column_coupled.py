# SPDX-License-Identifier: BSD-3-Clause
"""The model with an emulator against the model with native M7, from one restart.

Beside them native members, each from that restart with a small perturbation: what becomes of a
difference that no emulator is to blame for.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from column_figures import Output
from column_pictures import draw_courses, draw_errors, draw_sizes, draw_zones
from column_places import place_errors
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun, emulator_calls
from column_sizes import size_errors
from column_verdict import TOLERANCE, rows

PERTURBATION = 1e-3  # of tracers, about what emulators of M7 are off after a day


def run_coupled(
    native: ColumnRun, emulator: Path, days: int, spin_up: int, members: int = 2
) -> dict[str, Any]:
    """Spin up, run natively and emulated, compare; return what `summary.json` holds.

    Parameters
    ----------
    native : ColumnRun
        Its folder gets the folders spin_up, native, emulated and member_1 ..., summary.json and
        four pictures; its options hold the scenario and, if the spin-up is to branch off a run,
        `restart_in`.
    emulator : Path
    days, spin_up : int
        Length of the runs and of what they have in common; the latter 0 for `restart_in`.
    members : int
        Native runs from perturbed restarts.

    Raises
    ------
    ValueError
        Members are wanted of a start without aerosol: there is nothing to perturb.
    RuntimeError
        A run failed, or calls of the emulator did and native M7 took their place.
    """
    start = started(native, spin_up, members)
    options = {**start.options, "steps": days * STEPS_PER_DAY, "output_every": STEPS_PER_DAY}
    runs = [
        replace(start, folder=native.folder / "native", options=options),
        replace(start, folder=native.folder / "emulated", options=options, hybrid=_table(emulator)),
    ]
    runs += [_member(runs[0], seed) for seed in range(1, members + 1)]
    emulated = runs[1]  # first: it is what may fail
    emulated.run()
    check_emulated(emulated)
    for run in (runs[0], *runs[2:]):
        run.run()
    return _report(native.folder, emulator, runs)


def started(native: ColumnRun, spin_up: int, members: int) -> ColumnRun:
    """With options that hold the restart from which all runs go on."""
    if not spin_up and members and not native.options.get("restart_in"):
        raise ValueError("members: expected a spin-up or a restart to perturb, found neither")
    if not spin_up:
        return native
    steps = {"steps": spin_up * STEPS_PER_DAY}
    before = replace(native, folder=native.folder / "spin_up", options={**native.options, **steps})
    before.run()
    return replace(native, options={**native.options, "restart_in": before.restart.absolute()})


def _table(emulator: Path) -> str:
    # Strings of JSON are strings of TOML.
    path = json.dumps(str(emulator.absolute()), ensure_ascii=False)
    return f'\n[scheme.{SCHEME}]\nmode = "emulate"\nemulator = {path}\n'


def _member(native: ColumnRun, seed: int) -> ColumnRun:
    folder = native.folder.with_name(f"member_{seed}")
    target = folder.with_name(f"perturbed_{seed}.nc")
    target.parent.mkdir(parents=True, exist_ok=True)
    restart = perturbed(Path(str(native.options["restart_in"])), target, seed)
    return replace(
        native, folder=folder, options={**native.options, "restart_in": restart.absolute()}
    )


def perturbed(restart: Path, target: Path, seed: int) -> Path:
    """Copy a restart, with each tracer multiplied by 1 + 1e-3 (a + b); return the copy.

    a is normal and shared by all boxes, as the bias of an emulator is: noise of boxes alone is
    nothing in a mean over them. b is each box's own. The restart's budget stays as it was.
    """
    shutil.copy(restart, target)
    normal = np.random.default_rng(seed).standard_normal
    with netCDF4.Dataset(target, "a") as file:
        file.set_auto_mask(False)
        tracers = file["tracers"][:]
        noise = normal((tracers.shape[1], 1, 1)) + normal(tracers.shape[1:])
        file["tracers"][:] = tracers * (1 + PERTURBATION * noise)
    return target


def check_emulated(run: ColumnRun) -> None:
    """Raise RuntimeError if native M7 did the work of an emulator that failed."""
    calls, failed = emulator_calls(run.folder)
    if failed or not calls:
        raise RuntimeError(
            f"{run.folder}: expected calls of the emulator, all well; found {calls}, "
            f"{failed} of them failed and run natively: see hybrid.0.log"
        )


def _report(folder: Path, emulator: Path, runs: Sequence[ColumnRun]) -> dict[str, Any]:
    """Write and return the summary, and draw."""
    summary = {
        "options": {key: runs[0].options.get(key) for key in ("scenario", "month")},
        **fingerprints(emulator),
        **compare(*runs),
    }
    (folder / "summary.json").write_text(json.dumps(summary, indent=2))
    draw_courses(*(Output(run.output) for run in runs[:2]), folder / "burdens.png")
    draw_sizes(*(run.restart for run in runs[:2]), folder / "sizes.png")
    draw_errors(summary, folder / "errors.png")
    draw_zones(summary, folder / "zones.png")
    return summary


def fingerprints(emulator: Path) -> dict[str, str | None]:
    """SHA-256 of the file, and of its tensors alone: a card may be written anew.

    The latter of a `.safetensors` file, whose header follows its own length in 8 bytes; else None.
    """
    content = emulator.read_bytes()
    header = int.from_bytes(content[:8], "little")
    tensors = content[8 + header :] if emulator.suffix == ".safetensors" else None
    return {
        "emulator_sha256": hashlib.sha256(content).hexdigest(),
        "tensors_sha256": None if tensors is None else hashlib.sha256(tensors).hexdigest(),
    }


def compare(native: ColumnRun, emulated: ColumnRun, *members: ColumnRun) -> dict[str, Any]:
    """Errors of burdens and of size distributions, relative to native.

    `burdens` are those of each species and mode, which decide (`rejected`), `water` those of the
    soluble modes' water, which are told. README.md says what a row holds.
    """
    truth, *others = (Output(run.output) for run in (native, emulated, *members))
    places = place_errors(truth, others[0], others[1:])
    found = {name: row | places[name] for name, row in rows(truth, others[0], others[1:]).items()}
    water = {name: found.pop(name) for name in list(found) if name.startswith("water_")}
    return {
        "tolerance": TOLERANCE,
        "members": len(members),
        "rejected": [name for name, row in found.items() if not row["accepted"]],
        "burdens": found,
        "water": water,
        "sizes": size_errors(
            native.restart, emulated.restart, [member.restart for member in members]
        ),
    }
