# SPDX-License-Identifier: BSD-3-Clause
"""The library, what hosts are built with, and the environment that both look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import _abi, paths
from .._abi.loading import library_path
from .._words import mismatch
from ..errors import HybridError
from .finding import FAILS, MISSING, WORKS, Finding
from .process import folders

_REINSTALL = "pip install --force-reinstall --no-deps pyhybrid"
_CPUS = ("avx2", "baseline")


def library() -> Iterator[Finding]:
    """libhybrid, the header and the Fortran source."""
    yield _library()
    for name, where in (("hybrid.h", _header), ("hybrid.f90", paths.fortran_source)):
        yield _file(name, where)
    yield from _environment()


def _header() -> Path:
    return paths.include_dir() / "hybrid.h"


def _library() -> Finding:
    path = library_path()
    try:
        about = f"{_abi.version()}, {path}"
    except HybridError as error:
        state = FAILS if path.is_file() else MISSING
        return Finding("library", "libhybrid.so", state, error.message, _mend_library(), True)
    return Finding("library", "libhybrid.so", WORKS, about, required=True)


def _mend_library() -> str:
    folder = os.environ.get("PYHYBRID_LIBRARY_DIR")
    return _REINSTALL if folder is None else "unset PYHYBRID_LIBRARY_DIR"


def _file(name: str, where: Callable[[], Path]) -> Finding:
    try:
        return Finding("library", name, WORKS, str(where()), required=True)
    except (FileNotFoundError, HybridError) as error:
        return Finding("library", name, MISSING, str(error), _REINSTALL, True)


def _environment() -> Iterator[Finding]:
    """What is set, and what is wrong with it."""
    for folder in folders("HYBRID_PLUGIN_PATH"):
        state = WORKS if folder.is_dir() else FAILS
        about = str(folder) if folder.is_dir() else mismatch(str(folder), "a folder", "none")
        mend = "" if folder.is_dir() else "unset HYBRID_PLUGIN_PATH"
        yield Finding("environment", "HYBRID_PLUGIN_PATH", state, about, mend)
    cpu = os.environ.get("HYBRID_CPU")
    if cpu is not None:
        known = cpu in _CPUS
        about = cpu if known else mismatch("HYBRID_CPU", " or ".join(_CPUS), repr(cpu))
        mend = "" if known else "unset HYBRID_CPU"
        yield Finding("environment", "HYBRID_CPU", WORKS if known else FAILS, about, mend)
