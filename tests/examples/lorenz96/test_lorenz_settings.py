# SPDX-License-Identifier: BSD-3-Clause
"""What the Lorenz '96 model refuses: settings, restarts, native calls out of step."""

from __future__ import annotations

import numpy as np
import pytest
from lorenz_cases import edited, shipped
from lorenz_runs import LorenzRun


@pytest.mark.parametrize(
    "options, message",
    [
        ({"members": 0}, "members: expected 1 to 100000, found 0"),
        ({"members": 10**6}, "members: expected 1 to 100000, found 1000000"),
        ({"nproma": -1}, "nproma: expected 1 to 2147483647, found -1"),
        ({"steps": 0}, "steps: expected 1 to 1000000000, found 0"),
        ({"substeps": 0}, "substeps: expected 1 to 1000, found 0"),
        ({"output_every": 0}, "output_every: expected 1 to 2147483647, found 0"),
        ({"time_step": 0.0}, "time_step: expected 0.000001 to 0.02 MTU, found 0"),
        ({"time_step": 0.5}, "to 0.02 MTU, found 0.5"),
        ({"forcing": float("nan")}, "MTU-1, found NaN"),
        ({"damping": -1.0}, "damping: expected 0 to 10 MTU-1, found -1"),
        ({"time_ratio": 0.5}, "time_ratio: expected 1 to 100 1, found 0.5"),
        ({"radius": 1.0}, "namelist 'lorenz96.nml': expected the group &lorenz96, found: Can"),
        ({"members": "many"}, "namelist 'lorenz96.nml': expected the group &lorenz96, found: Can"),
        ({"output": "x" * 256}, "paths: expected fewer than 256 characters, found more"),
        ({"restart_out": "output.nc"}, "expected different files, found 'output.nc' twice"),
        ({"restart_out": "none/x.nc"}, "none/x.nc.part': "),
        ({"output": "none/x.nc"}, "'none/x.nc': "),
        ({"restart_in": "none.nc"}, "'none.nc': No such file or directory"),
        ({"hybrid": '[scheme.subgrid]\nmode = "dream"\n'}, "mode"),
        ({"hybrid": '[scheme.subgrid]\nmode = "emulate"\nemulator = "none.pt"\n'}, "none.pt"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value)[:40],
)
def test_bad_settings_are_told(run, tmp_path, options, message):
    table = {"hybrid": options["hybrid"]} if "\n" in str(options.get("hybrid", "")) else {}
    with pytest.raises(RuntimeError) as failure:
        run("run", **(table or options))
    assert message in str(failure.value)
    assert "lorenz96: " in str(failure.value)
    assert "STOP" not in str(failure.value) and "Backtrace" not in str(failure.value)


def test_a_namelist_that_is_not_there_is_told(run):
    native = run("run")
    (native.folder / "lorenz96.nml").unlink()
    with pytest.raises(RuntimeError, match="namelist 'lorenz96.nml': expected the group"):
        native.start_again()


def test_more_ranks_than_members_are_refused(run, mpi):
    with pytest.raises(RuntimeError, match="expected at most 2 ranks, one for each member, f"):
        run("run", mpi, ranks=3, members=2)


def test_an_emulator_that_loses_the_run_ends_it(run, tmp_path, python_backend):
    """Its effect drives X away from all that is physical."""
    text = (
        "import numpy as np\n"
        "field = {'kind': 'real', 'dims': ['column']}\n"
        "card = {'format': 'pyhybrid card', 'version': 1, 'name': 'lost', 'sample': 'column',\n"
        "  'kind': 'real64', 'inputs': [{'name': 'large_scale_variable', 'unit': '1',\n"
        "  'role': 'state', **field}], 'outputs': [{'name':\n"
        "  'tendency_of_large_scale_variable_due_to_small_scales', 'unit': 's-1',\n"
        "  'role': 'tendency', **field}]}\n"
        "def emulate(x):\n    return np.full_like(x, 1.0)\n"
    )
    (tmp_path / "lost.py").write_text(text)
    hybrid = f'[scheme.subgrid]\nmode = "emulate"\nemulator = "{tmp_path}/lost.py"\n'
    with pytest.raises(RuntimeError, match="X: expected -1000 to 1000, found others after step 1"):
        run("run", hybrid=hybrid)


# ---- Small scales


def test_native_without_small_scales_in_step_is_refused(run):
    left = run("left", hybrid=shipped("deterministic"), keep_small_scales=False)
    expected = "small scales: expected those of step 20, found those of step 0: keep_small_scales"
    with pytest.raises(RuntimeError, match=expected):
        run("native", restart_in=left.restart)


# ---- Restarts


@pytest.mark.parametrize(
    "options, message",
    [
        ({"members": 6}, "members*8: expected 48, found 40"),
        ({"time_step": 0.002}, "time_step: expected 0.002, found 0.005"),
        ({"forcing": 18.0}, "forcing: expected 18, found 20"),
        ({"coupling": 0.5}, "coupling: expected 0.5, found 1"),
        ({"damping": 0.5}, "damping: expected 0.5, found 1"),
        ({"space_ratio": 5.0}, "space_ratio: expected 5, found 10"),
        ({"time_ratio": 4.0}, "time_ratio: expected 4, found 10"),
    ],
    ids=str,
)
def test_a_restart_of_another_model_is_refused(run, options, message):
    first = run("first")
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=first.restart, **options)
    assert f"restart '{first.restart}': {message}" in str(failure.value)


