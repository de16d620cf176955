# SPDX-License-Identifier: BSD-3-Clause
"""Configurations of the online bias corrections: what a wrong emulator's table has besides."""

from __future__ import annotations

from pathlib import Path

from lorenz_runs import STEPS_PER_MTU
from lorenz_schemes import EFFECT, LARGE

CORRECTIONS = ("running_mean", "ridge", "kalman", "nudging")
HOURS = 8  # bins of the day, where an emulator is wrong by the time of day
AUDIT = f"audit = {{ steps = {10 / STEPS_PER_MTU} }}"  # ten steps of a model time unit
LEARNED = {
    "running_mean": ('time_scale = "50 days"',),
    "ridge": ('time_scale = "500 days"', f'output_predictors = ["{EFFECT}"]'),
    "kalman": ('initial = "1e-5 s-1"', 'drift = "1e-7 s-1"'),
}


def correction(kind: str, bias: str, truth: Path) -> tuple[str, ...]:
    """Lines of TOML for a hook of a kind. What learns does so from the audit, by local time of day.

    Nudging is towards X of the native run, in half a day.
    """
    if kind == "nudging":
        path = f'path = "{truth.resolve()}"'
        return _hook(kind, (path, f'input = "{LARGE}"', 'time_scale = "12 h"'))
    hours = (f"bins_per_day = {HOURS}",) if bias == "diurnal" else ()
    return (AUDIT, *_hook(kind, ('learn = "audit"', *hours, *LEARNED[kind])))


def _hook(kind: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return ("[[scheme.subgrid.hook]]", f'kind = "{kind}"', f'fields = ["{EFFECT}"]', *lines)
