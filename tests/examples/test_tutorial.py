# SPDX-License-Identifier: BSD-3-Clause
"""The tutorial as a user goes through it: its blocks in order, in a folder of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pyhybrid

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(CHANGES,) = (text for language, text in BLOCKS if language == "diff")
ADDED = [line for line in CHANGES.splitlines() if re.match(r"\+(?!\+\+)", line)]


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The folder behind the last block."""
    for package in ("netCDF4", "scoringrules", "torch", "tqdm"):
        pytest.importorskip(package)
    for program in ("gfortran", "make", "git"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program}")
    if not (pyhybrid.library_dir() / "libhybrid_netcdf.so").is_file():
        pytest.skip("libhybrid_netcdf.so was not built")
    folder = tmp_path_factory.mktemp("tutorial") / "model"
    shutil.copytree(ROOT / "examples" / "tutorial", folder)
    (folder / "hybrid.diff").write_text(CHANGES)
    script = "".join(text for language, text in BLOCKS if language == "sh")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", script], cwd=folder, env=os.environ | {"PATH": path},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_model_keeps_every_bit(walked):
    before = (walked / "before.txt").read_text()
    assert len(before.splitlines()) == 3
    assert (walked / "recorded.txt").read_text() == before
    assert (walked / "replayed.txt").read_text() == before


def test_everything_is_recorded(walked):
    recording = pyhybrid.open_recording(walked / "radiation.0.nc")
    assert recording["input"]["air_temperature"].shape == (3 * 48 * 500, 20)
    heating = recording["native"]["tendency_of_air_temperature"].values
    assert heating.std() > 0 and (heating.mean(axis=0) < 0).any()
    assert set(recording["native"].data_vars) == {
        "tendency_of_air_temperature", "toa_outgoing_longwave_flux",
    }  # fmt: skip


def test_replay_does_not_call_the_routine(walked):
    """Else its bits would prove nothing: without the recording the model ends."""
    table = walked / "hybrid.toml"
    emulating = table.read_text()
    table.write_text('[scheme.radiation]\nmode = "replay"\nreplay.path = "radiation.0.nc"\n')
    replayed = subprocess.run(["./model", "1"], cwd=walked, capture_output=True, text=True)
    assert replayed.stdout == (walked / "before.txt").read_text().splitlines(True)[0]
    (walked / "radiation.0.nc").rename(walked / "away.nc")
    try:
        done = subprocess.run(["./model", "1"], cwd=walked, capture_output=True, text=True)
    finally:
        (walked / "away.nc").rename(walked / "radiation.0.nc")
        table.write_text(emulating)
    assert done.returncode != 0 and "radiation.0.nc" in done.stderr


def means(path):
    """Of each day: temperature [K] and flux [W m-2]."""
    found = re.findall(r"mean +(\S+) K +(\S+) W m-2", path.read_text())
    return np.array(found, float)


def test_the_emulator_takes_its_place(walked):
    before, emulated = means(walked / "before.txt"), means(walked / "emulated.txt")
    assert before.shape == emulated.shape == (3, 2)
    assert (walked / "emulated.txt").read_text() != (walked / "before.txt").read_text()
    assert (abs(emulated - before) < [0.1, 2.0]).all()


def test_the_emulated_run_was_replayed(walked):
    recording = pyhybrid.open_recording(walked / "emulated.0.nc")
    assert recording["emulated"].sizes["sample"] == 48 * 500
    again = (walked / "again.txt").read_text().splitlines()
    assert again == (walked / "emulated.txt").read_text().splitlines()[:1]


def test_few_lines_are_changed():
    assert f"{len(ADDED)} lines:" in PAGE
    assert len(ADDED) <= 25
