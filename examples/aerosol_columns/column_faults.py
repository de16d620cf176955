# SPDX-License-Identifier: BSD-3-Clause
"""Planted faults: emulators of M7 and a call site that are broken on purpose, and what guards do.

Columns do not exchange air, so results of rejected columns are compared at the end of the run,
column by column and bit for bit: those that are bad in each step are a native run's, all others an
emulated run's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from column_coupled import started
from column_host import HOST, Variant, build
from column_pictures import draw_faults
from column_planted import (
    COUNTING,
    SCALED,
    SCALED_COLUMNS,
    Nonsense,
    network_of,
    write_emulator,
)
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun
from host_builds import Edits, copy_with
from host_faults import Drifting, with_days, with_nan
from host_runs import DOMAIN

FIRST_WEIGHTS = "hidden.2.weight"  # behind the normalised inputs
BLOCK = 64  # of the columns by which false rejections are judged
GUARD = 'guard = { finite = "native", training_range = "native" }\n'
AUDIT = 'audit = { steps = 0.2, alarm = { policy = "native" } }\n'
LIMITS = {"columns": 0.0005, "blocks": 0.05}  # of false rejections


def table(mode: str, emulator: Path, *lines: str) -> str:
    """TOML of the scheme with guards."""
    path = json.dumps(str(emulator.absolute()), ensure_ascii=False)
    head = f'\n[scheme.{SCHEME}]\nmode = "{mode}"\nemulator = {path}\n'
    return head + GUARD + "".join(lines)


def run_faults(native: ColumnRun, emulator: Path, days: int, spin_up: int) -> dict[str, Any]:
    """Run natively, clean and with each fault; return what `summary.json` holds.

    Parameters
    ----------
    native : ColumnRun
        Its folder gets a folder for each run, summary.json and faults.png.
    emulator : Path
        A `.safetensors` file of M7, from which broken ones are made.
    days, spin_up : int
        Length of the runs, and of what they have in common: air without aerosol hides faults.
    """
    steps = {"steps": days * STEPS_PER_DAY, "output_every": STEPS_PER_DAY}
    domain = f"{DOMAIN}report_steps = {STEPS_PER_DAY}\n"
    start = started(native, spin_up, members=0)
    start = replace(start, options={**start.options, **steps}, domain=domain)
    runs = planned_runs(start, emulator)
    for run in runs.values():
        run.run()
    summary = summarise(runs, days)
    (native.folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    draw_faults({name: history(run) for name, run in runs.items() if run.hybrid},
                native.folder / "faults.png")  # fmt: skip
    return summary


def planned_runs(start: ColumnRun, emulator: Path) -> dict[str, ColumnRun]:
    """The runs by name."""
    folder = start.folder / "emulators"
    folder.mkdir(parents=True, exist_ok=True)
    network, card = network_of(emulator)
    nan = with_nan(emulator, folder / "nan_weights.safetensors", FIRST_WEIGHTS)
    spoiled = Nonsense(network, card.noutput)
    nonsense = write_emulator(spoiled, card, folder / "nonsense.safetensors")
    drift = write_emulator(Drifting(network), with_days(card), folder / "drift.safetensors")

    def run(name: str, hybrid: str = "", edits: Edits | None = None) -> ColumnRun:
        host = copy_with(HOST, start.folder / "host" / name, edits) if edits else None
        executable = build(start.folder, Variant(), host) if host else start.executable
        return replace(start, folder=start.folder / name, hybrid=hybrid, executable=executable)

    return {
        "native": run("native"),
        "clean": run("clean", table("emulate", emulator, AUDIT)),
        "shadow": run("shadow", table("shadow", emulator)),
        "nan_weights": run("nan_weights", table("emulate", nan)),
        "scaled_input": run("scaled_input", table("emulate", emulator), SCALED),
        "nonsense": run("nonsense", table("emulate", nonsense)),
        "drift": run("drift", table("emulate", drift, AUDIT), COUNTING),
    }


# ---- What came of it


def statistics(run: ColumnRun) -> dict[str, Any]:
    """Of the whole run."""
    return json.loads((run.folder / "statistics.0.json").read_text())


def history(run: ColumnRun) -> list[dict[str, Any]]:
    """What the scheme had to tell of each day."""
    return [record["schemes"][SCHEME] for record in statistics(run)["history"]]


def summarise(runs: dict[str, ColumnRun], days: int) -> dict[str, Any]:
    """All figures, and what speaks against each run."""
    found = {
        "clean": clean_figures(runs["clean"]),
        "shadow": clean_figures(runs["shadow"]),
        "nan_weights": caught(runs, "nan_weights", 1),
        "scaled_input": caught(runs, "scaled_input", SCALED_COLUMNS),
        "nonsense": caught(runs, "nonsense", 1),
        "drift": alarm(runs["drift"]),
    }
    return {"days": days, "runs": found, "rejected": objections(found)}


def clean_figures(run: ColumnRun) -> dict[str, Any]:
    """The parts of columns that were rejected, and of blocks that had such."""
    told = statistics(run)["schemes"][SCHEME]
    part = told["rejected"] / told["columns"]
    return {
        "columns": told["columns"],
        "rejected": told["rejected"],
        "part_of_columns": part,
        "part_of_blocks_at_most": min(1.0, part * BLOCK),  # no more than rejected columns
        "alarms": told.get("audit", {}).get("alarms", 0),
        "guards": told["guards"],
    }


def caught(runs: dict[str, ColumnRun], name: str, every: int) -> dict[str, Any]:
    """Of a fault that spoils each so many-th column of the grid in each step."""
    told = statistics(runs[name])["schemes"][SCHEME]
    found, native, clean = (columns(runs[one]) for one in (name, "native", "clean"))
    number = np.arange(1, len(found) + 1)
    bad = number % every == 0
    steps = told["columns"] // len(found)
    return {
        "bad": int(bad.sum()) * steps,
        "rejected": told["rejected"],
        "bad_like_native": bool(np.array_equal(found[bad], native[bad])),
        "others_like_clean": bool(np.array_equal(found[~bad], clean[~bad])),
        "guards": told["guards"],
    }


def columns(run: ColumnRun) -> np.ndarray:
    """All that the model keeps, as bits: (column, value)."""
    with netCDF4.Dataset(run.restart) as file:
        file.set_auto_mask(False)
        tracers, budget = file["tracers"][0], file["budget"][0]
    ncol = tracers.shape[-1]
    state = np.concatenate([tracers.reshape(-1, ncol), budget.reshape(-1, ncol)])
    return np.ascontiguousarray(state.T).view(np.int64)


def alarm(run: ColumnRun) -> dict[str, Any]:
    """When the audit noticed the drift."""
    told = statistics(run)["schemes"][SCHEME]
    raised = [day for day, one in enumerate(history(run), 1) if one["audit"]["raised"]]
    return {
        "alarms": told["audit"]["alarms"],
        "raised": told["audit"]["raised"],
        "first_day": raised[0] if raised else None,
        "part_native": told["rejected"] / told["columns"],
    }


def objections(found: dict[str, Any]) -> dict[str, list[str]]:
    """By run, what speaks against it."""
    against: dict[str, list[str]] = {name: [] for name in found}
    for name in ("clean", "shadow"):
        one = found[name]
        if one["part_of_columns"] > LIMITS["columns"] or one["alarms"]:
            against[name].append(
                f"expected at most {LIMITS['columns']:.2%} of columns rejected and no alarm, found "
                f"{one['part_of_columns']:.3%} and {one['alarms']}"
            )
    for name in ("nan_weights", "scaled_input", "nonsense"):
        one = found[name]
        most = one["bad"] + found["clean"]["rejected"]
        if not one["bad"] <= one["rejected"] <= most:
            against[name].append(f"expected {one['bad']} bad columns, found {one['rejected']}")
        for key in ("bad_like_native", "others_like_clean"):
            if not one[key]:
                against[name].append(f"{key}: expected the same bits, found others")
    if not found["drift"]["alarms"]:
        against["drift"].append("expected an alarm of the audit, found none")
    return against
