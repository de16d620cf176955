# SPDX-License-Identifier: BSD-3-Clause
"""Emulators from a recording, and what is wrong with the wrong ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from lorenz_cases import EMULATORS, built
from lorenz_experiments import RECORD, Plan
from lorenz_experiments import record as record_run
from lorenz_runs import MTU, STEPS_PER_MTU
from lorenz_schemes import EFFECT, HOUR_ANGLE, LARGE, NOISE, WRONG
from lorenz_training import PLAN, memory, read, run_training

import pyhybrid


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Of four members in 20 MTU."""
    folder = tmp_path_factory.mktemp("recorded")
    return record_run(Plan(built(), folder, members=4, length=20, threads=1))


def test_dates_are_those_of_steps(recording):
    """Months of thirty days, 40 steps of 36 minutes a day; none is a second off."""
    tree = pyhybrid.open_recording(recording)
    for step, date in set(zip(tree["step"].values, tree["date"].values, strict=True)):
        day, minute = divmod(36 * (int(step) - 1), 1440)
        hours = f"{minute // 60:02}:{minute % 60:02}:00"
        assert date == f"{2001 + day // 360}-{day // 30 % 12 + 1:02}-{day % 30 + 1:02}T{hours}"


def test_recordings_hold_steps_of_all_columns(recording):
    steps, columns, x, u = read(recording)
    assert len(steps) == len(x) == len(u) == 32 * len(set(steps))
    assert 0.02 < len(set(steps)) / (20 * STEPS_PER_MTU) < 0.1  # one step in twenty
    assert set(columns) == set(range(1, 33))
    assert -0.95 < np.corrcoef(x, u)[0, 1] < -0.7  # the effect is against X
    assert "steps = 0.05" in RECORD


@pytest.mark.parametrize("lag", [4.0, 20.0])
def test_memory_of_a_process_is_found_again(lag):
    """AR(1) of 400 columns in 2000 steps, a tenth of which are kept."""
    rng = np.random.default_rng(1)
    phi = np.exp(-1 / lag)
    process = [rng.standard_normal(400)]
    for _ in range(1999):
        process.append(phi * process[-1] + np.sqrt(1 - phi**2) * rng.standard_normal(400))
    kept = np.flatnonzero(rng.random(2000) < 0.1)
    steps, columns = np.repeat(kept, 400), np.tile(np.arange(400), len(kept))
    order = rng.permutation(len(steps))  # samples of a step come in any order
    normal = np.array(process)[steps, columns]
    found = memory(steps[order], columns[order], normal[order]) * STEPS_PER_MTU
    assert found == pytest.approx(lag, rel=0.1)  # some 20 pairs of steps by lag, each 400 columns


def test_what_is_never_forgotten_is_told():
    steps, columns = np.repeat(np.arange(200), 2), np.tile([1, 2], 200)
    with pytest.raises(ValueError, match="residuals: expected to be forgotten in 100 steps, found"):
        memory(steps, columns, np.ones(400))


def test_training_writes_all_emulators(recording, tmp_path):
    plan = replace(PLAN, rounds=3, samples=20_000)
    found = run_training(recording, tmp_path / "new", plan)
    assert found["r2"] > 0.7  # a straight line has 0.8
    assert 0.03 < found["memory_MTU"] < 0.08
    names = {path.stem for path in (tmp_path / "new").glob("*.safetensors")}
    assert names == {"deterministic", "stochastic", *(f"wrong_{name}" for name in WRONG)}
    for name in names:
        assert (tmp_path / "new" / f"{name}.safetensors").stat().st_size < 10_000


@pytest.mark.parametrize("name", WRONG)
def test_shipped_biases_are_those_that_are_named(name):
    """At any X, with any noise and at any hour."""
    wrong = WRONG[name]
    x, noise, sun = (np.linspace(low, 1, 50) * size for low, size in ((-1, 10), (0, 2), (-1, 1)))
    inputs = {LARGE: x}
    if wrong.base == "stochastic":
        inputs[NOISE] = noise
    with pyhybrid.Emulator(EMULATORS / f"{wrong.base}.safetensors") as emulator:
        right = emulator.predict(inputs)[EFFECT] * MTU
    if "diurnal" in wrong.bias:
        inputs[HOUR_ANGLE] = sun
    with pyhybrid.Emulator(EMULATORS / f"wrong_{name}.safetensors") as emulator:
        found = emulator.predict(inputs)[EFFECT] * MTU
    planted = {"constant": right + 2.0, "scaled": 1.2 * right, "diurnal": right + 8.0 * sun}[name]
    np.testing.assert_allclose(found, planted, atol=1e-4)  # real32 of up to 20
