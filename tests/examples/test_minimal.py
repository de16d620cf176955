# SPDX-License-Identifier: BSD-3-Clause
"""The smallest programs do the same in C, Fortran and Python, and fit on a page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pyhybrid

SOURCES = Path(__file__).parents[2] / "examples" / "minimal"
LINK = [f"-L{pyhybrid.library_dir()}", "-lhybrid", f"-Wl,-rpath,{pyhybrid.library_dir()}"]
COMMANDS = {
    "c": ["cc", "-Wall", "-Wextra", "-Werror", "minimal.c", f"-I{pyhybrid.include_dir()}"],
    "fortran": ["gfortran", str(pyhybrid.fortran_source()), "minimal.f90"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCES, tmp_path / "minimal"))


def run(language: str, folder: Path) -> subprocess.CompletedProcess[str]:
    if language == "python":
        command = [sys.executable, "minimal.py"]
    else:
        compiler = COMMANDS[language][0]
        if not shutil.which(compiler):
            pytest.skip(f"no {compiler} here")
        subprocess.run([*COMMANDS[language], *LINK, "-o", "minimal"], cwd=folder, check=True)
        command = ["./minimal"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("language", ["c", "fortran", "python"])
def test_prints_the_emulated_tendency(language: str, folder: Path) -> None:
    done = run(language, folder)
    assert done.returncode == 0, done.stderr
    printed = np.array([line.split() for line in done.stdout.splitlines()], float)
    temperature = 230.0 + 5.0 * np.arange(12).reshape(3, 4)[:, [0, 3]]
    # Seven digits are printed.
    np.testing.assert_allclose(printed, (250.0 - temperature) / 864000.0, rtol=1e-6)


@pytest.mark.parametrize("language", ["c", "fortran", "python"])
def test_native_mode_needs_only_the_file_changed(language: str, folder: Path) -> None:
    (folder / "hybrid.toml").write_text('[scheme.cooling]\nmode = "native"\n')
    done = run(language, folder)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"0.000000e+00", "0.000000E+00"}


@pytest.mark.parametrize("language", ["c", "fortran", "python"])
def test_a_missing_emulator_is_said(language: str, folder: Path) -> None:
    (folder / "emulator.py").unlink()
    done = run(language, folder)
    assert done.returncode != 0
    assert "emulator 'emulator.py': expected a file, found none" in done.stderr


@pytest.mark.parametrize("name", ["minimal.c", "minimal.f90", "minimal.py"])
def test_fits_on_a_page(name: str) -> None:
    assert len((SOURCES / name).read_text().splitlines()) <= 40
