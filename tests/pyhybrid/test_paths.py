# SPDX-License-Identifier: BSD-3-Clause
"""Where the parts lie that a host is built with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import pyhybrid
from pyhybrid.cli import main

CHECKOUT = Path(__file__).parents[2]


def test_installed_parts_exist():
    assert (pyhybrid.library_dir() / "libhybrid.so").is_file()
    assert (pyhybrid.include_dir() / "hybrid.h").is_file()
    assert pyhybrid.fortran_source().is_file()


@pytest.mark.parametrize(
    "function, file",
    [
        ("library_dir", "lib/libhybrid.so"),
        ("include_dir", "include/hybrid.h"),
        ("fortran_source", "fortran/hybrid.f90"),
    ],
)
def test_source_checkout_is_not_the_installed_package(function, file):
    environment = {key: os.environ[key] for key in os.environ if key != "PYHYBRID_LIBRARY_DIR"}
    program = f"import pyhybrid\nprint(pyhybrid.{function}())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    *_, message = done.stderr.splitlines()
    assert done.returncode == 1 and done.stdout == ""
    expected = f"pyhybrid: expected a file {CHECKOUT / 'pyhybrid' / file}, found no such file"
    assert message.startswith(f"FileNotFoundError: {expected}")
    assert message.endswith("run Python in another folder, or with -P)")


def test_bench_without_its_parts(tmp_path, monkeypatch):
    monkeypatch.setenv("PYHYBRID_LIBRARY_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["bench", "bridge"])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: pyhybrid: expected a file {tmp_path}/libhybrid.so")
