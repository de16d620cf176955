# SPDX-License-Identifier: BSD-3-Clause
"""Tracers and weather that cannot be: told by field, column and level, in every mode."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import COLUMNS, edited, scheme, shipped, spoiled

from pyhybrid import open_recording

# As an array: a float in between would make it quiet.
SIGNALLING_NAN = np.array([0x7FF0000000000001], "u8").view("f8")


@pytest.fixture(params=["native", "emulate"])
def hybrid(request) -> str:
    return "" if request.param == "native" else shipped("emulate")


@pytest.fixture(params=["fast", "debug"])
def executable(request):
    """As it is run, and one that traps what is invalid."""
    return request.getfixturevalue(request.param)


# ---- Tracers


@pytest.mark.parametrize(
    "tracer, name, value, found",
    [
        (8, "BC_KI", np.nan, "1.00000E+00 kg kg-1, found NaN"),
        (8, "BC_KI", SIGNALLING_NAN, "1.00000E+00 kg kg-1, found NaN"),
        (8, "BC_KI", -1e-20, "1.00000E+00 kg kg-1, found -1.00000E-20"),
        (8, "BC_KI", 1e30, "1.00000E+00 kg kg-1, found 1.00000E+30"),
        (8, "BC_KI", np.inf, "1.00000E+00 kg kg-1, found Infinity"),
        (21, "N_AS", 1e30, "1.00000E+18 kg-1, found 1.00000E+30"),
        (26, "SO2", np.nan, "1.00000E+00 kg kg-1, found NaN"),
    ],
)
def test_bad_tracers_of_a_restart_are_told(
    run, executable, hybrid, tmp_path, tracer, name, value, found
):
    place = (0, tracer, 20, 17)
    bad = spoiled(run("one", steps=1).restart, tmp_path / "bad.nc", "tracers", place, value)
    with pytest.raises(RuntimeError) as failure:
        run("two", executable=executable, restart_in=bad, nproma=5, hybrid=hybrid)
    told = f"restart '{bad}': {name}(column 18, level 21): expected 0.00000E+00 to {found}"
    assert told in str(failure.value)


def test_one_rank_alone_ends_the_run_of_all(run, mpi, tmp_path):
    bad = spoiled(run("one", steps=1).restart, tmp_path / "bad.nc", "tracers", (0, 2, 36, 30), -1)
    with pytest.raises(RuntimeError, match=r"SO4_KS\(column 31, level 37\): expected 0.00000E\+00"):
        run("two", executable=mpi, ranks=3, restart_in=bad)


@pytest.mark.parametrize("two_loops", [False, True])
def test_tracers_that_grow_out_of_range_are_told(run, hybrid, tmp_path, two_loops):
    """They begin just below the limit, and sea salt is emitted."""
    first = run("first", steps=1)
    full = spoiled(first.restart, tmp_path / "full.nc", "tracers", (0, 14), 1 - 1e-10)
    with pytest.raises(RuntimeError, match=r"before the aerosol: SS_CS\(column \d+, level 3\d\): "):
        run("second", restart_in=full, hybrid=hybrid, nproma=5, two_loops=two_loops)


# ---- Weather


@pytest.mark.parametrize(
    "variable, value, expected",
    [
        ("air_temperature", 400.0, "150 to 350, found 400"),
        ("air_temperature", np.nan, "150 to 350, found NaN"),
        ("air_temperature", -5.0, "150 to 350, found -5"),
        ("relative_humidity", np.nan, "0 to 1, found NaN"),
        ("relative_humidity", 2.0, "0 to 1, found 2"),
        ("air_temperature", SIGNALLING_NAN, "150 to 350, found NaN"),
        ("cloud", -0.5, "0 to 1, found -"),
    ],
)
def test_weather_that_cannot_be_is_told(
    run, few_columns, tmp_path, executable, hybrid, variable, value, expected
):
    bad = spoiled(few_columns, tmp_path / "bad.nc", variable, (9, 1, 4), value)
    with pytest.raises(RuntimeError) as failure:
        run("run", columns=bad, executable=executable, hybrid=hybrid)
    told = f"columns: {variable}(column 13, level 10): expected {expected}"
    assert told in str(failure.value)


@pytest.mark.parametrize(
    "variable, place, value, told",
    [
        ("pressure", (9,), 0.0, "(column 1, level 10): expected 1 to 120000, found "),
        ("pressure", (9,), np.nan, "(column 1, level 10): expected 1 to 120000, found "),
        ("pressure_bounds", (37,), np.nan, "(column 1, level 38): expected 0 to 120000, found NaN"),
        ("lat", (1,), np.nan, "(column 9, level 0): expected -90 to 90, found NaN"),
        ("lon", (3,), 1e9, "(column 4, level 0): expected -360 to 360, found "),
        ("area", (1, 2), -1.0, "(column 11, level 0): expected 0 to "),
    ],
)
def test_grids_that_cannot_be_are_told(
    run, few_columns, tmp_path, executable, hybrid, variable, place, value, told
):
    bad = spoiled(few_columns, tmp_path / "bad.nc", variable, place, value)
    with pytest.raises(RuntimeError) as failure:
        run("run", columns=bad, executable=executable, hybrid=hybrid)
    assert f"columns: {variable}{told}" in str(failure.value)


@pytest.fixture
def warming(few_columns, tmp_path):
    """Columns of which the tenth exceeds 350 K in its first morning."""
    return spoiled(few_columns, tmp_path / "warm.nc", "air_temperature", (36, 1, slice(2)), 349.9)


@pytest.mark.parametrize("two_loops", [False, True])
def test_weather_that_turns_bad_ends_the_run_and_nothing_written_is_lost(
    run, warming, tmp_path, executable, hybrid, two_loops
):
    keeps = 'record = { path = "kept.nc" }'
    hybrid = shipped("emulate", keeps) if hybrid else scheme("record", keeps)
    often = {"steps": 48, "output_every": 3, "restart_every": 4, "nproma": 7}
    with pytest.raises(RuntimeError) as failure:
        run("run", executable, warming, hybrid, threads=2, two_loops=two_loops, **often)
    told = "before the aerosol: temperature(column 10, level 37): expected 1.50000E+02 to "
    assert told in str(failure.value)
    written = steps_in(tmp_path / "run.part" / "output.nc")
    assert written == list(range(3, 3 * len(written) + 1, 3)) and 3 < len(written) < 16
    assert steps_in(tmp_path / "run.part" / "restart.nc")[0] >= written[-1] - 3
    recording = open_recording(tmp_path / "run.part" / "kept.nc")
    assert recording.sizes["sample"] >= written[-1] * COLUMNS
    masses = recording["emulated" if "emulate" in hybrid else "native"]
    assert np.isfinite(masses["aerosol_mass_mixing_ratios"].values).all()


def test_output_without_a_record_is_not_left_behind(run, few_columns, tmp_path):
    """A run that ends in its first step can be made again."""
    columns = spoiled(
        few_columns, tmp_path / "hot.nc", "air_temperature", (36, slice(None), slice(None)), 349.9
    )
    with pytest.raises(RuntimeError, match="before the aerosol: temperature"):
        run("run", columns=columns, steps=48)
    assert (tmp_path / "run.part").is_dir()
    assert not list(tmp_path.glob("run.part/*.nc"))


def test_weather_that_turns_bad_on_one_rank_ends_all(run, mpi, warming):
    with pytest.raises(RuntimeError, match=r"before the aerosol: temperature\(column 10, level 37"):
        run("run", mpi, warming, ranks=3, steps=48)


def steps_in(path) -> list[int]:
    with netCDF4.Dataset(path) as file:
        return file["step"][:].tolist()


# ---- The file of columns


def test_columns_that_lack_something_are_told(run, few_columns, tmp_path):
    bad = edited(few_columns, tmp_path / "a.nc", lambda f: f.renameVariable("cloud", "clouds"))
    with pytest.raises(RuntimeError, match="columns: variable 'cloud': NetCDF: Variable not found"):
        run("run", columns=bad)
    bad = edited(few_columns, tmp_path / "b.nc", lambda f: f.renameDimension("lon", "x"))
    with pytest.raises(RuntimeError, match="columns: dimension 'lon': expected 1 or more, found n"):
        run("run", columns=bad)


def test_columns_upside_down_are_told(run, few_columns, tmp_path):
    bad = spoiled(few_columns, tmp_path / "bad.nc", "pressure_bounds", (3,), 0.0)
    with pytest.raises(RuntimeError, match="pressure_bounds: expected to increase from the top"):
        run("run", columns=bad)
