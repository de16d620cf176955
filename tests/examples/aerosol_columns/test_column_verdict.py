# SPDX-License-Identifier: BSD-3-Clause
"""When an emulated run is as good as a native one."""

from __future__ import annotations

import numpy as np
import pytest
from column_verdict import FEWEST, MEASURES, TOLERANCE, growth, relative, row

DAYS = np.arange(1, 31)


def noise(size: float) -> np.ndarray:
    return size * np.random.default_rng(1).standard_normal(DAYS.size)


@pytest.mark.parametrize(
    "error, accepted",
    [
        (np.full(30, 0.01), True),
        (np.full(30, -0.019), True),
        (np.full(30, 0.021), False),
        (np.full(30, -0.021), False),
        (np.where(DAYS == 17, 0.021, 0.0), False),  # one day is enough
        (DAYS * 0.015 / 30, False),  # it stays within 2 %, and grows
        (DAYS * -0.015 / 30, False),
        ((DAYS - 20) * 0.0015, False),  # no larger at the end than on day 10, on the way out
        ((40 - DAYS) * 0.0004, True),  # shrinks
        (np.minimum(DAYS, 10) * 0.0015, True),  # adjusts, then stays
        (0.015 * (1 - np.exp(-DAYS / 3)), True),
        (0.015 * (1 - np.exp(-DAYS / 30)), False),
        (noise(0.004) + DAYS * 0.015 / 30, False),
        (np.full(30, np.nan), False),
        (DAYS[:10] * 0.0019, True),  # too short to tell
        (np.full(2, 0.001), True),
        (0.0195 * (-1.0) ** DAYS, True),  # swings, and does not grow
        (0.0195 * np.sin(2 * np.pi * DAYS / 6), True),
    ],
    ids=range(18),
)
def test_the_verdict_is_by_size_and_growth(error, accepted):
    assert row(error, [])["accepted"] is accepted


@pytest.mark.parametrize(
    "error, reason",
    [
        (0.0195 * DAYS / 30 * (-1.0) ** DAYS, "size_growth"),
        *((0.0195 * DAYS / 30 * np.sin(2 * np.pi * DAYS / 6 + k), "size_growth") for k in range(4)),
        *(
            (0.0195 * DAYS / 30 * np.sin(2 * np.pi * DAYS / 10 + k), "size_growth")
            for k in range(4)
        ),
        (np.where(DAYS == 30, 0.0195, 0.0), "jump"),
        (np.where(DAYS == 30, -0.018, 0.009), "jump"),
        (0.0195 * np.exp((DAYS - 30) / 1.5), "jump"),
    ],
    ids=range(12),
)
def test_growth_that_no_line_shows_is_found(error, reason):
    found = row(error, [])
    assert found["accepted"] is False and reason in found["reasons"]
    assert found["largest"] < TOLERANCE


@pytest.mark.parametrize("mean", [0.0, 0.003, 0.01])
@pytest.mark.parametrize("size", [0.002, 0.005])
def test_steady_noise_is_accepted(size, mean):
    """By all measures together in 95 % of the runs or more; here 1000 of 30 days."""
    noise = np.random.default_rng(7).standard_normal((1000, 30))
    runs = [set(row(error, [])["reasons"]) - {"largest"} for error in mean + size * noise]
    rejected = np.mean([len(reasons) > 0 for reasons in runs])
    # 5 %, and 3 standard errors of 1000 draws.
    assert 0 < rejected < 0.05 + 0.021


def test_every_measure_alone_has_its_share_of_noise():
    """Without a limit, 30 days of noise: what the uncertainties promise."""
    courses = np.random.default_rng(11).standard_normal((4000, 30))
    rates = {
        name: np.mean([found[0] > found[1] for found in map(measure, courses)])
        for name, measure in MEASURES.items()
    }
    # 2 standard errors, nearly always on the way out: Student's t with 18 degrees, both sides.
    # Student's t with 2 degrees, one side. Three deviations: once in a hundred. 4 standard errors.
    for name, expected in (("growth", 0.06), ("size_growth", 0.025), ("jump", 0.01)):
        assert abs(rates[name] - expected) < 4 * np.sqrt(expected / 4000), name


def test_a_jump_is_excused_by_a_member_that_jumps():
    error = np.where(DAYS == 30, 0.0195, 0.0)
    assert row(error, [error])["accepted"] is True
    assert row(error, [0.5 * error])["reasons"] == ["jump"]


def test_short_runs_are_told_by_what_can_be():
    found = row(DAYS[:29] * 0.015 / 30, [])
    assert found["size_growth"] is found["jump"] is found["size_growth_limit"] is None
    assert found["reasons"] == ["growth"]


@pytest.mark.parametrize(
    "error, expected",
    [
        (DAYS * 0.001, 0.02),
        (DAYS * -0.001, 0.02),
        ((31 - DAYS) * 0.001, -0.02),
        (np.minimum(DAYS, 10) * 0.001, 0.0),
        (DAYS[: 10 + FEWEST] * 0.001, 0.001 * FEWEST),
    ],
    ids=["away", "away below", "back", "stays", "few days"],
)
def test_growth_is_what_a_straight_line_gains(error, expected):
    np.testing.assert_allclose(growth(error), (expected, 0.0), rtol=1e-12, atol=1e-12)


def test_a_few_days_have_no_growth():
    assert growth(DAYS[: 9 + FEWEST] * 0.001) is None


def test_growth_is_as_uncertain_as_it_scatters():
    """Of 1000 courses of noise 95 % have a slope of nothing within two standard errors."""
    courses = np.random.default_rng(3).standard_normal((1000, 30))
    within = np.mean([abs(size) <= uncertainty for size, uncertainty in map(growth, courses)])
    # Student's t with 18 degrees of freedom beyond 2: 6 %; 3 standard errors of 1000 draws: 2.3 %.
    assert 0.94 - 0.023 < within < 0.94 + 0.023


def test_what_the_model_itself_makes_grow_is_accepted():
    error = DAYS * 0.015 / 30
    assert row(error, [noise(1e-4), -error])["accepted"] is True
    assert row(error, [0.5 * error])["accepted"] is False
    assert row(error, [-0.02 * np.exp(-DAYS / 5)])["accepted"] is False  # shrinks: no excuse


def test_members_do_not_excuse_a_large_error():
    found = row(np.full(30, 0.021), [np.full(30, 0.05), np.full(30, -0.06)])
    assert found["accepted"] is False
    assert found["members_largest"] == 0.06
    assert found["members_by_day"] == [0.06] * 30


def test_a_row_tells_the_bias_with_its_sign():
    found = row(np.array([0.01, -0.02, -0.005]), [])
    assert found["bias"] == pytest.approx(-0.005)
    assert found["last"] == -0.005 and found["largest"] == 0.02
    assert found["members_largest"] is None and found["growth"] is None


def test_errors_are_relative_to_native():
    np.testing.assert_allclose(relative(np.array([2.0, 4.0]), np.array([2.2, 3.0])), [0.1, -0.25])
    # What is less than a thousandth of the largest is measured by that.
    np.testing.assert_allclose(relative(np.array([0.0, 1.0]), np.array([1e-4, 1.0])), [0.1, 0.0])
    np.testing.assert_array_equal(relative(np.zeros(2), np.array([1e-9, 0.0])), [1.0, 0.0])
