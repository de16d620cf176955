# SPDX-License-Identifier: BSD-3-Clause
"""Builds the column model with its own Makefile, against the library that Python uses."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pyhybrid

HOST = Path(__file__).parent / "host"


@dataclass(frozen=True)
class Variant:
    """One way to build the model.

    Attributes
    ----------
    debug : bool
        Checks of bounds, traps of floating-point exceptions.
    mpi : bool
        Ranks that share the columns.
    """

    debug: bool = False
    mpi: bool = False

    @property
    def name(self) -> str:
        return ("debug" if self.debug else "fast") + ("_mpi" if self.mpi else "")


def missing_tools(variant: Variant) -> list[str]:
    """What the build needs and is not here."""
    needed = ["make", "nf-config", "mpif90" if variant.mpi else "gfortran"]
    return [tool for tool in needed if not shutil.which(tool)]


def build(root: Path, variant: Variant) -> Path:
    """Build below `root` what is not up to date; return the executable.

    Raises RuntimeError with the compiler's output.
    """
    folder = root.absolute() / variant.name
    command = [
        "make",
        f"--directory={HOST}",
        f"BUILD={folder}",
        f"HYBRID_SOURCE={pyhybrid.fortran_source()}",
        f"HYBRID_LIB={pyhybrid.library_dir()}",
        *(["DEBUG=1"] if variant.debug else []),
        *(["MPI=1"] if variant.mpi else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"[-4000:])
    return folder / "aerosol_columns"
