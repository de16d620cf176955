# SPDX-License-Identifier: BSD-3-Clause
"""Builds the model with its own Makefile, against the library that Python uses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pyhybrid

HOST = Path(__file__).parent / "host"


def missing_tools(mpi: bool = False) -> list[str]:
    """What the build needs and is not here."""
    needed = ["make", "nf-config", "mpif90" if mpi else "gfortran"]
    return [tool for tool in needed if not shutil.which(tool)]


def build(root: Path, debug: bool = False, mpi: bool = False) -> Path:
    """Build below `root` what is not up to date; return the executable.

    `debug` checks bounds and traps floating-point exceptions, `mpi` has ranks that share the
    members. Raises RuntimeError with the compiler's output.
    """
    folder = root.absolute() / ("debug" if debug else "mpi" if mpi else "fast")
    command = [
        "make",
        f"--directory={HOST}",
        f"BUILD={folder}",
        f"HYBRID_SOURCE={pyhybrid.fortran_source()}",
        f"HYBRID_LIB={pyhybrid.library_dir()}",
        *(["DEBUG=1"] if debug else []),
        *(["MPI=1"] if mpi else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"[-4000:])
    return folder / "lorenz96"
