# SPDX-License-Identifier: BSD-3-Clause
"""The commands of the column example: what they tell, and refuse before they begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from column_cases import ROOT, emulated, scheme, shipped
from column_configuration import check_emulator, scheme_table
from column_host import HOST
from column_runs import SCHEME
from column_training import SUFFIXES, _teller, check_output
from columns import make_columns


def command(*arguments: object, code: int = 0) -> str:
    """What it prints, or how it fails: in one line, without a traceback."""
    line = [sys.executable, HOST.parent, *map(str, arguments)]
    done = subprocess.run(line, cwd=ROOT.parents[1], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    if code:
        assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
    return done.stderr if code else done.stdout


@pytest.fixture
def table(tmp_path):
    """Writes the file of `--hybrid`."""

    def write(text: str) -> Path:
        (tmp_path / "given.toml").write_text(text)
        return tmp_path / "given.toml"

    return write


# ---- The table of a scheme


@pytest.mark.parametrize(
    "text, message",
    [
        ("mode = ", "expected TOML, found: Invalid value"),
        ("", r"expected the table \[scheme.aerosol_microphysics\] and no other .*, found none"),
        ("scheme = 3", "and no other .*, found scheme"),
        (scheme("native").replace(SCHEME, "m7"), "and no other .*, found scheme.m7"),
        ("[domain]\n" + scheme("native"), "and no other .*, found domain, scheme.aerosol_micro"),
        (scheme("native") + "[scheme.m7]\n", "found scheme.aerosol_microphysics, scheme.m7"),
        (
            scheme("../x"),
            "mode: expected one of native, record, shadow, replay, emulate, blend, correct, found",
        ),
        (f"scheme.{SCHEME} = 3", "mode: expected one of native, .* found None"),
        (f"[scheme.{SCHEME}]\nmode = [1]", r"mode: expected one of native, .* found \[1\]"),
    ],
)
def test_tables_that_cannot_be_are_told(text, message):
    with pytest.raises(ValueError, match=f"--hybrid: .*{message}"):
        scheme_table(text)


def test_emulators_are_looked_for_from_the_folder_of_the_run(tmp_path):
    (tmp_path / "here.pt").write_text("")
    check_emulator({"emulator": "../here.pt"}, tmp_path / "run")
    check_emulator({"emulator": str(tmp_path / "here.pt")}, Path("run"))
    check_emulator({}, Path("run"))
    with pytest.raises(FileNotFoundError, match=f"found none at {tmp_path}/run/here.pt .*folder"):
        check_emulator({"emulator": "here.pt"}, tmp_path / "run")


# ---- Runs


def test_what_is_refused_deletes_nothing(table, tmp_path):
    before = tmp_path / "run" / "columns.nml"
    before.parent.mkdir()
    before.write_text("an earlier run")
    wrong = table(scheme("emulate", 'emulator = "none.pt"'))
    told = command("run", "--hybrid", wrong, "--output", before.parent, code=1)
    assert f"emulator: expected a file, found none at {before.parent}/none.pt" in told
    assert before.read_text() == "an earlier run"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given.toml", "run"]


def test_calls_that_failed_are_told(fast, table, tmp_path, python_backend):
    """All of them: 32 blocks in each step."""
    failing = table(emulated(tmp_path, last_call=0, spoil="raise ValueError"))
    told = command("run", "--days", 1, "--hybrid", failing, "--output", tmp_path / "run")
    assert "the emulator failed in 1536 of 1536 calls, native M7 took its place: see " in told
    assert (tmp_path / "run" / "burdens.png").is_file()


def test_a_good_emulator_is_no_failure(fast, table, tmp_path):
    good = table(shipped("emulate"))
    told = command("run", "--days", 1, "--hybrid", good, "--output", tmp_path / "run")
    assert "failed" not in told and (tmp_path / "run" / "burdens.png").is_file()


def test_runs_of_other_modes_have_folders_of_their_own(table):
    """By an emulator that each could see only from its folder."""
    for mode in ("emulate", "shadow"):
        wrong = table(scheme(mode, 'emulator = "none.pt"'))
        told = command("run", "--scenario", "polluted", "--hybrid", wrong, code=1)
        assert f"build/aerosol_columns/polluted_{mode}/none.pt" in told


# ---- Other commands


def test_pictures_of_no_output_are_refused(few_columns, tmp_path):
    told = command("figure", few_columns, tmp_path / "x.png", code=1)
    assert f"{few_columns}: expected the output of a run, found no burden" in told
    assert not list(tmp_path.iterdir())


def test_training_refuses_outputs_before_it_looks_at_recordings(tmp_path):
    path = tmp_path / "m7.onnx"
    told = command("train", "--recordings", tmp_path, "--output", path, code=1)
    assert told == f"Error: --output: expected .safetensors, .pt, .pt2 at the end, found {path}\n"


def test_outputs_of_training_are_tried(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.pt").mkdir()
    with pytest.raises(IsADirectoryError, match="expected a file, found the folder"):
        check_output(tmp_path / "folder.pt")
    with pytest.raises(OSError, match="file"):
        check_output(tmp_path / "file" / "m7.pt")
    for suffix in SUFFIXES:
        check_output(tmp_path / "new" / f"m7{suffix}")
    assert not list((tmp_path / "new").iterdir())


def test_rounds_are_told_by_stage(capsys):
    tell = _teller()
    for number in (0, 1, 0):
        tell(number, 0.5, 0.25)
    told = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == ["rates, round 1", "rates, round 2", "whole step, round 1"]


# ---- Few columns


def test_the_fewest_columns_are_columns(run, tmp_path):
    """A latitude with two longitudes; the model runs on them."""
    path = make_columns(ROOT, tmp_path / "columns_32.nc", every=32)
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        assert file["area"].shape == (1, 2)
        assert np.isfinite(file["condensate"][:]).all()
    run("run", columns=path, steps=2)


@pytest.mark.parametrize("every", [0, 33])
def test_fewer_are_refused(tmp_path, every):
    with pytest.raises(ValueError, match=f"every: expected 1 to 32, found {every}"):
        make_columns(ROOT, tmp_path / "columns.nc", every)
    assert not list(tmp_path.iterdir())
