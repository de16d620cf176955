# SPDX-License-Identifier: BSD-3-Clause
"""Planted biases: emulators of radiation with errors that are known, and each kind of correction.

The call sites of `measured/` keep the native net flux where the audit has it made, and add up how
far the flux that the model then gets is from it. A correction is judged by the second half of the
run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from climate import compare, read_climate
from demo import MODEL, spin_up
from errors import FluxErrors, read_errors
from host_builds import copy_with
from model import GLUE, build, fetch
from networks.blocks import Emulator, sigma_half
from online_pictures import draw_biases
from planted import Scaled, network_of, rows_of, write_emulator
from runs import Run, emulator_file
from schedule import run_all

MEASURED = Path(__file__).parent / "measured"
WAYS = ("upwelling", "downwelling", "net_downward")
FLUXES = {
    scheme: tuple(f"{way}_{scheme}_flux_in_air" for way in WAYS)
    for scheme in ("longwave", "shortwave")
}
PRESSURE_PLACE = {"longwave": 51, "shortwave": 50}  # of the surface pressure among the inputs
LONGWAVE, SHORTWAVE = 1.02, 1.05  # factors
LEVEL, HEATING = 5, 0.5  # K day-1, added at this level
AUDIT = {"steps": 0.25}
LEARN = {"learn": "audit", "time_scale": "20 days", "region": "latitude", "latitudes": 32}
KINDS = ("running_mean", "ridge", "kalman")
# A slow drift: neighbours have errors in common, so a mean over them knows less than their number
# says.
KALMAN = {"initial": "5 W m-2", "drift": "0.02 W m-2"}
# A mean has to know the time of day where the error is that of the sun.
BINS_PER_DAY = {"longwave": 1, "shortwave": 16}
LIMITS = {"removed": 0.8, "correlation": 0.9, "harm": 0.02}


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


@dataclass
class Planted:
    """The emulators of one set of runs and what was planted in them.

    Attributes
    ----------
    paths : dict
        Scheme to emulator file.
    biased : tuple of str
        The schemes with a bias.
    """

    paths: dict[str, Path]
    biased: tuple[str, ...]


def plant(folder: Path, emulators: Path) -> dict[str, Planted]:
    """Write the biased emulators; by name of the bias."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = {scheme: emulator_file(emulators, scheme) for scheme in FLUXES}
    scaled = {
        scheme: _write(folder / f"scaled_{scheme}.safetensors", emulators, scheme, factor, 0.0)
        for scheme, factor in (("longwave", LONGWAVE), ("shortwave", SHORTWAVE))
    }
    level = _write(folder / "level_longwave.safetensors", emulators, "longwave", 1.0, HEATING)
    return {
        "none": Planted(clean, ()),
        "scaled": Planted(scaled, ("longwave", "shortwave")),
        "level": Planted({**clean, "longwave": level}, ("longwave",)),
    }


def _write(path: Path, emulators: Path, scheme: str, scale: float, warmer: float) -> Path:
    network, card = network_of(emulators, scheme)
    factor, added = torch.ones(card.noutput), torch.zeros(card.noutput)
    up, down, net = (rows_of(card, flux) for flux in FLUXES[scheme])
    for rows in (up, down, net):
        factor[rows] = scale
    absorbed = warmer * flux_of_heating(LEVEL)
    added[net.start : net.start + LEVEL] = absorbed
    added[up.start : up.start + LEVEL] = -absorbed
    return write_emulator(Scaled(network, factor, added, PRESSURE_PLACE[scheme]), card, path)


def flux_of_heating(level: int) -> float:
    """Absorbed flux [W m-2] by which a level warms by 1 K day-1, for 1 Pa at the surface."""
    mass = float(torch.diff(sigma_half())[level - 1]) / Emulator.GRAVITY
    return mass * Emulator.HEAT_CAPACITY / 86400.0


def glue(folder: Path) -> Path:
    """Call sites that compare what a scheme gives with its native routine, where that ran."""
    edits = {
        "longwave.f90": _measured("longwave", "lwr", "dlwfl"),
        "shortwave.f90": _measured("shortwave", "swr", "dswfl"),
        "plasim_host.f90": {
            "    call write_climate()\n": "    call write_climate()\n    call write_errors()\n",
            "    use plasim_climate, only: write_climate\n": (
                "    use plasim_climate, only: write_climate\n"
                "    use plasim_errors, only: write_errors\n"
            ),
        },
    }
    copy_with(MEASURED, folder, {})
    return copy_with(GLUE, folder, edits)


