# SPDX-License-Identifier: BSD-3-Clause
"""Scores of emulated boxes against those of the native scheme.

After Harder et al. 2022, https://doi.org/10.1017/eds.2022.20 (and their first report,
https://arxiv.org/abs/2109.10593). All are of tendencies, state after minus state before, but for
the aerosol water, which is new in each step and is scored itself. R2 of a variable is
1 - sum(error^2) / sum((native - mean of native)^2) over all boxes: 1 is perfect, 0 is what a
constant does.

- ``r2_linear``: of tendencies in the units of the tracers. The largest few decide it.
- ``r2_signed_log``: of s(t) = sign(t) ln(1 + |t| / e). All sizes count, and the sign. Harder et al.
  score ln(|t| + 1e-8) and the sign apart; here both are in one number, and e is 1e-6 of the
  tendency's standard deviation in training, the same for every unit.
- ``r2_log_state``: of ln(max(state after, 0) + f), f being 1e-6 of the variable's mean in training:
  what becomes of a tracer, wherever it is abundant or rare.
- ``bias``: sum of emulated states over that of native ones, less 1; ``bias_max`` is the largest
  size of all variables. ``bias_humid`` and ``bias_humid_max`` are those of the water where the
  relative humidity is above 0.9: most of the water is there, and few boxes.
- ``nrmse``: root of the mean squared error over the standard deviation of the native tendency.
- ``mass_error``: of a species in a box, |sum after - sum before - production| over (sum before +
  production); the largest one. Boxes with less than 1e-6 of the mean of a species count as having
  that much: some have next to nothing.
- ``mass_bias``, ``mass_rmse``: mean and root mean square of sum after - sum before - production,
  over the mean of the sum before (Harder et al.).
- ``negative_fraction``, ``negative_mean``: part of the values that are below 0, and the mean of
  these over the mean of the variable.
- ``not_finite``: how many values are no finite numbers. A variable or species that has any has no
  score, and where one has none, there is none over all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..m7.layout import (
    FIRST_TRACER,
    HUMIDITY,
    PRODUCTION,
    SPECIES,
    TIME_STEP,
    VARIABLES,
    WATER,
)
from ..m7.samples import Boxes

Array = NDArray[np.float64]
_SMALL = 1e-6
_MEANS = ("r2_linear", "r2_signed_log", "r2_log_state", "nrmse")
_HUMID = 0.9  # relative humidity [1]
_WATER = [name in WATER for name in VARIABLES]


@dataclass(frozen=True)
class Scale:
    """What counts as small, by training samples: of tendencies and of states (variable)."""

    tendency: Array
    state: Array

    @classmethod
    def of(cls, boxes: Boxes) -> Scale:
        """By the boxes of training."""
        tendency = (boxes.y - boxes.before).std(0)
        return cls(_positive(_SMALL * tendency), _positive(_SMALL * boxes.y.mean(0)))


def _positive(values: Array) -> Array:
    return np.where(values > 0, values, 1.0)


def r2(native: Array, emulated: Array) -> Array:
    """R2 of each column of (box, variable); nan where the native one does not vary."""
    spread = ((native - native.mean(0)) ** 2).sum(0)
    error = ((emulated - native) ** 2).sum(0)
    return np.where(spread > 0, 1.0 - error / np.where(spread > 0, spread, 1.0), np.nan)


def signed_log(tendency: Array, small: Array) -> Array:
    """sign(t) ln(1 + |t| / small)"""
    return np.sign(tendency) * np.log1p(np.abs(tendency) / small)


def nrmse(native: Array, emulated: Array) -> Array:
    """Root mean squared error over the standard deviation; nan where the native does not vary."""
    spread = native.std(0)
    error = np.sqrt(((emulated - native) ** 2).mean(0))
    return np.where(spread > 0, error / np.where(spread > 0, spread, 1.0), np.nan)


def bias(native: Array, emulated: Array) -> Array:
    """Of the sum of each column of (box, variable); nan where the native one has none."""
    total = native.sum(0)
    there = total != 0
    return np.where(there, emulated.sum(0) / np.where(there, total, 1.0) - 1.0, np.nan)


def imbalance(x: Array, y: Array) -> tuple[Array, Array]:
    """Of each species (box, species): mass after that was not there, and what should be there."""
    before, expected = x[:, FIRST_TRACER:], []
    after = [y[:, part].sum(1) for part in SPECIES.values()]
    for name, part in SPECIES.items():
        produced = x[:, PRODUCTION] * x[:, TIME_STEP] if name == "SO4" else 0.0
        expected.append(before[:, part].sum(1) + produced)
    return np.stack(after, 1) - np.stack(expected, 1), np.stack(expected, 1)


def scores(boxes: Boxes, emulated: Array, scale: Scale) -> dict[str, object]:
    """All scores of emulated states and water (box, 30): the row of a board, as JSON has it.

    A score that is no finite number is None.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        variables = _of_variables(boxes, emulated, scale)
        row = {
            **_summary(variables),
            "not_finite": int((~np.isfinite(emulated)).sum()),
            **_mass(boxes.x, emulated),
            **_negative(boxes.y, emulated),
            "per_variable": {
                name: {key: float(values[i]) for key, values in variables.items()}
                for i, name in enumerate(VARIABLES)
            },
        }
    return _spelled(row)


