# SPDX-License-Identifier: BSD-3-Clause
"""Columns, scenarios and seasons; and that nothing is lost."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import LEVELS, same_bits
from column_figures import burdens, draw
from column_runs import SCENARIOS
from columns import (
    EARTH_AREA,
    SNAPSHOT,
    fetch,
    saturation_pressure,
    saturation_pressure_ice,
)

SULFURIC_ACID_OF_SO2 = 98.0734 / 64.066


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_emitted_is_there_or_was_lost(run, scenario):
    with netCDF4.Dataset(run("run", scenario=scenario, steps=48).restart) as file:
        file.set_auto_mask(False)
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        emitted, dry, wet = file["budget"][0]
        tracers, bounds = file["tracers"][0], pressure_bounds(file["pressure"][:])
    burden = np.einsum("tlc,l->tc", tracers, np.diff(bounds) / 9.80665)
    assert tracers.min() == 0
    for index, species in enumerate(("SO4", "BC", "OC", "SS", "DU")):
        there = sum(burden[i] for i, name in enumerate(names) if name.startswith(species + "_"))
        if species == "SO4":
            there = there + burden[names.index("H2SO4")]
            there = there + burden[names.index("SO2")] * SULFURIC_ACID_OF_SO2
        # Some thousand additions, each rounded: far below what a forgotten term would leave.
        left = np.abs(emitted[index] - dry[index] - wet[index] - there)
        assert left.max() < 1e-12 * emitted[index].max()
        assert dry[index].min() >= 0 and wet[index].min() >= 0 and dry[index].max() > 0


def pressure_bounds(pressure):
    middle = (pressure[1:] + pressure[:-1]) / 2
    return np.concatenate([[0.0], middle, [2 * pressure[-1] - middle[-1]]])


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