def _measured(scheme: str, routine: str, flux: str) -> dict[str, str]:
    return {
        "  implicit none\n": (
            f"  use plasim_errors, only: add_errors, {scheme}_errors\n  implicit none\n"
        ),
        "  type(hybrid_call) :: this\n": (
            "  type(hybrid_call) :: this\n"
            "  logical :: wanted\n"
            "  real :: truth(NHOR, NLEV + 1)\n"
        ),
        f"  if (this%native_wanted()) call native_{routine}()\n": (
            "  wanted = this%native_wanted()\n"
            f"  if (wanted) call native_{routine}()\n"
            f"  truth = {flux}\n"
        ),
        "  call this%close()\n": (
            "  call this%close()\n"
            f"  if (wanted) call add_errors({scheme}_errors, {flux}, truth)\n"
        ),
    }


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


# ---- What came of it


def summarise(runs: dict[str, Run], planted: dict[str, Planted], days: int) -> dict[str, Any]:
    """By bias, scheme and kind: what is left, what was found, what harm was done.

    Harm is by how much fluxes have become worse where nothing was planted, learning included.
    """
    first_day = days // 2 + 1
    truth = read_climate(runs["native"].folder)
    found: dict[str, Any] = {}
    for bias, one in planted.items():
        for scheme in one.paths:
            errors = {
                kind: read_errors(runs[f"{bias}_{kind}"].folder, scheme)
                for kind in ("uncorrected", *KINDS)
            }
            known = pattern(bias, scheme, errors["uncorrected"], first_day)
            rows = judged(errors, known, first_day)
            if scheme not in one.biased:
                for kind in KINDS:
                    raw = raw_rmse(runs[f"{bias}_{kind}"], scheme)
                    rows[kind]["harm"] = errors[kind].rmse(1) / raw - 1
            found.setdefault(bias, {})[scheme] = rows
        for kind in ("uncorrected", *KINDS):
            run = read_climate(runs[f"{bias}_{kind}"].folder)
            found[bias].setdefault("climate", {})[kind] = compare(run, truth)
    return {"days": days, "first_day": first_day, "biases": found, "rejected": objections(found)}


def pattern(bias: str, scheme: str, errors: FluxErrors, first_day: int) -> np.ndarray | None:
    """What was planted [K day-1] (local time, latitude, level), from the native fluxes."""
    if bias == "scaled":
        factor = {"longwave": LONGWAVE, "shortwave": SHORTWAVE}[scheme]
        return (factor - 1) * errors.climatology(errors.native, first_day)
    if bias == "level" and scheme == "longwave":
        field = np.zeros_like(errors.climatology(errors.native, first_day))
        field[..., LEVEL - 1] = HEATING
        return field
    return None


def raw_rmse(run: Run, scheme: str) -> float:
    """Of the emulator's own net fluxes in the very steps and columns of a run [W m-2].

    Two runs differ by their weather, which says more than a small correction.
    """
    outputs = run.statistics["schemes"][scheme]["audit"]["outputs"]
    squares = [one["rmse"] ** 2 for one in outputs[FLUXES[scheme][2]]]
    return float(np.sqrt(np.mean(squares)))


def judged(
    errors: dict[str, FluxErrors], known: np.ndarray | None, first_day: int
) -> dict[str, Any]:
    """Figures of each kind of correction of one scheme."""
    before = errors["uncorrected"].climatology(errors["uncorrected"].error, first_day)
    rows: dict[str, Any] = {}
    for kind, one in errors.items():
        after = one.climatology(one.error, first_day)
        rows[kind] = {
            "climatological_error_K_day": rms(after),
            "flux_rmse_W_m2": one.rmse(first_day),
            "removed": 1 - rms(after) / rms(before),
        }
        if known is not None and kind != "uncorrected":
            rows[kind]["correlation"] = correlation(before - after, known)
    return rows


def rms(field: np.ndarray) -> float:
    """Over local times, latitudes by their area, and levels, of (local time, latitude, level)."""
    return float(np.sqrt(_mean(field**2)))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Of two patterns, their means included, weighted as `rms` does."""
    return float(_mean(one * other) / (rms(one) * rms(other)))


def _mean(field: np.ndarray) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(field.shape[1])
    return float((field.mean((0, 2)) * weights / weights.sum()).sum())


def objections(found: dict[str, Any]) -> dict[str, list[str]]:
    """By bias, scheme and kind, what speaks against a correction."""
    against: dict[str, list[str]] = {}
    for bias, schemes in found.items():
        for scheme, rows in schemes.items():
            if scheme == "climate":
                continue
            for kind, row in rows.items():
                if kind != "uncorrected":
                    against[f"{bias}, {scheme}, {kind}"] = _against(row)
    return against


def _against(row: dict[str, float]) -> list[str]:
    texts = []
    if "correlation" in row:
        for key in ("removed", "correlation"):
            if not row[key] >= LIMITS[key]:
                texts.append(f"{key}: expected at least {LIMITS[key]}, found {row[key]:.3f}")
    elif not row["harm"] <= LIMITS["harm"]:
        texts.append(f"harm: expected at most {LIMITS['harm']:.0%}, found {row['harm']:.1%}")
    return texts


