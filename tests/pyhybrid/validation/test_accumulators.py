# SPDX-License-Identifier: BSD-3-Clause
"""Sums of parts are those of the whole; quantiles are within a bucket; formulas by hand."""

from functools import reduce

import numpy as np
import pytest

from pyhybrid.validation.buckets import Buckets
from pyhybrid.validation.ensemble import Calibration
from pyhybrid.validation.moments import Moments, scores, telling
from pyhybrid.validation.replaying import distance

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(300, 5, (1000, 3)) * [1, 1e-6, -1e4]
Y = X + RANDOM.normal(0.1, 1, X.shape) * [1, 1e-6, 1e4]
AREA = RANDOM.uniform(1, 2, 1000)


def parts(make, *arrays, cuts=(0, 1, 10, 600, 1000)):
    return [make(*(one[a:b] for one in arrays)) for a, b in zip(cuts, cuts[1:], strict=False)]


def merged(pieces):
    return reduce(lambda one, other: one.merge(other), pieces)


def test_parts_have_the_scores_of_the_whole():
    whole = scores(Moments.of(X, Y, AREA))
    cut = scores(merged(parts(Moments.of, X, Y, AREA)))
    for key, values in whole.items():
        # 1000 sums in another order, relative to a mean that is 60 deviations from 0
        np.testing.assert_allclose(cut[key], values, rtol=1e-11, atol=0, err_msg=key)


def test_scores_are_those_of_numpy():
    found = scores(Moments.of(X, Y, AREA))
    error = Y - X
    np.testing.assert_allclose(found["rmse"], np.sqrt((error**2).mean(0)), rtol=1e-12)
    np.testing.assert_allclose(found["mae"], np.abs(error).mean(0), rtol=1e-12)
    np.testing.assert_allclose(
        found["r2"], 1 - (error**2).sum(0) / ((X - X.mean(0)) ** 2).sum(0), rtol=1e-12
    )
    correlation = [np.corrcoef(X[:, i], Y[:, i])[0, 1] for i in range(3)]
    np.testing.assert_allclose(found["correlation"], correlation, rtol=1e-12)
    np.testing.assert_allclose(found["area_bias"], AREA @ error / AREA.sum(), rtol=1e-9)


def test_small_deviations_beside_a_large_mean_are_kept():
    x = 1e8 + RANDOM.normal(0, 1e-3, (400, 1))
    pieces = parts(lambda a: Moments.of(a, a, None), x, cuts=range(0, 401, 20))
    found = scores(merged(pieces))["native_deviation"]
    assert found == pytest.approx(x.std(0), rel=1e-5)  # sums of squares would lose all digits


def test_pairs_that_are_not_finite_are_counted_and_left_out():
    y = Y.copy()
    y[3, 0], y[4, 0], y[5, 1] = np.nan, np.inf, -np.inf
    found = scores(Moments.of(X, y, AREA))
    assert found["not_finite"].tolist() == [2, 1, 0]
    keep = np.isfinite(y).all(1)
    np.testing.assert_allclose(
        found["bias"][2], scores(Moments.of(X, Y, None))["bias"][2], rtol=1e-12
    )
    assert found["rmse"][1] == pytest.approx(
        np.sqrt(((Y - X)[np.isfinite(y[:, 1]), 1] ** 2).mean()), rel=1e-12
    )
    assert keep.sum() == 997


def test_nothing_has_no_scores():
    found = scores(Moments.of(np.full((2, 1), np.nan), np.zeros((2, 1)), None), pooled=True)
    assert found["n"] == 0 and found["not_finite"] == 2
    assert np.isnan(found["r2"]).all() and np.isnan(found["bias"]).all()


def test_a_constant_has_no_r2():
    found = scores(Moments.of(np.full((9, 1), 3.0), np.full((9, 1), 4.0), None))
    assert np.isnan(found["r2"]) and found["bias"] == 1


