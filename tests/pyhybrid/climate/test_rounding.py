# SPDX-License-Identifier: BSD-3-Clause
"""What is prescribed is the same however it is stored; what differs by more is not."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from climate_runs import LAT, NLON, dataset, fields

from pyhybrid.climate import Selection, compare, open_run
from pyhybrid.climate.rain import rain_numbers
from pyhybrid.climate.result import as_json
from pyhybrid.climate.rounding import roundings
from pyhybrid.climate.tables import tables
from pyhybrid.errors import FieldError
from pyhybrid.validation.buckets import Buckets

SEA = (290 + 10 * np.cos(np.radians(LAT)))[:, None] + 3 * np.sin(np.arange(NLON))
TIMES = np.cos(np.arange(20))[:, None, None]
REAL32, REAL64 = {"dtype": "f4"}, {"dtype": "f8"}
PACKED = {"dtype": "i2", "scale_factor": 0.001, "add_offset": 290.0, "_FillValue": -32768}


@pytest.fixture
def run(tmp_path):
    """A sea surface that is prescribed, and air that is not."""

    def make(name, seed, sea=0.0, encoding=REAL64):
        data = dataset({"sst": SEA + TIMES + sea, "tas": fields(seed)["tas"]})
        data.to_netcdf(tmp_path / f"{name}.nc", encoding={"sst": encoding})
        return open_run(str(tmp_path / f"{name}.nc"))

    return make


@pytest.mark.parametrize(("stored", "native"), [
    (REAL32, REAL64), (REAL64, REAL32), (PACKED, REAL64), (REAL64, PACKED), (PACKED, REAL32),
])  # fmt: skip
def test_a_prescribed_sea_is_no_difference_however_it_is_stored(run, stored, native):
    found = compare(run("run", 9, encoding=stored),
                    [run(f"n{k}", k, encoding=native) for k in range(4)])  # fmt: skip
    assert found.objections == [] and {one.what for one in found.tests} == {"tas"}
    assert {"sst: mean", "sst: zonal mean", "sst: drift"} <= set(found.same)


@pytest.mark.parametrize("warmer", [2e-4, 0.01])
def test_another_sea_is_one(run, warmer):
    found = compare(run("run", 9, warmer), [run(f"n{k}", k) for k in range(4)])
    (mean,) = (text for text in found.objections if text.startswith("sst: mean"))
    assert "K, prescribed: the same in all native runs, found 29" in mean and "+- 0" not in mean
    assert any(text.startswith("sst: zonal mean") for text in found.objections)


@pytest.mark.parametrize("encoding", [
    {**PACKED, "scale_factor": 1e20}, {"dtype": "f4", "scale_factor": 0.25},
])  # fmt: skip
def test_what_is_no_packing_excuses_nothing(run, encoding):
    """Steps are gross if one value blew up; a factor of real32 numbers is none."""
    found = compare(run("run", 9, 0.2, encoding), [run(f"n{k}", k) for k in range(4)])
    assert any(text.startswith("sst: mean") for text in found.objections)


def test_a_value_that_blew_up_excuses_nothing(run):
    sea = np.zeros((20, 1, 1)) + np.zeros(SEA.shape)
    sea[3, 2, 1] = 1e30
    found = compare(run("run", 9, sea), [run(f"n{k}", k) for k in range(4)])
    assert any(text.startswith("sst: mean") for text in found.objections)


def test_latitudes_that_are_prescribed_do_not_reject_those_that_are_not(tmp_path):
    """A belt of prescribed sea, which is the same in all runs, but rounded in one."""

    def make(name, seed, kind):
        values = fields(seed)["tas"]
        values[:, 4:6] = (SEA + TIMES)[:, 4:6]
        dataset({"tas": values.astype(kind)}).to_netcdf(tmp_path / name)
        return open_run(str(tmp_path / name))

    found = compare(make("run.nc", 9, "f4"), [make(f"{k}.nc", k, "f8") for k in range(5)])
    assert found.objections == [] and len(found.tests) == 5


def test_sizes_are_those_of_the_natives():
    """One value of a run may be as large as it likes."""
    sizes = [SimpleNamespace(rounding=np.full((1, 2), size), step=0.0) for size in (1e23, 1, 2, 1)]
    places, number = roundings(sizes, np.array([0.5, 0.5]))
    assert places.single.tolist() == [2, 2] and number.single == pytest.approx(2)


@pytest.mark.parametrize("kind", [REAL64, REAL32])
def test_a_native_run_and_its_copy_are_one(run, kind):
    """However it is stored; a run that repeats a native one is none of these."""
    natives = [run(f"n{k}", k, encoding=REAL64) for k in (1, 2, 3)]
    copy = run("copy", 2, encoding=kind)
    with pytest.raises(FieldError, match="n2.nc and .*copy.nc: expected different ones, found the "
                       "same values of sst, tas in both"):  # fmt: skip
        compare(run("run", 9), [*natives, copy])
    found = compare(copy, natives)
    assert found.objections == [] and found.repeated == [natives[1].name]
    told = next(tables(as_json(found, {}))).text()
    assert f"the run has the same values as {natives[1].name}" in told
    assert compare(run("run", 9), natives).repeated == []


def test_where_all_is_the_same_there_is_no_verdict(run):
    """Runs with the same area mean; but values that the run alone lacks still reject it."""
    flat, across = 290 - SEA - TIMES, np.sin(np.radians(LAT))[:, None]
    natives = [run(f"n{k}", k, flat + k * across) for k in range(3)]
    mean = Selection(variables=("sst",), tests=("mean",))
    with pytest.raises(FieldError, match="tests: expected some that can say something, found none"):
        compare(run("run", 9, flat), natives, mean)
    flat[3, 2, 1] = np.nan
    (text,) = compare(run("gap", 9, flat), natives, mean).objections
    assert text.startswith("sst: values that are not finite")


def test_budgets_and_rain_that_are_prescribed_are_the_same(tmp_path):
    def make(seed, kind):
        values = {**fields(1), "tas": fields(seed)["tas"]}
        data = dataset(values).astype(kind, keep_attrs=True)
        data.to_netcdf(tmp_path / f"{seed}.nc")
        return open_run(str(tmp_path / f"{seed}.nc"))

    found = compare(make(9, "f4"), [make(seed, "f8") for seed in range(3)])
    assert "water of the atmosphere" in found.budgets and found.objections == []
    assert {one.what for one in found.tests} == {"tas"}
    assert {"water of the atmosphere: budget", "pr: rain P99"} <= set(found.same)


@pytest.mark.parametrize(("moved", "p"), [(1e-7, 1.0), (1e-2, 0.0)])
def test_rain_is_the_same_if_few_values_fall_into_the_next_bucket(moved, p):
    natives = Buckets.of(np.random.default_rng(0).gamma(0.5, 6, 20000))
    run = Buckets(natives.key, natives.sums * np.linspace(1, 1 + moved, natives.sums.shape[1]))
    rains = [SimpleNamespace(rain=one) for one in (run, natives, natives, natives)]
    assert {test.p for test in rain_numbers("pr", rains)} == {p}


def test_infinite_errors_of_trends_are_no_numbers_and_warn_of_nothing(tmp_path):
    def make(seed):
        path = tmp_path / f"{seed}.nc"
        curve = 5 * np.cos(np.linspace(0, 2 * np.pi, 20))[:, None, None]
        dataset({"tas": fields(seed)["tas"] + curve}).to_netcdf(path)
        return open_run(str(path))

    found = compare(make(9), [make(seed) for seed in range(3)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = as_json(found, {})["variable"]["tas"]["drift_error_per_day"]
    assert table == {"run": None, "native": [None] * 3, "difference": None}
