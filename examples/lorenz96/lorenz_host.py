# SPDX-License-Identifier: BSD-3-Clause
"""Builds the model with its own Makefile, against the library that Python uses."""

from __future__ import annotations

from pathlib import Path

from host_builds import make

HOST = Path(__file__).parent / "host"


def build(root: Path, debug: bool = False, mpi: bool = False) -> Path:
    """Build below `root` what is not up to date; return the executable.

    `debug` checks bounds and traps floating-point exceptions, `mpi` has ranks that share the
    members. Raises RuntimeError with the compiler's output.
    """
    folder = root.absolute() / ("debug" if debug else "mpi" if mpi else "fast")
    make(HOST, folder, debug, mpi)
    return folder / "lorenz96"
