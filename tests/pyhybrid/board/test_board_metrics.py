# SPDX-License-Identifier: BSD-3-Clause
"""Scores of the board, against numbers worked out by hand."""

import numpy as np
import pytest
from m7_boxes import changed, usual

from pyhybrid.board.metrics import Scale, bias, imbalance, nrmse, r2, scores, signed_log
from pyhybrid.m7.layout import FIRST_TRACER, HUMIDITY, NTRACER, SPECIES, VARIABLES
from pyhybrid.m7.samples import Boxes


def boxes(count=50, seed=0):
    x = usual(count, seed)
    return Boxes(x, changed(x, seed))


def column(*values):
    return np.array(values, float)[:, None]


def test_r2_by_hand():
    native, emulated = column(1, 2, 3, 4), column(1.1, 1.9, 3.2, 3.8)
    # Errors 0.01 + 0.01 + 0.04 + 0.04, spread 2.25 + 0.25 + 0.25 + 2.25
    assert r2(native, emulated) == pytest.approx([1 - 0.10 / 5.0])


def test_r2_of_the_mean_is_zero():
    native = column(1, 2, 6)
    assert r2(native, np.full_like(native, 3.0)) == pytest.approx([0.0])


def test_r2_of_opposite_is_below_minus_one():
    native = column(-1, 1)
    assert r2(native, -native) == pytest.approx([-3.0])


def test_a_variable_that_does_not_vary_has_no_r2():
    assert np.isnan(r2(column(2, 2), column(2, 3))).all()
    assert np.isnan(nrmse(column(2, 2), column(2, 3))).all()


def test_nrmse_by_hand():
    # Root of mean of 1 and 1, over the standard deviation of 0 and 4
    assert nrmse(column(0, 4), column(1, 3)) == pytest.approx([0.5])


def test_signed_log_by_hand():
    found = signed_log(np.array([-3.0, 0.0, 1.0]), np.array(1.0))
    assert found == pytest.approx([-np.log(4.0), 0.0, np.log(2.0)])


def test_bias_by_hand():
    native, emulated = column(1, 2, 3, 4), column(1, 2, 3, 3)
    assert bias(native, emulated) == pytest.approx([-0.1])
    assert np.isnan(bias(column(0, 0), column(0, 1))).all()


def test_bias_where_it_is_humid_is_of_water_alone():
    one = boxes(10)
    one.x[:, HUMIDITY] = [0.95] * 2 + [0.9] * 8
    found = one.y.copy()
    found[:2, VARIABLES.index("WAT_AS")] *= 1.2
    found[:, VARIABLES.index("BC_AS")] *= 1.5
    row = scores(one, found, Scale.of(one))
    assert row["bias_max"] == pytest.approx(0.5)
    assert row["bias_humid_max"] == pytest.approx(0.2)
    each = row["per_variable"]
    assert each["WAT_AS"]["bias_humid"] == pytest.approx(0.2)
    assert 0 < each["WAT_AS"]["bias"] < 0.1
    assert each["BC_AS"]["bias_humid"] is None and each["OC_AS"]["bias"] == 0


def test_a_loss_counts_as_a_gain_does():
    one = boxes(10)
    found = one.y.copy()
    found[:, 3] *= 0.7
    assert scores(one, found, Scale.of(one))["bias_max"] == pytest.approx(0.3)


def test_scores_of_what_never_happens_are_none():
    one = boxes(10)
    one.x[:, FIRST_TRACER:], one.y[:] = 0.0, 0.0
    one.x[:, HUMIDITY] = 0.5
    row = scores(one, one.y, Scale.of(one))
    assert row["r2_linear_mean"] is row["bias_max"] is row["bias_humid_max"] is None


def test_small_is_a_millionth_of_training():
    one = boxes()
    scale = Scale.of(one)
    assert scale.state == pytest.approx(1e-6 * one.y.mean(0))
    assert scale.tendency == pytest.approx(1e-6 * (one.y - one.before).std(0))


def test_small_of_what_is_always_zero_is_one():
    one = boxes()
    one.y[:, 3] = 0.0
    one.x[:, FIRST_TRACER + 3] = 0.0
    assert Scale.of(one).state[3] == Scale.of(one).tendency[3] == 1.0


