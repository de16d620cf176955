# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of climates on numbers whose answer is known, and the climate of the model."""

from __future__ import annotations

import json
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from lorenz_cases import built
from lorenz_climate import DAY, EDGES, Climate, autocorrelation, by_hour, climate_of, hellinger
from lorenz_experiments import TRUTH, Plan, compare, distance, judged
from lorenz_runs import MTU
from lorenz_schemes import EMULATORS, SHIPPED


def normal(mean: float, deviation: float = 1.0) -> np.ndarray:
    """A normal density, as a histogram has it."""
    middle = (EDGES[1:] + EDGES[:-1]) / 2
    density = np.exp(-0.5 * ((middle - mean) / deviation) ** 2)
    return density / density.sum() / (EDGES[1] - EDGES[0])


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_hellinger_distance_of_normal_distributions(shift):
    """1 - exp(-d2 / 8), and the same in both directions."""
    found = hellinger(normal(0.0), normal(shift))
    assert found == pytest.approx(1 - np.exp(-(shift**2) / 8), abs=1e-3)  # bins of a quarter
    assert found == hellinger(normal(shift), normal(0.0))


def test_hellinger_distance_of_what_never_meets_is_one():
    assert hellinger(normal(-15.0), normal(20.0)) == pytest.approx(1.0, abs=1e-12)


def test_autocorrelation_of_a_wave():
    times = np.arange(4000)
    x = np.stack([np.cos(2 * np.pi * times / 40 + phase) for phase in (0, 1, 2)], axis=1)
    found = autocorrelation(x, 40)
    np.testing.assert_allclose(found, np.cos(2 * np.pi * np.arange(40) / 40), atol=0.02)  # 40/4000


def test_hours_are_those_of_the_place():
    """X follows the sun: at local hour h it is h, with a scatter of 1 at noon only."""
    times = 0.05 * np.arange(1, 401)
    local = (times[:, None] / DAY + np.arange(16) % 8 / 8) % 1.0
    hour = np.floor(local * 8 + 1e-6) % 8
    sign = np.where(np.arange(16) < 8, 1.0, -1.0)
    mean, deviation = by_hour(times, hour + sign * (hour == 4))
    np.testing.assert_allclose(mean, np.arange(8), atol=1e-12)
    np.testing.assert_allclose(deviation, [0, 0, 0, 0, 1, 0, 0, 0], atol=1e-12)


def climate(mean: np.ndarray | float, deviation: float = 5.0) -> Climate:
    hours = np.stack([np.broadcast_to(mean, 8), np.full(8, deviation)])
    return Climate(0.0, 0.0, 0.0, 0.0, normal(0.0), np.zeros(1), np.ones(1), hours)


def test_what_was_mended_is_judged():
    right, wrong = climate(3.0), climate(4.0)
    assert distance(wrong, right) == pytest.approx(1.0)
    assert distance(climate(3.0, 5.5), right) == pytest.approx(0.5)
    whole, half = judged(right, wrong, right), judged(climate(3.5), wrong, right)
    assert (whole["removed"], whole["pattern"]) == (1.0, pytest.approx(1.0))
    assert (half["removed"], half["pattern"]) == (pytest.approx(0.5), pytest.approx(1.0))
    assert judged(climate(5.0), wrong, right)["removed"] == pytest.approx(-1.0)
    assert judged(climate(5.0), wrong, right)["pattern"] == pytest.approx(-1.0)
    wave = np.cos(2 * np.pi * np.arange(8) / 8)
    other = judged(climate(4.0 + wave), wrong, right)  # something, but not what was planted
    assert abs(other["pattern"]) < 1e-12


@pytest.mark.parametrize(
    "name, times, members, message",
    [
        ("x", 2, 2, "found no large_scale_variable"),
        ("large_scale_variable", 1, 2, "expected two times or more, found 1"),
        ("large_scale_variable", 2, 1, "expected two members or more, found 1"),
    ],
)
def test_what_is_no_output_is_refused(tmp_path, name, times, members, message):
    path = tmp_path / "output.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", times)
        file.createDimension("column", 8 * members)
        file.createVariable("time", "f8", ("time",))[:] = 0.1 * MTU * np.arange(times)
        file.createVariable(name, "f8", ("time", "column"))[:] = 0.0
    with pytest.raises(ValueError, match=message):
        climate_of(path)


# ---- The model's climate


@pytest.fixture(scope="module")
def climates(tmp_path_factory) -> dict[str, Climate]:
    """Of 64 members in 100 MTU, the first 20 left out."""
    folder = tmp_path_factory.mktemp("lorenz96")
    plan = Plan(built(), folder, members=64, length=100, threads=1)
    found = compare(plan, {name: EMULATORS / f"{name}.safetensors" for name in SHIPPED})
    told = json.loads(Path(folder / "summary.json").read_text())
    assert told[TRUTH]["hellinger"] == 0.0 and set(told) == {TRUTH, *SHIPPED}
    return found


def test_the_truth_is_that_of_the_coupled_equations(climates):
    """Within four standard errors of those with steps of 0.0005 MTU for both scales.

    Where holding the effect of the small scales during a step does nothing. 16 members in 400 MTU
    gave a mean of 3.785 +- 0.006 and a variance of 25.76 +- 0.03.
    """
    truth = climates[TRUTH]
    assert abs(truth.mean - 3.785) < 4 * np.hypot(truth.mean_error, 0.006)
    assert abs(truth.variance - 25.76) < 4 * np.hypot(truth.variance_error, 0.03)
    assert truth.mean_error < 0.02 and truth.variance_error < 0.1  # or nothing would be told


def test_noise_restores_the_variance(climates):
    """Within 2 % (0.4 % in 200 MTU); the mean effect alone loses 2 to 6 %, by its own regime."""
    truth, stochastic = climates[TRUTH].variance, climates["stochastic"].variance
    assert abs(stochastic / truth - 1) < 0.02
    assert 0.02 < 1 - climates["deterministic"].variance / truth < 0.08
    assert abs(stochastic - truth) < 0.5 * abs(climates["deterministic"].variance - truth)


def test_noise_brings_the_distribution_nearer(climates):
    """2e-4 against 7e-4 and more; two runs of the truth are 3e-5 apart."""
    far, near = (hellinger(climates[n].density, climates[TRUTH].density) for n in SHIPPED)
    assert near < 4e-4
    assert far > 2 * near


def test_noise_restores_the_memory(climates):
    """Root mean square difference of the autocorrelation: 0.03 against 0.1 and more."""
    lags = climates[TRUTH].autocorrelation
    far, near = (np.std(climates[n].autocorrelation - lags) for n in SHIPPED)
    assert near < 0.06 < far