@pytest.mark.parametrize(
    "name", ["large_scale_variable", "small_scale_variables", "small_scale_step", "step"]
)
def test_a_restart_that_lacks_something_is_refused(run, tmp_path, name):
    bad = edited(run("first").restart, tmp_path / "bad.nc", lambda f: f.renameVariable(name, "x"))
    with pytest.raises(RuntimeError, match=f"restart '.*bad.nc': 'variable: {name}': NetCDF: V"):
        run("second", restart_in=bad)


@pytest.mark.parametrize("value", [-1, 10**9 + 1])
def test_a_step_that_cannot_be_is_refused(run, tmp_path, value):
    def change(file):
        file["step"][0] = value

    bad = edited(run("first").restart, tmp_path / "bad.nc", change)
    with pytest.raises(RuntimeError, match=f"step: expected 0 to 1000000000, found {value}"):
        run("second", restart_in=bad)


@pytest.mark.parametrize("name", ["large_scale_variable", "small_scale_variables"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_restart_with_numbers_that_are_none_is_refused(run, debug, tmp_path, name, value):
    def change(file):
        file[name][0, 3] = value

    bad = edited(run("first").restart, tmp_path / "bad.nc", change)
    with pytest.raises(RuntimeError, match="expected finite numbers, found others"):
        run("second", debug, restart_in=bad)


def test_output_is_no_restart(run):
    first = run("first")
    with pytest.raises(RuntimeError, match="output.nc': .*small_scale"):
        run("second", restart_in=first.output)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_part_of_a_restart_is_refused(run, tmp_path, share):
    whole = run("first").restart.read_bytes()
    (tmp_path / "part.nc").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RuntimeError, match=r"part.nc': NetCDF: "):
        run("second", restart_in=tmp_path / "part.nc")


def test_a_restart_is_not_replaced_by_a_run_that_fails(run):
    first = run("first")
    before = first.restart.read_bytes()
    first.options |= {"restart_in": "none.nc"}
    (first.folder / "lorenz96.nml").write_text(first.namelist())
    with pytest.raises(RuntimeError, match="none.nc"):
        first.start_again()
    assert first.restart.read_bytes() == before


# ---- Folders


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("ten years")
    with pytest.raises(FileExistsError, match="one of a run, found thesis.tex in it"):
        run("run")
    assert (tmp_path / "run" / "thesis.tex").is_file()


def test_a_run_does_not_delete_what_it_starts_from(run, fast):
    first = run("first")
    with pytest.raises(FileExistsError, match="expected another folder than that of the restart"):
        LorenzRun(first.folder, fast, {"restart_in": first.restart}).run()
    assert first.restart.is_file()
