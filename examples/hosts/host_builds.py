# SPDX-License-Identifier: BSD-3-Clause
"""Builds a Fortran host with its own Makefile, against the library that Python uses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pyhybrid

Edits = dict[str, dict[str, str]]  # file to texts and what becomes of them


def missing_tools(mpi: bool = False) -> list[str]:
    """What a build needs and is not here."""
    needed = ["make", "nf-config", "mpif90" if mpi else "gfortran"]
    return [tool for tool in needed if not shutil.which(tool)]


def make(host: Path, folder: Path, debug: bool, mpi: bool, *variables: str) -> None:
    """Build in `folder` what is not up to date there.

    `debug` checks bounds and traps floating-point exceptions, `mpi` has ranks. Raises RuntimeError
    with the compiler's output.
    """
    command = [
        "make",
        f"--directory={host}",
        f"BUILD={folder}",
        f"HYBRID_SOURCE={pyhybrid.fortran_source()}",
        f"HYBRID_LIB={pyhybrid.library_dir()}",
        *(["DEBUG=1"] if debug else []),
        *(["MPI=1"] if mpi else []),
        *variables,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"[-4000:])


def copy_with(source: Path, folder: Path, edits: Edits) -> Path:
    """Copy a folder's files; in each named file each text, which it has once, becomes another.

    What is the same as before keeps its time, so that it is not built again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        text = path.read_text()
        for old, new in edits.get(path.name, {}).items():
            if text.count(old) != 1:
                found = text.count(old)
                raise ValueError(f"{path}: expected {old!r} once, found it {found} times")
            text = text.replace(old, new)
        target = folder / path.name
        if not target.is_file() or target.read_text() != text:
            target.write_text(text)
    return folder
