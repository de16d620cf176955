# SPDX-License-Identifier: BSD-3-Clause
"""Builds the column model with its own Makefile, against the library that Python uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from host_builds import make

HOST = Path(__file__).parent / "host"
M7 = Path(__file__).parents[2] / "fortran" / "physics" / "m7"


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


def build(root: Path, variant: Variant, host: Path = HOST) -> Path:
    """Build below `root` what is not up to date; return the executable.

    `host` is the folder of another model, made by `copy_with`; it is built there. Raises
    RuntimeError with the compiler's output.
    """
    folder = root.absolute() / variant.name if host == HOST else host / variant.name
    make(host, folder, variant.debug, variant.mpi, f"M7={M7}")
    return folder / "aerosol_columns"
