# SPDX-License-Identifier: BSD-3-Clause
"""Scores against given data: by which names variables are found, and what errors are."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from climate_runs import LAT, NLON, dataset, fields

from pyhybrid.cli import main
from pyhybrid.climate import open_run
from pyhybrid.climate.verification import names_in, verify
from pyhybrid.errors import FieldError


@pytest.fixture
def written(tmp_path):
    """Opens a file of these fields, renamed."""

    def make(file, values, **names):
        dataset(values).rename(names).to_netcdf(tmp_path / f"{file}.nc")
        return open_run(str(tmp_path / f"{file}.nc"))

    return make


def test_standard_names_find_variables_of_other_names(written):
    values = fields(1)
    run, truth = written("run", values), written("truth", values, tas="t2m", prw="tcwv")
    given = names_in(truth, run, ["tas", "pr", "prw"])
    assert given == {"tas": "t2m", "pr": "pr", "prw": "tcwv"}
    usual = written("usual", values, tas="normal")
    scores = verify([run], truth, ["tas"], usual)[run.name]["tas"]
    assert scores["rmse"] == 0 and scores["acc"] == pytest.approx(1) and scores["given"] == "t2m"
    with pytest.raises(FieldError, match="none.nc: variables: expected tas"):
        verify([run], truth, ["tas"], written("none", {"pr": values["pr"]}))


@pytest.mark.parametrize("both_in", ["run", "truth"])
def test_a_standard_name_of_two_variables_says_nothing(written, tmp_path, both_in):
    """Such as means and maxima of a day."""
    one = {"tas": fields(1)["tas"]}
    data = dataset(one)
    data["tasmax"] = data["tas"].copy()
    data.rename(tas="t2m", tasmax="mx2t").to_netcdf(tmp_path / "truth2.nc")
    data.to_netcdf(tmp_path / "run2.nc")
    two = open_run(str(tmp_path / f"{both_in}2.nc"))
    run, truth = (two, written("x", one, tas="t2m")) if both_in == "run" else (written("x", one),
                                                                               two)  # fmt: skip
    assert names_in(truth, run, ["tas"]) == {}


def test_a_variable_of_levels_is_not_one_without(written):
    """Both are air temperatures."""
    run = written("run", {"tas": fields(1)["tas"]})
    assert names_in(written("truth", {"ta": fields(1)["ta"]}), run, ["tas"]) == {}


def test_what_is_left_out_is_told(natives, changed, tmp_path):
    truth = tmp_path / "truth.nc"
    dataset({"tas": fields(0)["tas"]}).rename(tas="t2m").to_netcdf(truth)
    numbers = tmp_path / "c.json"
    words = ["--no-html", "--verification", str(truth), "--json", str(numbers)]
    done = CliRunner().invoke(main, ["climate", changed(), "--native", *natives, *words])
    assert done.exit_code == 0, done.output
    assert "tas (t2m)" in done.stdout and "more than one: ta, pr, evap, prw" in done.stdout
    assert json.loads(numbers.read_text())["not_verified"] == ["ta", "pr", "evap", "prw"]


def test_errors_of_both_signs_do_not_cancel_in_the_mean_of_their_sizes(written):
    values = fields(1)["tas"]
    off = np.where(np.arange(NLON) % 2, 3.0, -1.0) + np.zeros((len(LAT), 1))
    run, truth = written("run", {"tas": values + off}), written("truth", {"tas": values})
    scores = verify([run], truth, ["tas"], None)[run.name]["tas"]
    assert scores["bias"] == pytest.approx(1) and scores["mae"] == pytest.approx(2)
    assert scores["rmse"] == pytest.approx(np.sqrt(5))
