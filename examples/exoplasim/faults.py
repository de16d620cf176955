# SPDX-License-Identifier: BSD-3-Clause
"""Planted faults: emulators and a call site that are broken on purpose, and what the guards do.

Of each fault it is known which columns it spoils. A run is right if it finishes, if each of these
columns is caught, and if the host has native results in them: where all columns are bad, the
model's restart is that of the native run, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from demo import MODEL, spin_up
from host_builds import copy_with
from host_faults import Drifting, with_days, with_nan
from model import GLUE, build, fetch
from online_pictures import draw_faults, draw_guards
from planted import (
    Nonsense,
    network_of,
    rows_of,
    write_emulator,
)
from recordings import read
from runs import SCHEMES, STEPS_PER_DAY, Run, emulator_file
from schedule import run_all
from train import DAYS

COLUMNS = 2048
BLOCK = 64  # of the columns by which false rejections are judged
GUARD = {"finite": "native", "training_range": "native"}
# A fifth of all steps, so it has learnt what is usual after three days.
AUDIT = {"steps": 0.2, "alarm": {"policy": "native"}}
SPOILED_FLUX, SPOILED_LEVEL = "upwelling_longwave_flux_in_air", 5
LIMITS = {"columns": 0.0005, "blocks": 0.05}  # of false rejections

# The call site gives tenths of a pascal; the card says Pa.
SCALED = {
    "longwave.f90": {
        'this%put("surface_air_pressure", dp)': 'this%put("surface_air_pressure", 10*dp)'
    }
}
# It counts the days for an emulator that depends on them.
COUNTING = {
    "longwave.f90": {
        "  call this%run()\n": '  call this%put("days_of_run", days_of_run())\n  call this%run()\n',
        "  use plasim_host, only: longwave, open_step\n": (
            "  use plasim_host, only: longwave, open_step, days_of_run\n"
        ),
    },
    "plasim_host.f90": {
        "  public :: longwave": "  public :: days_of_run, longwave",
        "  subroutine close_run()\n": (
            "  real function days_of_run()\n"
            "    integer, save :: first = -1\n"
            "    if (first < 0) first = nstep\n"
            "    days_of_run = real(nstep - first)/mtspd\n"
            "  end function days_of_run\n\n"
            "  subroutine close_run()\n"
        ),
    },
}


@dataclass
class Parts:
    """What all runs of this job have in common."""

    output: Path
    emulators: Path
    days: int
    start: Path

    def run(self, name: str, schemes: dict[str, Any], glue: Path | None = None) -> Run:
        """A run with a record of each day in its statistics."""
        executable = build(MODEL, glue=glue) if glue else build(MODEL)
        domain = {"report_steps": STEPS_PER_DAY}
        return Run(self.output / name, executable, self.days, self.start, schemes, domain=domain)

    def table(self, scheme: str, mode: str = "emulate", **more: Any) -> dict[str, Any]:
        """Of a scheme with the shipped emulator and guards."""
        path = str(emulator_file(self.emulators, scheme))
        return {"mode": mode, "emulator": path, "guard": GUARD, **more}

    def broken(self, name: str, write: Callable[[Path], Path], **more: Any) -> dict[str, Any]:
        """Of the long wave with an emulator that is written for it."""
        folder = self.output / "emulators"
        folder.mkdir(parents=True, exist_ok=True)
        path = write(folder / f"{name}.safetensors")
        return {"longwave": {**self.table("longwave"), "emulator": str(path), **more}}


def run_faults(output: Path, days: int, emulators: Path, jobs: int) -> dict[str, Any]:
    """Run natively, clean and with each fault; return what `summary.json` holds."""
    output = output.absolute()
    boundary = fetch(MODEL) / "dat" / "T21"
    parts = Parts(output, emulators.absolute(), days, after_training(output, boundary))
    runs = planned_runs(parts)
    run_all(runs.values(), boundary, jobs, f"{len(runs)} runs of {days} days")
    summary = summarise(runs, days)
    (output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    told = {name: history(run) for name, run in runs.items() if name not in ("native", "shadow")}
    draw_faults(told, output / "faults.png")
    draw_guards(told["nonsense"], output / "nonsense.png")
    return summary


def after_training(output: Path, boundary: Path) -> Path:
    """The restart behind the days that the emulators and their ranges come from."""
    run = Run(output / "training", build(MODEL), DAYS, spin_up(output, boundary))
    run_all([run], boundary, 1, f"the {DAYS} days of the training")
    return run.restart


def planned_runs(parts: Parts) -> dict[str, Run]:
    """The runs by name; the longest first."""
    glue = parts.output / "glue"
    land = {"steps": 0.05, "kind": "real32"}
    clean = {scheme: parts.table(scheme, audit=AUDIT) for scheme in SCHEMES}
    shadow = {scheme: parts.table(scheme, mode="shadow") for scheme in SCHEMES}
    counting = copy_with(GLUE, glue / "counting", COUNTING)
    scaled = copy_with(GLUE, glue / "scaled", SCALED)
    return {
        "clean": parts.run("clean", clean),
        "shadow": parts.run("shadow", shadow),
        "drift": parts.run("drift", drifting(parts), counting),
        "nonsense": parts.run("nonsense", nonsense(parts, record=land)),
        "nan_weights": parts.run("nan_weights", nan_weights(parts)),
        "scaled_input": parts.run("scaled_input", {"longwave": parts.table("longwave")}, scaled),
        "native": parts.run("native", {}),
    }


def nan_weights(parts: Parts) -> dict[str, Any]:
    """One weight of the long wave is not a number, which spoils every column."""
    source = emulator_file(parts.emulators, "longwave")
    return parts.broken("nan_weights", lambda path: with_nan(source, path, "core.first.weight"))


def nonsense(parts: Parts, **more: Any) -> dict[str, Any]:
    """One flux of the long wave is a thousand times too large over land."""
    network, card = network_of(parts.emulators, "longwave")
    place = rows_of(card, SPOILED_FLUX).start + SPOILED_LEVEL - 1
    module = Nonsense(network, card.noutput, place)
    return parts.broken("nonsense", lambda path: write_emulator(module, card, path), **more)


def drifting(parts: Parts) -> dict[str, Any]:
    """The long wave grows by one part in a hundred each day."""
    network, card = network_of(parts.emulators, "longwave")
    module = Drifting(network)
    return parts.broken(
        "drift", lambda path: write_emulator(module, with_days(card), path), audit=AUDIT
    )


# ---- What came of it


def summarise(runs: dict[str, Run], days: int) -> dict[str, Any]:
    """All figures, and what speaks against each run."""
    native = runs["native"].restart.read_bytes()
    found = {
        "clean": clean_figures(runs["clean"]),
        "shadow": clean_figures(runs["shadow"]),
        "nan_weights": caught(runs["nan_weights"], COLUMNS, "finite"),
        "scaled_input": caught(runs["scaled_input"], COLUMNS, "surface_air_pressure"),
        "nonsense": caught(runs["nonsense"], land_columns(runs["nonsense"]), SPOILED_FLUX),
        "drift": alarm(runs["drift"]),
    }
    for name in ("nan_weights", "scaled_input"):
        found[name]["same_as_native"] = runs[name].restart.read_bytes() == native
    return {"days": days, "runs": found, "rejected": objections(found)}


def clean_figures(run: Run) -> dict[str, Any]:
    """By scheme, the parts of columns that were rejected, and of blocks that had such."""
    found = {}
    for scheme, told in run.statistics["schemes"].items():
        part = told["rejected"] / told["columns"]
        # No more blocks than rejected columns.
        found[scheme] = {
            "columns": told["columns"],
            "rejected": told["rejected"],
            "part_of_columns": part,
            "part_of_blocks_at_most": min(1.0, part * BLOCK),
            "alarms": told.get("audit", {}).get("alarms", 0),
        }
    return found


def caught(run: Run, bad: int, guard: str) -> dict[str, Any]:
    """Of a fault that spoils `bad` columns in each call; the guard's name, or its field's."""
    told = run.statistics["schemes"]["longwave"]
    counted = [
        one["columns"] for one in told["guards"] if guard in (one["guard"], one["field"])
    ]
    return {
        "calls": told["calls"],
        "bad": bad * told["calls"],
        "caught": max(counted, default=0),
        "rejected": told["rejected"],
        "guards": told["guards"],
    }


def land_columns(run: Run) -> int:
    """Columns that are mostly land, which the emulator sees as the model does."""
    recorded = read(run.folder / "longwave.0.nc")
    land = recorded.inputs["land_area_fraction"].reshape(-1, COLUMNS) > 0.5
    (count,) = np.unique(land.sum(axis=1))
    return int(count)


def alarm(run: Run) -> dict[str, Any]:
    """When the audit noticed the drift, and how far it had got."""
    told = run.statistics["schemes"]["longwave"]
    days = [one["day"] for one in history(run) if one["raised"]]
    first = days[0] if days else None
    return {
        "alarms": told["audit"]["alarms"],
        "raised": told["audit"]["raised"],
        "first_day": first,
        "part_native": told["rejected"] / told["columns"],
        "error_learnt": told["audit"]["error"]["mean"],
        "last": told["audit"]["last"],
    }


def history(run: Run, scheme: str = "longwave") -> list[dict[str, Any]]:
    """Of each day: what was rejected, by guard too, and the audit's score."""
    days = []
    for number, record in enumerate(run.statistics["history"], 1):
        told = record["schemes"][scheme]
        audit = told.get("audit", {})
        days.append({
            "day": number,
            "rejected": told["rejected"],
            "columns": told["columns"],
            "guards": told.get("guards", []),
            "raised": audit.get("raised", False),
            "audit": audit,
        })
    return days


def objections(found: dict[str, Any]) -> dict[str, list[str]]:
    """By run, what speaks against it."""
    against: dict[str, list[str]] = {name: [] for name in found}
    for name in ("clean", "shadow"):
        for scheme, one in found[name].items():
            if one["part_of_columns"] > LIMITS["columns"] or one["alarms"]:
                against[name].append(
                    f"{scheme}: expected at most {LIMITS['columns']:.2%} of columns rejected and "
                    f"no alarm, found {one['part_of_columns']:.3%} and {one['alarms']}"
                )
    for name in ("nan_weights", "scaled_input", "nonsense"):
        one = found[name]
        if one["caught"] != one["bad"] or one["rejected"] < one["bad"]:
            against[name].append(f"expected {one['bad']} bad columns, found {one['caught']}")
        if not one.get("same_as_native", True):
            against[name].append("expected the restart of the native run, found another")
    if not found["drift"]["alarms"]:
        against["drift"].append("expected an alarm of the audit, found none")
    return against
