# SPDX-License-Identifier: BSD-3-Clause
"""Means of a run, and what speaks against one."""

import dataclasses

import numpy as np
import pytest
from climate import (
    Climate,
    compare,
    native_spread,
    objections,
    read_climate,
    rms_temperature,
)

LEVELS = 3


def text_of(rows, steps=64, lowest=1e-7):
    """What the glue writes: counts, then a line for each latitude."""
    lines = [f"{len(rows)} {LEVELS} {steps} {lowest}"]
    return "\n".join(lines + [" ".join(map(repr, map(float, row))) for row in rows]) + "\n"


def row(sine, weight, outgoing=240.0, rain=3e-8, temperature=250.0, humidity=1e-3):
    return [sine, weight, outgoing, rain, *[temperature] * LEVELS, *[humidity] * LEVELS]


@pytest.fixture
def climate(tmp_path):
    rows = [row(0.5, 1.5, 230, 4e-8, 240), row(-0.5, 0.5, 250, 0.0, 260)]
    (tmp_path / "climate.0.txt").write_text(text_of(rows))
    return read_climate(tmp_path)


def test_climate_is_read_in_its_units(climate):
    assert climate.days == 2
    assert climate.lowest_humidity == 1e-7
    np.testing.assert_array_equal(climate.sine, [0.5, -0.5])
    np.testing.assert_array_equal(climate.weight, [0.75, 0.25])
    np.testing.assert_allclose(climate.rain, [4e-8 * 86400e3, 0])  # mm day-1
    assert climate.temperature.shape == climate.humidity.shape == (2, LEVELS)


def test_means_are_weighted_by_area(climate):
    assert climate.mean(climate.outgoing) == 0.75 * 230 + 0.25 * 250
    np.testing.assert_array_equal(climate.mean(climate.temperature), [245] * LEVELS)


def test_ranks_are_joined_by_number(tmp_path):
    for rank in range(11):
        path = tmp_path / f"climate.{rank}.txt"
        path.write_text(text_of([row(1 - rank / 10, 1)], lowest=rank - 3.0))
    climate = read_climate(tmp_path)
    np.testing.assert_allclose(np.diff(climate.sine), -0.1)
    assert climate.lowest_humidity == -3
    assert climate.weight.sum() == pytest.approx(1)


def test_run_that_has_not_finished(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected climate.* found none"):
        read_climate(tmp_path)


def test_file_that_was_cut_off(tmp_path, climate):
    whole = (tmp_path / "climate.0.txt").read_text()
    (tmp_path / "climate.0.txt").write_text(whole[: whole.rindex(" ")])
    with pytest.raises(ValueError):
        read_climate(tmp_path)


def changed(climate, **shifts):
    return dataclasses.replace(
        climate, **{name: getattr(climate, name) + shift for name, shift in shifts.items()}
    )


def test_rms_is_over_latitude_and_level(climate):
    shift = np.zeros_like(climate.temperature)
    shift[0, 1] = 3
    assert rms_temperature(climate, changed(climate, temperature=shift)) == np.sqrt(9 / 6)


def test_spread_is_of_every_pair(climate):
    members = [changed(climate, temperature=shift) for shift in (0, 1, 3)]
    assert native_spread(members) == [1, 3, 2]


def test_comparison_with_itself(climate):
    found = compare(climate, climate)
    assert found == {
        "completed_days": 2,
        "rms_temperature_K": 0,
        "level_bias_K": 0,
        "olr_bias_W_m2": 0,
        "rain_ratio": 1,
        "lowest_humidity": 1e-7,
    }
    assert objections(found, 0.0, 2) == []


REJECTED = {
    "temperature": ("rms_temperature_K", {"temperature": 0.7}),
    "one level": ("level_bias_K", {"temperature": np.array([0, 0, -0.21])}),
    "olr": ("olr_bias_W_m2", {"outgoing": -1.1}),
    "more rain": ("rain_ratio", {"rain": 0.2}),
    "less rain": ("rain_ratio", {"rain": -0.2}),
    "humidity": ("lowest_humidity", {"lowest_humidity": -2e-7}),
    "days": ("completed_days", {"days": -1.0}),
    "not a number": ("rms_temperature_K", {"temperature": np.nan}),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_speaks_against_a_run(climate, case):
    name, shifts = REJECTED[case]
    reasons = objections(compare(changed(climate, **shifts), climate), 0.5, 2)
    assert any(reason.startswith(f"{name}: expected ") for reason in reasons)


def test_limits_are_those_of_the_issue(climate):
    inside = {
        "completed_days": 30.0,
        "rms_temperature_K": 0.6,
        "level_bias_K": 0.2,
        "olr_bias_W_m2": -1.0,
        "rain_ratio": 1.05,
        "lowest_humidity": 0.0,
    }
    assert objections(inside, 0.5, 30) == []
    for name in inside:
        step = -1e-3 if name in ("completed_days", "olr_bias_W_m2", "lowest_humidity") else 1e-3
        (reason,) = objections(inside | {name: inside[name] + step}, 0.5, 30)
        assert reason.startswith(name)


def test_climate_does_not_change_under_one(climate):
    with pytest.raises(dataclasses.FrozenInstanceError):
        climate.days = 3
    assert isinstance(climate, Climate)
