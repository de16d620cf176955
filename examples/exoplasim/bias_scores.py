# SPDX-License-Identifier: BSD-3-Clause
"""How much of a planted bias a correction has removed, and what harm it did."""

from __future__ import annotations

from typing import Any

import numpy as np
from climate import compare, read_climate
from errors import FluxErrors, read_errors
from planted_biases import FLUXES, HEATING, LEVEL, LONGWAVE, SHORTWAVE, Planted
from runs import Run

KINDS = ("running_mean", "ridge", "kalman")
LIMITS = {"removed": 0.8, "correlation": 0.9, "harm": 0.02}


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
