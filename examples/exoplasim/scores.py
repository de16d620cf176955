# SPDX-License-Identifier: BSD-3-Clause
"""Scores of the emulators against the native routines, in the host's own units.

R2 is pooled over columns and levels, 1 - sum(error^2) / sum((native - mean of its level)^2), so a
mean profile earns nothing; the worst level is the smallest R2 of a single level. Levels in which
the native routine hardly does anything (deviation below a thirtieth of the largest) have none: in
convection's level 2 a few columns in a thousand would decide it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from networks.blocks import Emulator, sigma_half
from recordings import Fields

DAY = 86400.0
NET_LONGWAVE = "net_downward_longwave_flux_in_air"
NET_SHORTWAVE = "net_downward_shortwave_flux_in_air"
RAIN = "convective_rainfall_tendency_of_layer"


def r2_of_levels(native: np.ndarray, emulated: np.ndarray) -> np.ndarray:
    """Return R2 per level of fields (sample, level), nan where the native field does not vary."""
    variance = native.var(axis=0)
    error = ((emulated - native) ** 2).mean(axis=0)
    varies = variance > variance.max() / 30**2
    return np.where(varies, 1.0 - error / np.where(varies, variance, 1.0), np.nan)


def r2(native: np.ndarray, emulated: np.ndarray) -> float:
    """Return R2 of fields (sample, level) or (sample,), pooled over columns and levels."""
    error = ((emulated - native) ** 2).sum()
    return float(1.0 - error / ((native - native.mean(axis=0)) ** 2).sum())


def profile(native: np.ndarray, emulated: np.ndarray) -> list[float | None]:
    """Return R2 per level for JSON, None where there is none."""
    return [None if np.isnan(value) else float(value) for value in r2_of_levels(native, emulated)]


def worst_level(native: np.ndarray, emulated: np.ndarray) -> float:
    """Return the smallest R2 of a single level."""
    return float(np.nanmin(r2_of_levels(native, emulated)))


def rmse(native: np.ndarray, emulated: np.ndarray) -> float:
    """Return the root-mean-square error, in the unit of the fields."""
    return float(np.sqrt(((emulated - native) ** 2).mean()))


def f1(native: np.ndarray, emulated: np.ndarray) -> float:
    """Return the F1 score of two logical fields: harmonic mean of precision and recall."""
    return float(2.0 * (native & emulated).sum() / (native.sum() + emulated.sum()))


def heating(net: np.ndarray, inputs: Fields) -> np.ndarray:
    """Return the heating [K day-1] (sample, 10) of a net downward flux [W m-2] (sample, 11)."""
    pressure = inputs["surface_air_pressure"].reshape(-1, 1)
    mass = np.diff(sigma_half().numpy()) * pressure / Emulator.GRAVITY
    moist = 1.0 + Emulator.VAPOUR_FACTOR * inputs["specific_humidity"]
    return -DAY * np.diff(net, axis=1) / (mass * Emulator.HEAT_CAPACITY * moist)


def longwave_scores(inputs: Fields, native: Fields, emulated: Fields) -> dict[str, Any]:
    """Return scores of the long-wave emulator: heating, outgoing flux and flux at the surface."""
    true, guess = (heating(fields[NET_LONGWAVE], inputs) for fields in (native, emulated))
    up, down = "upwelling_longwave_flux_in_air", "downwelling_longwave_flux_in_air"
    return {
        "r2": {"heating": r2(true, guess), **{k: r2(native[k], emulated[k]) for k in native}},
        "worst_level_r2": worst_level(true, guess),
        "r2_profile": {"heating": profile(true, guess)},
        "rmse": {
            "heating": [rmse(true, guess), "K day-1"],
            "outgoing_longwave": [rmse(native[up][:, 0], emulated[up][:, 0]), "W m-2"],
            "surface_downwelling": [rmse(native[down][:, -1], emulated[down][:, -1]), "W m-2"],
        },
    }


def shortwave_scores(inputs: Fields, native: Fields, emulated: Fields) -> dict[str, Any]:
    """Return scores of the short-wave emulator over sunlit columns."""
    sun = native["downwelling_shortwave_flux_in_air"][:, 0] > 0.0
    inputs, native, emulated = (
        {name: values[sun] for name, values in fields.items()}
        for fields in (inputs, native, emulated)
    )
    net, answer = native[NET_SHORTWAVE], emulated[NET_SHORTWAVE]
    true, guess = heating(net, inputs), heating(answer, inputs)
    return {
        "r2": {"heating": r2(true, guess), **{k: r2(native[k], emulated[k]) for k in native}},
        "worst_level_r2": worst_level(true, guess),
        "r2_profile": {"heating": profile(true, guess)},
        "rmse": {
            "heating": [rmse(true, guess), "K day-1"],
            "net_at_top": [rmse(net[:, 0], answer[:, 0]), "W m-2"],
            "net_at_surface": [rmse(net[:, -1], answer[:, -1]), "W m-2"],
        },
    }


def convection_scores(inputs: Fields, native: Fields, emulated: Fields) -> dict[str, Any]:
    """Return scores of the convection emulator: increments, column rain [mm day-1], deep flag."""
    names = {
        "temperature": "tendency_of_air_temperature",
        "moisture": "tendency_of_specific_humidity",
        "rain_of_layers": RAIN,
    }
    mass = DAY * inputs["surface_air_pressure"].reshape(-1) / Emulator.GRAVITY
    rain, guess = (fields[RAIN].sum(axis=1) * mass for fields in (native, emulated))
    heat = names["temperature"]
    fields = {key: r2(native[name], emulated[name]) for key, name in names.items()}
    return {
        "r2": {"rain": r2(rain, guess), **fields},
        "worst_level_r2": worst_level(native[heat], emulated[heat]),
        "r2_profile": {key: profile(native[n], emulated[n]) for key, n in names.items()},
        "f1": {"deep": f1(rain > 0.0, guess > 0.0)},
        "rmse": {
            "temperature": [DAY * rmse(native[heat], emulated[heat]), "K day-1"],
            "rain": [rmse(rain, guess), "mm day-1"],
        },
    }


SCORES: dict[str, Callable[[Fields, Fields, Fields], dict[str, Any]]] = {
    "longwave": longwave_scores,
    "shortwave": shortwave_scores,
    "convection": convection_scores,
}


def scores_of(scheme: str, inputs: Fields, native: Fields, emulated: Fields) -> dict[str, Any]:
    """Return the scores of a scheme from samples by field name, (sample,) or (sample, level)."""
    as_float64 = (
        {name: np.asarray(values, np.float64) for name, values in fields.items()}
        for fields in (inputs, native, emulated)
    )
    return SCORES[scheme](*as_float64)
