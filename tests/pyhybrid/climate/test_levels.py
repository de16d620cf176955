# SPDX-License-Identifier: BSD-3-Clause
"""Levels of runs and of given data are at the same places."""

import numpy as np
import pytest
from climate_runs import dataset, fields

from pyhybrid.climate import open_run
from pyhybrid.climate.comparing import compare
from pyhybrid.climate.levels import check_levels
from pyhybrid.climate.verification import verify
from pyhybrid.errors import FieldError, ShapeError

PRESSURES = (1000.0, 500.0, 100.0)


@pytest.fixture
def run(tmp_path):
    """Writes a run of `ta` alone; the places of its levels, if any, and their unit."""

    def make(name, levels=PRESSURES, unit="hPa", seed=1, count=3, axis="lev"):
        data = dataset({"ta": fields(seed, levels=count)["ta"]})
        if levels is not None:
            data = data.assign_coords(lev=("lev", list(levels), {"units": unit} if unit else {}))
        data.rename(lev=axis).to_netcdf(tmp_path / f"{name}.nc")
        return open_run(str(tmp_path / f"{name}.nc"))

    return make


@pytest.mark.parametrize(("levels", "unit"), [
    ([1e5, 5e4, 1e4], "Pa"), ([100.0, 50.0, 10.0], "kPa"), (np.float32(PRESSURES), "millibars"),
    (PRESSURES, ""), (None, ""), ([1000, 500, 100], "mb"), ([1000.00001, 500, 100], "hPa"),
])  # fmt: skip
def test_the_same_places_in_other_units(run, levels, unit):
    check_levels(run("a"), run("b", levels, unit), "ta", "ta")


@pytest.mark.parametrize(("levels", "unit", "text"), [
    (PRESSURES[::-1], "hPa", "expected 1000, 500, 100 hPa, found the same in turned order, 100"),
    ([1e4, 5e4, 1e5], "Pa", "in turned order, 10000, 50000, 100000 Pa"),
    ([900.0, 400.0, 50.0], "hPa", "found 900, 400, 50 hPa"),
    (PRESSURES, "Pa", "found 1000, 500, 100 Pa"),
    ([1e5, 5e4, 1e4], "", "found 100000, 50000, 10000"),
    ([1.0, 2.0, 3.0], "m", "unit: expected hPa, found m"),
    (["low", "middle", "high"], "", r"found \['low', 'middle', 'high'\]"),
    ([np.nan, 500.0, 100.0], "hPa", "found nan, 500, 100 hPa"),
])  # fmt: skip
def test_other_places_are_refused(run, levels, unit, text):
    with pytest.raises(ShapeError, match=f"b.nc: levels of ta.*{text}"):
        check_levels(run("a"), run("b", levels, unit), "ta", "ta")


def test_names_of_levels_are_compared_as_words(run):
    names = ["low", "middle", "high"]
    check_levels(run("a", names, ""), run("b", names, ""), "ta", "ta")


def test_a_run_with_turned_levels_is_not_compared(run):
    natives = [run(f"n{seed}", seed=seed) for seed in range(3)]
    compare(run("same", seed=9), natives)
    with pytest.raises(ShapeError, match="turned"):
        compare(run("turned", PRESSURES[::-1], seed=9), natives)
    with pytest.raises(ShapeError, match="levels of ta: expected 3, found 2"):
        compare(run("two", None, seed=9, count=2), natives)
    with pytest.raises(FieldError, match="axis of levels: expected lev, found height"):
        compare(run("other", None, seed=9, axis="height"), natives)


def test_given_data_with_turned_levels_give_no_scores(run):
    """The name of their axis does not matter."""
    mine, truth = run("a"), run("b", [1e5, 5e4, 1e4], "Pa", axis="plev")
    assert verify([mine], truth, ["ta"], None)[mine.name]["ta"]["rmse"] == 0
    turned = run("c", PRESSURES[::-1])
    for given in ((turned, None), (truth, turned)):
        with pytest.raises(ShapeError, match="c.nc: levels of ta: .*turned"):
            verify([mine], given[0], ["ta"], given[1])
