# SPDX-License-Identifier: BSD-3-Clause
"""The how-to page whose snippets build the hosts of this folder."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import pyhybrid

ROOT = Path(__file__).parents[2]
HOSTS = Path(__file__).parent
PAGE = ROOT / "docs" / "linking.md"
RESULT = "temperature 264.6901  rain 2.9759E-04"


@dataclass(frozen=True)
class Section:
    """One way to build: the files that the page shows, and the commands."""

    files: dict[str, str]
    commands: str


def section(title):
    """Of the page, by its heading. A block that begins with "# NAME" is that file."""
    text = PAGE.read_text(encoding="utf-8")
    ((body,),) = [
        re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    ]
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    files = {
        re.match(r"# (\S+)\n", block)[1]: block for language, block in blocks if language != "sh"
    }
    commands = "".join(block for language, block in blocks if language == "sh")
    return Section(files, commands)


def require(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"no {tool}")


def check_run(folder, printed):
    """Its numbers, and the recording of one scheme with all columns and steps."""
    netCDF4 = pytest.importorskip("netCDF4")
    assert printed.splitlines()[-1] == RESULT
    if not (pyhybrid.library_dir() / "libhybrid_netcdf.so").is_file():
        pytest.skip("libhybrid_netcdf.so was not built")
    with netCDF4.Dataset(folder / "convection.nc") as recording:
        inputs = recording["input"]
        assert inputs["air_temperature"].shape == (12 * 100, 8)
        assert inputs["air_temperature"][:].min() > 200


def environment(compiler="gfortran"):
    """What a user has set: the compiler, and pyhybrid among the commands."""
    # `make test` runs this: what its make tells the makes below it is not for these.
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return own | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "FC": compiler,
        "MAKEFLAGS": "" if compiler == "gfortran" else f" -- FC={compiler}",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PYHYBRID_CHECKOUT": str(ROOT),
    }


@dataclass(frozen=True)
class Build:
    """A folder with a host of somebody's."""

    folder: Path

    def run(self, commands, compiler="gfortran", **variables):
        """What a shell that stops at the first failure prints."""
        done = self.attempt(commands, compiler, **variables)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return done.stdout

    def attempt(self, commands, compiler="gfortran", **variables):
        return subprocess.run(
            ["sh", "-euc", commands],
            cwd=self.folder,
            env=environment(compiler) | variables,
            capture_output=True,
            text=True,
        )
