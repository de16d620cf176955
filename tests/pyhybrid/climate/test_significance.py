# SPDX-License-Identifier: BSD-3-Clause
"""The tests' false alarms are as many as said, and biases are found."""

import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats")

from pyhybrid.climate.significance import holm, judge, number_test, pattern_test

TRIALS = 1000
WAVES = np.cos(np.outer(np.arange(6), np.linspace(0, np.pi, 24))) * 0.6 ** np.arange(6)[:, None]


def members(random, count):
    """(run, place): a few patterns, of which the first explains most, and little noise."""
    return random.normal(size=(count, 6)) @ WAVES + random.normal(0, 0.02, (count, 24))


def within(hits, trials, rate):
    """Four standard deviations of a binomial: one test in 16000 fails by chance."""
    assert abs(hits - trials * rate) < 4 * np.sqrt(trials * rate * (1 - rate)), hits / trials


@pytest.mark.parametrize("count", [3, 5, 10])
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_a_number_of_a_native_run_is_rejected_as_often_as_said(count, level):
    random = np.random.default_rng(count)
    p = [number_test("x", "mean", "1", one[0], one[1:]).p
         for one in random.normal(3, 2, (TRIALS, count + 1))]  # fmt: skip
    within(np.sum(np.array(p) < level), TRIALS, level)


@pytest.mark.parametrize("count", [3, 5, 10])
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_a_pattern_of_a_native_run_is_rejected_as_often_as_said(count, level):
    """Though neighbours are alike, and there are fewer members than places."""
    random, weight = np.random.default_rng(count), np.linspace(0.5, 1.5, 24)
    hits = 0
    for _ in range(TRIALS):
        runs = members(random, count + 1)
        hits += pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight).p < level
    assert 0 < hits < TRIALS * level + 4 * np.sqrt(TRIALS * level * (1 - level))


def test_patterns_of_skewed_numbers_reject_too_often_and_of_their_means_do_not():
    """As the page says: places each of which is one gamma number of shape 0.5, or a mean of 30."""
    random, weight, hits = np.random.default_rng(1), np.ones(24), {1: 0, 30: 0}
    for count in hits:
        for runs in random.gamma(0.5 * count, 1 / count, (200, 4, 24)):
            hits[count] += pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight).p < 0.05
    assert 0.15 < hits[1] / 200 < 0.4 and hits[30] < 10 + 4 * np.sqrt(200 * 0.05 * 0.95)


def quiet_latitudes(random, count):
    """Two loud latitudes, ten quiet ones that have nothing to do with each other."""
    runs = random.normal(0, 0.01, (count, 12))
    runs[:, -2:] += random.normal(0, 5, (count, 1))
    return runs, slice(4, 8), 1.0


def polar_latitudes(random, count):
    """All latitudes vary together, and the area of the three with the bias is small."""
    runs = random.normal(0, 0.2, (count, 1)) + random.normal(0, 0.02, (count, 12))
    return runs, slice(0, 3), 2.0


@pytest.mark.parametrize("members_of", [quiet_latitudes, polar_latitudes])
def test_a_gross_bias_is_found_where_the_largest_pattern_is_another(members_of):
    random, weight = np.random.default_rng(5), np.polynomial.legendre.leggauss(12)
    found = false = 0
    for _ in range(200):
        runs, where, bias = members_of(random, 7)
        false += pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight[1]).p < 0.05
        runs[0, where] += bias
        found += pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight[1]).p < 0.05
    assert found > 180 and false < 10 + 4 * np.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize("count", [4, 8])
def test_all_tests_together_reject_at_most_as_often_as_said(count):
    """Numbers and patterns of the same members: they depend on each other."""
    random, weight, hits = np.random.default_rng(count), np.ones(24), 0
    for _ in range(TRIALS // 2):
        runs = members(random, count + 1)
        tests = [number_test("x", "mean", "1", runs[0, k], runs[1:, k]) for k in range(0, 24, 3)]
        tests.append(pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight))
        judge(tests, 0.05)
        hits += any(one.adjusted < 0.05 for one in tests)
    trials = TRIALS // 2
    assert hits / trials < 0.05 + 4 * np.sqrt(0.05 * 0.95 / trials)
    assert hits > 0  # it is a test


@pytest.mark.parametrize("kind", ["uniform", "shape"])
def test_a_bias_of_a_few_deviations_is_found(kind):
    """With ten members Student's t has to be 4.2 for this level; their own deviation varies."""
    random, weight, found = np.random.default_rng(1), np.ones(24), 0
    bias = np.ones(24) if kind == "uniform" else np.sin(np.linspace(0, 2 * np.pi, 24)) * 1.4
    for _ in range(200):
        runs = members(random, 11)
        runs[0] += 8 * bias
        found += pattern_test("x", "zonal mean", "1", runs[0], runs[1:], weight).p < 0.05 / 20
    assert found > 180


def test_what_is_beyond_the_limit_is_rejected_and_what_is_within_alone_is_not():
    natives = np.random.default_rng(0).normal(size=6)
    others = [number_test("y", "mean", "1", natives.mean(), natives) for _ in range(9)]
    probe = number_test("x", "mean", "1", 0.0, natives)
    judge([probe, *others], 0.05)
    for factor, rejected in ((1.001, True), (0.999, False)):
        value = natives.mean() + factor * probe.limit
        one = number_test("x", "mean", "1", value, natives)
        judge([one, *others], 0.05)
        assert (one.adjusted < 0.05) is rejected


def test_holm_is_the_one_of_the_book():
    """Holm's rule by hand: 0.01 x 4, 0.02 x 3, 0.03 x 2, then never less."""
    assert np.allclose(holm(np.array([0.03, 0.01, 0.5, 0.02])), [0.06, 0.04, 0.5, 0.06])


def test_natives_that_are_all_the_same_reject_any_difference():
    same = np.full(4, 2.0)
    assert number_test("x", "mean", "1", 2.0, same).p == 1
    assert number_test("x", "mean", "1", 2.0 + 1e-9, same).p == 0
    assert number_test("x", "mean", "1", np.nan, np.arange(4.0)).p == 0


def test_places_without_values_do_not_count_but_a_run_that_lacks_more_is_rejected():
    runs = members(np.random.default_rng(3), 6)
    runs[:, 5] = np.nan
    test = pattern_test("x", "zonal mean", "1", runs[0], runs[1:], np.ones(24))
    assert 0 < test.p <= 1
    runs[0, 6] = np.inf
    assert pattern_test("x", "zonal mean", "1", runs[0], runs[1:], np.ones(24)).p == 0
    assert pattern_test("x", "zonal mean", "1", runs[0], runs[1:] * np.nan, np.ones(24)) is None


def test_distances_of_natives_are_from_the_others():
    """By hand: -3, 0 and 3 are 4.5, 0 and 4.5 from the means of the other two."""
    values = np.array([[1.0], [-3.0], [0.0], [3.0]]) * np.ones(4)
    test = pattern_test("x", "zonal mean", "K", values[0], values[1:], np.ones(4))
    assert test.members == pytest.approx([4.5, 0, 4.5]) and test.native == pytest.approx(3)
    assert test.run == pytest.approx(1)


def test_no_sign_and_no_unit_matters():
    runs = members(np.random.default_rng(4), 6)
    one, other = (
        pattern_test("x", "zonal mean", "1", rows[0], rows[1:], np.ones(24)).p
        for rows in (runs, -1e-6 * runs + 40)
    )
    assert one == pytest.approx(other, rel=1e-5)
