# SPDX-License-Identifier: BSD-3-Clause
"""A run goes on only from a restart of its own configuration, and spoils nothing if it cannot."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import ROOT, edited, spoiled
from columns import make_columns


@pytest.fixture
def first(run):
    return run("first", steps=1, output_every=1)


# ---- Of another configuration


@pytest.mark.parametrize(
    "options, message",
    [
        ({"scenario": "polluted", "month": 1}, "scenario: expected polluted, found present"),
        ({"month": 3}, "month: expected 3, found 1"),
        ({"time_step": 900.0}, "time_step: expected 900, found 1800"),
        ({"time_step": 900.0, "branch": True}, "time_step: expected 900, found 1800"),
    ],
    ids=str,
)
def test_a_restart_of_another_configuration_is_refused(run, first, options, message):
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=first.restart, **options)
    assert f"aerosol_columns: restart '{first.restart}': {message}" in str(failure.value)


def test_a_run_may_branch_off_another_scenario(run, first):
    run("second", restart_in=first.restart, scenario="polluted", branch=True)


def test_fewer_columns_are_refused(run, first):
    fewer = make_columns(ROOT, ROOT / "columns_16.nc", every=16)
    with pytest.raises(RuntimeError, match="dimension column: expected 8, found 32"):
        run("second", columns=fewer, restart_in=first.restart)


@pytest.mark.parametrize("variable", ["air_temperature", "condensate", "wind", "land", "area"])
def test_other_columns_are_refused(run, few_columns, first, tmp_path, variable):
    """The values are there, in another order."""

    def turn(file):
        file[variable][:] = file[variable][..., ::-1, :]

    turned = edited(few_columns, tmp_path / "turned.nc", turn)
    with pytest.raises(RuntimeError, match=r"columns_checksum: expected \d+, found \d+"):
        run("second", columns=turned, restart_in=first.restart)


def test_nothing_of_a_refused_run_is_written(run, first):
    """Though it was to go on in the same files."""
    before = {path.name: path.read_bytes() for path in first.folder.glob("*.nc")}
    first.options |= {"restart_in": "restart.nc", "output": "next.nc", "month": 3}
    (first.folder / "columns.nml").write_text(first.namelist())
    with pytest.raises(RuntimeError, match="restart 'restart.nc': month: expected 3, found 1"):
        first.start_again()
    assert {path.name: path.read_bytes() for path in first.folder.glob("*.nc")} == before


# ---- Of another program, or broken


@pytest.mark.parametrize(
    "attribute, value, message",
    [
        ("time_step", np.arange(500.0), "time_step: expected 1800, found none"),
        ("time_step", "1800", "time_step: expected 1800, found none"),
        ("time_step", np.nan, "time_step: expected 1800, found NaN"),
        ("scenario", "present" * 100, "scenario: expected present, found none"),
        ("scenario", 3.0, "scenario: expected present, found none"),
        ("month", None, "month: expected 1, found none"),
        ("columns_checksum", None, "columns_checksum: expected"),
    ],
)
def test_attributes_of_another_kind_are_refused(run, first, tmp_path, attribute, value, message):
    def change(file):
        file.delncattr(attribute)
        if value is not None:
            file.setncattr(attribute, value)

    bad = edited(first.restart, tmp_path / "bad.nc", change)
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=bad)
    assert f"restart '{bad}': {message}" in str(failure.value)


def test_other_tracers_are_refused(run, first, tmp_path):
    name = netCDF4.stringtochar(np.array(["NO3_CS"], "S8"))
    bad = spoiled(first.restart, tmp_path / "bad.nc", "tracer_name", (4,), name)
    with pytest.raises(RuntimeError, match="tracer 5: expected SO4_CS, found NO3_CS"):
        run("second", restart_in=bad)


@pytest.mark.parametrize("variable", ["step", "tracers", "budget", "tracer_name"])
def test_a_restart_that_lacks_something_is_refused(run, first, tmp_path, variable):
    bad = edited(first.restart, tmp_path / "bad.nc", lambda f: f.renameVariable(variable, "x"))
    with pytest.raises(
        RuntimeError, match=f"a restart of this model, found no variable '{variable}'"
    ):
        run("second", restart_in=bad)


@pytest.mark.parametrize("step", [-1, 2**31 - 1])
def test_a_step_that_cannot_be_is_refused(run, first, tmp_path, step):
    bad = spoiled(first.restart, tmp_path / "bad.nc", "step", (0,), step)
    with pytest.raises(RuntimeError, match=f"step: expected 0 to 2147483639, found {step}"):
        run("second", restart_in=bad)


@pytest.mark.parametrize("build_of", ["fast", "debug"])
@pytest.mark.parametrize("value", [np.nan, -1.0])
def test_a_budget_that_cannot_be_is_refused(run, request, first, tmp_path, value, build_of):
    bad = spoiled(first.restart, tmp_path / "bad.nc", "budget", (0, 1, 2, 7), value)
    with pytest.raises(RuntimeError, match=r"OC in the budget\(column 8, level 1\): expected 0"):
        run("second", executable=request.getfixturevalue(build_of), restart_in=bad)


def test_output_of_several_times_is_no_restart(run):
    output = run("first", steps=2, output_every=1, output_state=True).output
    with pytest.raises(RuntimeError, match="dimension time: expected 1, found 2"):
        run("second", restart_in=output)


def test_output_is_no_restart(run, first):
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=first.output)
    told = "expected a restart of this model, found no variable 'tracers' in it"
    assert f"aerosol_columns: restart '{first.output}': {told}" in str(failure.value)


def test_a_file_of_another_program_is_refused(run, few_columns):
    with pytest.raises(RuntimeError, match="a restart of this model, found no variable 'step' in"):
        run("run", restart_in=few_columns)


def test_a_restart_without_a_dimension_is_refused(run, first, tmp_path):
    bad = edited(first.restart, tmp_path / "bad.nc", lambda f: f.renameDimension("level", "x"))
    with pytest.raises(RuntimeError, match="dimension level: expected 37, found 0"):
        run("second", restart_in=bad)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_part_of_a_restart_is_refused(run, first, tmp_path, share):
    whole = first.restart.read_bytes()
    (tmp_path / "part.nc").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RuntimeError, match=r"'.*part.nc': NetCDF: "):
        run("second", restart_in=tmp_path / "part.nc")


def test_a_text_is_no_restart(run, tmp_path):
    (tmp_path / "text.nc").write_text("not NetCDF" * 100)
    with pytest.raises(RuntimeError, match="text.nc': NetCDF: Unknown file format"):
        run("run", restart_in=tmp_path / "text.nc")
