# SPDX-License-Identifier: BSD-3-Clause
"""The model with an emulator against the model with native M7, from one restart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from column_figures import MODES, SPECIES, Array, Output
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun

TOLERANCE = 0.02  # of a burden, relative to native
GROWTH = 0.001  # of the error after day 10 that is no growth
LEVELS = (1000e2, 700e2, 400e2)  # of the size distributions [Pa]
RADII = np.geomspace(2e-10, 2e-5, 150)  # dry [m]
DENSITY = {"SO4": 1841.0, "BC": 1800.0, "OC": 1300.0, "SS": 2165.0, "DU": 2650.0}  # [kg m-3]
SIGMA = dict.fromkeys(MODES, 1.59) | {"CS": 2.0, "CI": 2.0}


def run_coupled(native: ColumnRun, emulator: Path, days: int, spin_up: int) -> dict[str, Any]:
    """Spin up, run natively and emulated, compare; return what `summary.json` holds.

    Parameters
    ----------
    native : ColumnRun
        Its folder gets the folders spin_up, native and emulated, summary.json and two pictures;
        its options hold the scenario and, if the spin-up is to branch off a run, `restart_in`.
    emulator : Path
    days, spin_up : int
        Length of the two runs and of what they have in common; the latter 0 for `restart_in`.
    """
    folder = native.folder
    if spin_up:
        steps = {"steps": spin_up * STEPS_PER_DAY}
        before = replace(native, folder=folder / "spin_up", options={**native.options, **steps})
        before.run()
        native.options["restart_in"] = before.restart.absolute()
    options = {**native.options, "steps": days * STEPS_PER_DAY, "output_every": STEPS_PER_DAY}
    text = f'\n[scheme.{SCHEME}]\nmode = "emulate"\nemulator = "{emulator.absolute()}"\n'
    runs = [
        replace(native, folder=folder / "native", options=options),
        replace(native, folder=folder / "emulated", options=options, hybrid=text),
    ]
    for run in runs:
        run.run()
    summary = compare(*runs)
    (folder / "summary.json").write_text(json.dumps(summary, indent=2))
    draw_courses(*runs, folder / "burdens.png")
    draw_sizes(*runs, folder / "sizes.png")
    return summary


def compare(native: ColumnRun, emulated: ColumnRun) -> dict[str, Any]:
    """Errors of the mean burdens of each species and mode, relative to native.

    `largest`: of all days. `growth`: mean of the last five days less that of days 6 to 10, None
    for runs that are too short to tell.
    """
    courses = {name: _error(*pair) for name, pair in burden_pairs(native, emulated).items()}
    rows = {name: _row(error) for name, error in courses.items()}
    rejected = [name for name, row in rows.items() if not row["accepted"]]
    return {"tolerance": TOLERANCE, "rejected": rejected, "burdens": rows}


def burden_pairs(native: ColumnRun, emulated: ColumnRun) -> dict[str, tuple[Array, Array]]:
    """Native and emulated mean burdens by time: of species [mg m-2] and of modes [m-2]."""
    one, other = Output(native.output), Output(emulated.output)
    pairs = {
        name: (one.mean(one.species(name)), other.mean(other.species(name))) for name in SPECIES
    }
    for mode in MODES:
        tracer = one.names.index(f"N_{mode}")
        pairs[f"N_{mode}"] = tuple(run.mean(run.burden[:, tracer]) for run in (one, other))
    return pairs


def _error(native: Array, emulated: Array) -> Array:
    """Relative to native, or to a thousandth of its largest; 1 where there should be nothing."""
    scale = np.maximum(native, native.max() / 1000)
    difference = np.abs(emulated - native)
    return np.divide(difference, scale, out=np.sign(difference), where=scale > 0)


def _row(error: Array) -> dict[str, Any]:
    growth = float(error[-5:].mean() - error[5:10].mean()) if error.size >= 15 else None
    largest = float(error.max())
    accepted = largest <= TOLERANCE and (growth is None or growth <= GROWTH)
    return {"largest": largest, "last": float(error[-1]), "growth": growth, "accepted": accepted}


def size_distribution(restart: Path, pressure: float) -> Array:
    """Mean dN / dln r of dry particles at the level nearest to a pressure, at RADII [cm-3].

    The sum of the modes' log-normal distributions (Vignati et al. 2004, eq. 2), each with the
    median radius that its mean dry volume has (Hatch and Choate 1929). Number at 273.15 K,
    1013.25 hPa.
    """
    with netCDF4.Dataset(restart) as file:
        file.set_auto_mask(False)
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        level = int(np.abs(file["pressure"][:] - pressure).argmin())
        tracers = dict(zip(names, file["tracers"][0, :, level, :], strict=True))
        area = file["area"][:] / file["area"][:].sum()
    return 1e-6 * 1.2922 * sum(_mode_distribution(mode, tracers, area) for mode in MODES)


def _mode_distribution(mode: str, tracers: dict[str, Array], area: Array) -> Array:
    """Of one mode [kg-1] (radius,)."""
    number = tracers[f"N_{mode}"]
    volume = sum(tracers.get(f"{name}_{mode}", 0.0) / DENSITY[name] for name in SPECIES)
    there = (number > 1.0) & (volume > 0.0)
    width = np.log(SIGMA[mode])
    mean_volume = volume[there] / number[there]
    median = np.cbrt(3 * mean_volume / (4 * np.pi)) * np.exp(-1.5 * width**2)
    distance = np.log(RADII[:, None] / median) / width
    bells = np.exp(-(distance**2) / 2) / (np.sqrt(2 * np.pi) * width)
    return bells @ (area[there] * number[there])


def draw_courses(native: ColumnRun, emulated: ColumnRun, target: Path) -> None:
    """Mean burdens of both runs by day."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    days = Output(native.output).days
    figure, panels = pyplot.subplots(3, 4, figsize=(13, 8), layout="constrained", sharex=True)
    for panel, (name, pair) in zip(
        panels.flat, burden_pairs(native, emulated).items(), strict=True
    ):
        unit = "m$^{-2}$" if name.startswith("N_") else "mg m$^{-2}$"
        panel.plot(days, pair[0], "k", label="native")
        panel.plot(days, pair[1], "C1--", label="emulated")
        panel.set_title(f"{name}, {unit}", fontsize=10)
    panels.flat[0].legend()
    for panel in panels[-1]:
        panel.set_xlabel("day")
    figure.savefig(target, dpi=90)
    pyplot.close(figure)


def draw_sizes(native: ColumnRun, emulated: ColumnRun, target: Path) -> None:
    """Size distributions of both runs at their end."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(LEVELS), figsize=(13, 4), layout="constrained")
    for panel, pressure in zip(panels, LEVELS, strict=True):
        for run, style, label in ((native, "k", "native"), (emulated, "C1--", "emulated")):
            panel.loglog(1e6 * RADII, size_distribution(run.restart, pressure), style, label=label)
        panel.set(title=f"{pressure / 100:.0f} hPa", xlabel="dry radius, µm")
        top = panel.get_ylim()[1]
        panel.set_ylim(top * 1e-8, top)
    panels[0].set_ylabel("dN / dln r, cm$^{-3}$ at 0 °C, 1013 hPa")
    panels[0].legend()
    figure.savefig(target, dpi=90)
    pyplot.close(figure)
