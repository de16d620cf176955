# SPDX-License-Identifier: BSD-3-Clause
"""Where the parts lie that a host is built with."""

from __future__ import annotations

from pathlib import Path

from ._abi.loading import library_path


def library_dir() -> Path:
    """The folder of ``libhybrid.so`` and its plug-ins: for ``-L`` and ``-Wl,-rpath``."""
    return library_path().parent


def include_dir() -> Path:
    """The folder of ``hybrid.h``: for ``-I``."""
    return Path(__file__).resolve().parent / "include"


def fortran_source() -> Path:
    """The file ``hybrid.f90``, which the host's own Fortran compiler compiles."""
    return Path(__file__).resolve().parent / "fortran" / "hybrid.f90"
