# SPDX-License-Identifier: BSD-3-Clause
"""Configurations of the online bias corrections: what a wrong emulator's table has besides."""

from __future__ import annotations

from pathlib import Path

from lorenz_runs import STEPS_PER_MTU
from lorenz_schemes import EFFECT, LARGE, Wrong

LEARNING = ("running_mean", "ridge", "kalman")
NUDGING = "nudging"
HOURS = 8  # bins of the day, where an emulator is wrong by the time of day
AUDIT = f"audit = {{ steps = {10 / STEPS_PER_MTU} }}"  # ten steps of a model time unit
# What a linear regression on it finds: the emulator's own result, unless that is noisy.
PREDICTOR = {
    "deterministic": f'output_predictors = ["{EFFECT}"]',
    "stochastic": f'predictors = ["{LARGE}"]',
}


def learning(kind: str, wrong: Wrong) -> tuple[str, ...]:
    """Lines of TOML for a hook that learns from the audit."""
    own = {
        "running_mean": ('time_scale = "100 days"',),
        "ridge": ('time_scale = "100 days"', PREDICTOR[wrong.base]),
        "kalman": ('initial = "1e-5 s-1"', 'drift = "1e-8 s-1"'),
    }[kind]
    hours = (f"bins_per_day = {HOURS}",) if "diurnal" in wrong.bias else ()
    return (AUDIT, *_hook(kind, ('learn = "audit"', *hours, *own)))


def nudging(truth: Path) -> tuple[str, ...]:
    """Lines of TOML for nudging towards X of a native run."""
    path = f'path = "{truth.resolve()}"'
    return _hook(NUDGING, (path, f'input = "{LARGE}"', 'time_scale = "6 h"'))


def _hook(kind: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return ("[[scheme.subgrid.hook]]", f'kind = "{kind}"', f'fields = ["{EFFECT}"]', *lines)
