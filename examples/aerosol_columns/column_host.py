# SPDX-License-Identifier: BSD-3-Clause
"""Builds the column model with its own Makefile, against the library that Python uses."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pyhybrid

HOST = Path(__file__).parent / "host"
Edits = dict[str, dict[str, str]]  # file to texts and what becomes of them


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


def build(root: Path, variant: Variant, host: Path = HOST) -> Path:
    """Build below `root` what is not up to date; return the executable.

    `host` is the folder of another model, which `host_with` made; it is built there. Raises
    RuntimeError with the compiler's output.
    """
    folder = root.absolute() / variant.name if host == HOST else host / variant.name
    command = [
        "make",
        f"--directory={host}",
        f"BUILD={folder}",
        f"M7={HOST.parents[2] / 'fortran' / 'physics' / 'm7'}",
        f"HYBRID_SOURCE={pyhybrid.fortran_source()}",
        f"HYBRID_LIB={pyhybrid.library_dir()}",
        *(["DEBUG=1"] if variant.debug else []),
        *(["MPI=1"] if variant.mpi else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"[-4000:])
    return folder / "aerosol_columns"


def host_with(folder: Path, edits: Edits) -> Path:
    """Copy the model's sources; in each named file each text, which it has once, becomes another.

    What is the same as before keeps its time, so that it is not built again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for source in HOST.iterdir():
        text = source.read_text()
        for old, new in edits.get(source.name, {}).items():
            if text.count(old) != 1:
                found = text.count(old)
                raise ValueError(f"{source}: expected {old!r} once, found it {found} times")
            text = text.replace(old, new)
        target = folder / source.name
        if not target.is_file() or target.read_text() != text:
            target.write_text(text)
    return folder