def test_negative_values_surprise_where_native_has_none():
    x, y = np.array([[1.0, -1.0], [2.0, 3.0]]), np.array([[-1.0, -1.0], [2.0, -3.0]])
    assert scores(Moments.of(x, y, None))["negative"].tolist() == [1, 0]


VALUES = np.concatenate(
    [RANDOM.lognormal(-30, 8, 5000), -RANDOM.lognormal(3, 2, 500), np.zeros(99)]
)


@pytest.mark.parametrize("wanted", [0.001, 0.05, 0.0893, 0.5, 0.9, 0.999])
def test_quantiles_are_within_a_bucket(wanted):
    found = Buckets.of(VALUES).quantiles(np.array([wanted]))[0]
    near = np.quantile(VALUES, [max(wanted - 5e-4, 0), min(wanted + 5e-4, 1)])
    wide = np.abs(near) / 256 + 1e-41
    assert near[0] - wide[0] <= found <= near[1] + wide[1]


def test_buckets_of_parts_are_those_of_the_whole_in_any_order():
    whole = Buckets.of(VALUES, VALUES)
    pieces = parts(Buckets.of, VALUES, VALUES, cuts=(0, 7, 2000, len(VALUES)))
    for order in (pieces, pieces[::-1]):
        found = merged(order)
        np.testing.assert_array_equal(found.key, whole.key)
        np.testing.assert_array_equal(found.sums[0], whole.sums[0])
        np.testing.assert_allclose(found.sums[1], whole.sums[1], rtol=1e-12)


def test_groups_hold_everything_once_and_in_order():
    groups = Buckets.of(VALUES, VALUES).groups(10)
    assert sum(sums[0] for *_, sums in groups) == len(VALUES)
    edges = [edge for low, high, _ in groups for edge in (low, high)]
    assert edges == sorted(edges) and len(groups) == 10
    assert max(sums[0] for *_, sums in groups) < 1.2 * len(VALUES) / 10


def test_buckets_take_what_real32_cannot_hold():
    found = Buckets.of(np.array([-1e300, 1e-300, 1e300, 0.0, -0.0]))
    assert found.sums[0].tolist() == [1, 3, 1]


def test_no_values_have_no_quantiles():
    found = Buckets.of(np.zeros(0), np.zeros(0))
    assert np.isnan(found.quantiles(np.array([0.5]))).all() and found.groups(10) == []


def test_levels_where_nothing_happens_tell_nothing():
    assert telling(np.array([[1.0, 0.0], [1e-5, 0.0], [np.nan, 0.0]])).tolist() == [
        [1, 0], [0, 0], [0, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_distance_counts_numbers(kind):
    one = np.array([1.0, 0.0, -1.0, np.nan, 2.0], kind)
    other = np.array([np.nextafter(kind(1), kind(2)), -0.0, 1.0, np.nan, 2.0], kind)
    found = distance(one, other)
    assert found[0] == 1 and found[1] == 1 and found[3] == 0 and found[4] == 0
    assert found[2] > 2**29  # through all numbers in between


def test_equal_members_have_no_spread():
    """Their plain mean is off by rounding, which looked like members that spread as they err."""
    pytest.importorskip("scoringrules")
    members = np.repeat(X[None], 7, axis=0)
    assert (members.mean(0) != X).any()
    found = Calibration.of(X, members).scores()
    assert (found["spread"], found["rmse_of_mean"], found["spread_over_error"]) == (0, 0, None)
    off = Calibration.of(Y, members).scores()
    assert off["spread"] == off["spread_over_error"] == 0


def test_spread_and_error_are_those_of_numpy():
    pytest.importorskip("scoringrules")
    members = X + RANDOM.normal(0, 0.5, (8, *X.shape))
    found = Calibration.of(X, members).scores()
    spread = np.sqrt(members.var(0, ddof=1).mean() * 9 / 8)
    error = np.sqrt(np.mean((members.mean(0) - X) ** 2))
    assert found["spread"] == pytest.approx(spread, rel=1e-8)
    assert found["rmse_of_mean"] == pytest.approx(error, rel=1e-8)
