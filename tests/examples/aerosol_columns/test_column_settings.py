# SPDX-License-Identifier: BSD-3-Clause
"""Settings, ranks and output files that the column model refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from column_cases import scheme
from column_runs import ColumnRun


@pytest.mark.parametrize(
    "options, message",
    [
        ({"steps": 0}, "steps: expected at least 1, found 0"),
        ({"nproma": -3}, "nproma: expected at least 1, found -3"),
        ({"output_every": -1}, "output_every: expected at least 0, found -1"),
        ({"time_step": -1.0}, "time_step: expected up to 7200 s, found -1"),
        ({"time_step": 1e5}, "time_step: expected up to 7200 s, found 100000"),
        ({"scenario": "future"}, "scenario: expected present, preindustrial, polluted or"),
        ({"month": 13}, "month: expected 1 to 12, or 0 for the scenario's own, found 13"),
        ({"radius": 1.0}, "expected the group &aerosol_columns, found: Cannot match"),
        ({"columns": "none.nc"}, "none.nc': No such file or directory"),
        ({"restart_in": "none.nc"}, "'none.nc': No such file or directory"),
        ({"restart_in": "x" * 300}, "paths: expected fewer than 256 characters, found more"),
        ({"output": "x" * 256}, "paths: expected fewer than 256 characters, found more"),
        ({"restart_out": "output.nc"}, "restart_out: expected a file of its own, found output.nc"),
        ({"restart_out": "hybrid.toml"}, "restart_out: expected a file of its own, found hybrid."),
        ({"restart_out": "a/x.nc"}, "restart_out: expected a path that can be written, found: Can"),
        ({"restart_out": "."}, "restart_out: expected a file, found the folder '.'"),
        ({"restart_out": "./output.nc"}, "restart_out: expected a file of its own, found another"),
        ({"restart_out": "./hybrid.toml"}, "restart_out: expected no such file yet, or a rest"),
        ({"output": "./restart.nc.part"}, "restart_out: expected a file of its own, found another"),
        ({"output": "restart.nc.part"}, "restart_out: expected restart.nc.part to be free"),
        ({"restart_in": "restart.nc.part"}, "restart_out: expected restart.nc.part to be free"),
        ({"output": "none/output.nc"}, "'none/output.nc': "),
        ({"nblocks": 33}, "block 33: expected a column or more, found none: nblocks = 33 for 32"),
        ({"nblocks": 23}, "block 17: expected a column or more, found none: nblocks = 23 for 32"),
        ({"hybrid": scheme("dream")}, "mode"),
        ({"hybrid": scheme("emulate", 'emulator = "none.py"')}, "expected a file, found none"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value)[:30],
)
def test_bad_settings_are_told(run, tmp_path, options, message):
    with pytest.raises(RuntimeError) as failure:
        run("run", **options)
    assert message in str(failure.value)
    assert "STOP" not in str(failure.value) and "Backtrace" not in str(failure.value)
    assert (tmp_path / "run.part").is_dir()
    assert not list(tmp_path.glob("run.part/*.nc*"))  # which would be in the way of the next run


def test_more_ranks_than_columns_are_refused(run, mpi):
    with pytest.raises(RuntimeError, match="expected at most 32 ranks, one for each column, fo"):
        run("run", executable=mpi, ranks=33)


def test_a_namelist_that_is_not_there_is_told(run):
    native = run("run", steps=1)
    (native.folder / "columns.nml").unlink()
    with pytest.raises(RuntimeError, match="namelist 'columns.nml': expected the group"):
        native.start_again()


@pytest.mark.parametrize("name", ["columns", "output"])
def test_what_is_no_restart_is_not_replaced(run, few_columns, tmp_path, name):
    """Neither the columns by another path nor all of another run, with its tracers."""
    source = few_columns if name == "columns" else run("other", output_state=True, steps=1).output
    kept = Path(shutil.copy(source, tmp_path / "kept.nc"))
    before = kept.read_bytes()
    with pytest.raises(RuntimeError, match="expected no such file yet, or a restart to be replac"):
        run("run", restart_out=kept, steps=1)
    assert kept.read_bytes() == before


def test_output_of_another_run_is_left_alone(run):
    native = run("run", steps=1)
    before = native.output.read_bytes()
    with pytest.raises(RuntimeError, match="output 'output.nc': expected no such file yet"):
        native.start_again()
    assert native.output.read_bytes() == before


def test_a_run_that_was_refused_can_be_made_again(run, fast, tmp_path):
    """In its folder, once the configuration is mended: no file of it is in the way."""
    with pytest.raises(RuntimeError, match="expected a file, found none"):
        run("run", hybrid=scheme("emulate", 'emulator = "none.safetensors"'))
    (tmp_path / "run.part" / "hybrid.toml").write_text("")
    again = ColumnRun(tmp_path / "run.part", fast)
    again.start_again()
    assert again.output.is_file() and again.restart.is_file()


def test_a_part_of_a_restart_is_left_alone_by_what_is_refused(run):
    """A run that was killed while it wrote may have left it."""
    native = run("run", steps=1)
    part = native.folder / "restart.nc.part"
    part.write_text("half a restart")
    with pytest.raises(RuntimeError, match="expected no such file yet"):
        native.start_again()
    assert part.read_text() == "half a restart"


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_restart_that_cannot_be_written_is_told_at_once(run, request, tmp_path, ranks):
    executable = request.getfixturevalue("fast" if ranks == 1 else "mpi")
    with pytest.raises(RuntimeError, match="restart_out: expected a path that can be written"):
        run("run", executable, ranks=ranks, restart_out="none/restart.nc", steps=10**6)
    assert (tmp_path / "run.part").is_dir()
    assert not (tmp_path / "run.part" / "output.nc").exists()