def test_imbalance_counts_production_as_sulfate():
    x = usual(3)
    y = np.pad(x[:, FIRST_TRACER:], ((0, 0), (0, 4)))
    y[:, 2] += x[:, 4] * x[:, 5]
    y[0, SPECIES["DU"].start] += 1e-9
    wrong, expected = imbalance(x, y)
    produced = x[:, 4] * x[:, 5]
    assert np.abs(wrong[:, 0]).max() <= 1e-15 * expected[:, 0].max()
    assert expected[:, 0] == pytest.approx(x[:, FIRST_TRACER : FIRST_TRACER + 5].sum(1) + produced)
    assert wrong[:, 4] == pytest.approx([1e-9, 0.0, 0.0], rel=1e-6, abs=1e-22)


def test_perfect_emulator():
    one = boxes()
    one.y[:, :NTRACER] = one.x[:, FIRST_TRACER:]
    one.y[:, 2] += one.x[:, 4] * one.x[:, 5]
    row = scores(one, one.y.copy(), Scale.of(one))
    assert row["r2_log_state_mean"] == row["r2_log_state_min"] == 1.0
    assert row["mass_error_max"] < 1e-15
    assert row["negative_fraction"] == row["negative_mean"] == row["not_finite"] == 0
    # All but the tendencies of sulfate in KS and of water are zero everywhere: without R2.
    defined = [v for v in row["per_variable"].values() if v["r2_linear"] is not None]
    assert len(defined) == 5 and all(v["r2_linear"] == 1.0 for v in defined)


def test_negative_values_are_counted():
    one = boxes(10)
    found = one.y.copy()
    found[0, 0], found[1, 20] = -1.0, -2.0
    row = scores(one, found, Scale.of(one))
    assert row["negative_fraction"] == pytest.approx(2 / (10 * len(VARIABLES)))
    assert row["negative_mean"] < 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_score(value):
    one = boxes(10)
    found = one.y.copy()
    found[[3, 4], 5] = value
    row = scores(one, found, Scale.of(one))
    assert row["not_finite"] == 2
    bad, *others = (row["per_variable"][VARIABLES[i]] for i in (5, 4, 6))
    assert set(bad.values()) == {None}
    assert all(other["r2_log_state"] is not None for other in others)
    overall = ("r2_linear_mean", "r2_linear_min", "r2_log_state_mean", "r2_signed_log_mean",
               "nrmse_mean", "bias_max", "mass_error_max", "negative_fraction")  # fmt: skip
    assert {row[key] for key in overall} == {None}


def test_no_number_where_nothing_happens_is_no_score_either():
    one = boxes(10)
    one.x[:, FIRST_TRACER + 3], one.y[:, 3] = 0.0, 0.0
    assert scores(one, one.y, Scale.of(one))["r2_linear_mean"] == 1.0
    found = one.y.copy()
    found[:, 3] = np.nan
    assert scores(one, found, Scale.of(one))["r2_linear_mean"] is None


def test_huge_numbers_are_json_and_warn_of_nothing():
    import json

    one = boxes(10)
    found = np.full_like(one.y, 1e300)
    row = scores(one, found, Scale.of(one))
    assert row["not_finite"] == 0 and row["r2_linear_mean"] is None
    json.dumps(row, allow_nan=False)


def test_mass_error_is_the_largest_of_a_box():
    one = boxes(10)
    found = np.pad(one.x[:, FIRST_TRACER:], ((0, 0), (0, 4)))
    found[:, 2] += one.x[:, 4] * one.x[:, 5]
    part = SPECIES["BC"]
    found[7, part] *= 1.5
    row = scores(one, found, Scale.of(one))
    assert row["mass_error"]["BC"] == pytest.approx(0.5)
    assert row["mass_error_max"] == pytest.approx(0.5)
    assert row["mass_error"]["OC"] < 1e-15


def test_scores_are_numbers_of_json():
    import json

    one = boxes()
    row = scores(one, one.before, Scale.of(one))
    assert json.loads(json.dumps(row))["per_variable"].keys() == set(VARIABLES)
