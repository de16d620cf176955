# SPDX-License-Identifier: BSD-3-Clause
"""The scheme's fields, and the emulators that are shipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LARGE, HOUR_ANGLE = "large_scale_variable", "cosine_of_hour_angle"
EFFECT = "tendency_of_large_scale_variable_due_to_small_scales"
NOISE = "noise_of_small_scales"
EMULATORS = Path(__file__).parent / "emulators"
SHIPPED = ("deterministic", "stochastic")


@dataclass(frozen=True)
class Wrong:
    """A shipped emulator with a bias.

    Attributes
    ----------
    base : {"deterministic", "stochastic"}
    bias : dict
        Keywords of `lorenz_training.Effect`; [MTU-1] but the factor.
    """

    base: str
    bias: dict[str, float]


# The factor is on the deterministic one: noise in a predictor would make a regression flatter.
WRONG = {
    "constant": Wrong("stochastic", {"constant": 2.0}),
    "scaled": Wrong("deterministic", {"factor": 1.2}),
    "diurnal": Wrong("stochastic", {"diurnal": 8.0}),
}