def _of_variables(boxes: Boxes, found: Array, scale: Scale) -> dict[str, Array]:
    """Each score of each variable: infinitely bad where a value is no finite number."""
    native_t, found_t = boxes.y - boxes.before, found - boxes.before
    humid = boxes.x[:, HUMIDITY] > _HUMID
    each = {
        "r2_linear": r2(native_t, found_t),
        "r2_signed_log": r2(
            signed_log(native_t, scale.tendency), signed_log(found_t, scale.tendency)
        ),
        "r2_log_state": r2(_log(boxes.y, scale), _log(found, scale)),
        "nrmse": nrmse(native_t, found_t),
        "bias": bias(boxes.y, found),
        "bias_humid": bias(boxes.y[humid], found[humid]),
    }
    wrong = ~np.isfinite(found).all(0)
    each = {key: np.where(wrong, _worst(key), values) for key, values in each.items()}
    return each | {"bias_humid": np.where(_WATER, each["bias_humid"], np.nan)}


def _worst(score: str) -> float:
    return -np.inf if score.startswith("r2") else np.inf


def _summary(variables: dict[str, Array]) -> dict[str, float | None]:
    """Over all variables that have a score; None where none has."""
    means = {f"{key}_mean": np.mean for key in _MEANS}
    least = {f"{key}_min": np.min for key in ("r2_linear", "r2_log_state")}
    largest = {f"{key}_max": _largest for key in ("bias", "bias_humid")}
    out = {}
    for name, of in (means | least | largest).items():
        values = variables[name.rpartition("_")[0]]
        values = values[~np.isnan(values)]
        out[name] = float(of(values)) if len(values) else None
    return out


def _largest(values: Array) -> float:
    return float(np.abs(values).max())


def _log(state: Array, scale: Scale) -> Array:
    return np.log(np.maximum(state, 0.0) + scale.state)


def _mass(x: Array, y: Array) -> dict[str, object]:
    wrong, expected = imbalance(x, y)
    mean = _positive(expected.mean(0))
    relative = np.abs(wrong) / np.maximum(expected, _SMALL * mean)
    bias, rmse = wrong.mean(0) / mean, np.sqrt((wrong**2).mean(0)) / mean
    return {
        "mass_error_max": float(relative.max()),
        "mass_error": dict(zip(SPECIES, relative.max(0).tolist(), strict=True)),
        "mass_bias": dict(zip(SPECIES, bias.tolist(), strict=True)),
        "mass_rmse": dict(zip(SPECIES, rmse.tolist(), strict=True)),
    }


def _negative(native: Array, emulated: Array) -> dict[str, float]:
    below = np.minimum(emulated, 0.0) / _positive(native.mean(0))
    count = int((emulated < 0).sum())
    return {
        "negative_fraction": count / emulated.size if np.isfinite(emulated).all() else np.nan,
        "negative_mean": float(below.sum() / max(count, 1)),
    }


def _spelled(value: Any) -> Any:
    """As JSON has it, None for what is no finite number."""
    if isinstance(value, dict):
        return {key: _spelled(one) for key, one in value.items()}
    return value if value is None or np.isfinite(value) else None
