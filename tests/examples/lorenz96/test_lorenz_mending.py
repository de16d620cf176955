# SPDX-License-Identifier: BSD-3-Clause
"""What online bias correction learns from the small scales: a bias that was planted, or none."""

from __future__ import annotations

import json

import pytest
from lorenz_cases import EMULATORS, built
from lorenz_climate import read_output
from lorenz_experiments import TRUTH, Plan
from lorenz_mending import LEARNING, learning, nudging
from lorenz_runs import MTU, table
from lorenz_schemes import WRONG, Wrong

# [MTU-1]: 100 audits of 128 columns with residuals of 2.5 give 0.022; 4.5 times that.
SURE = 0.1


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    """Of 16 members in 10 MTU."""
    return Plan(built(), tmp_path_factory.mktemp("mended"), members=16, length=10, threads=1)


def learned(plan: Plan, kind: str, emulator: str, wrong: Wrong) -> dict:
    """What the hook knows at the end."""
    hybrid = table("emulate", EMULATORS / f"{emulator}.safetensors", *learning(kind, wrong))
    run = plan.run(f"{emulator}_{kind}", hybrid)
    statistics = json.loads((run.folder / "statistics.0.json").read_text())
    (hook,) = statistics["schemes"]["subgrid"]["hooks"]
    (row,) = hook["knows"]["rows"]
    return row


@pytest.mark.parametrize("kind", LEARNING)
def test_a_constant_bias_is_found(plan, kind):
    row = learned(plan, kind, "wrong_constant", WRONG["constant"])
    assert row["estimate"] * MTU == pytest.approx(-2.0, abs=SURE)


@pytest.mark.parametrize("kind", LEARNING)
def test_no_bias_is_found_where_there_is_none(plan, kind):
    row = learned(plan, kind, "stochastic", Wrong("stochastic", {}))
    assert abs(row["estimate"] * MTU) < SURE


def test_a_factor_is_found(plan):
    """Of what is 1.2 times too strong a sixth has to go. Known to 0.004: residuals of 1.8 about
    results that vary by 5."""
    row = learned(plan, "ridge", "wrong_scaled", WRONG["scaled"])
    (slope,) = (value for name, value in row.items() if name.startswith("slope of "))
    assert slope == pytest.approx(-1 / 6, abs=0.02)


def test_nudging_follows_the_truth(plan):
    """X of a run with a bias of a tenth of the forcing stays near that of the native run."""
    truth = plan.run(TRUTH).output
    emulator = EMULATORS / "wrong_constant.safetensors"
    nudged = plan.run("nudged", table("emulate", emulator, *nudging(truth))).output
    free = plan.run("free", table("emulate", emulator)).output
    x = {path: read_output(path)[1] for path in (truth, nudged, free)}
    near, far = (((x[path] - x[truth]) ** 2).mean() ** 0.5 for path in (nudged, free))
    assert near < 0.2 * far
