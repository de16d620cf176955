# SPDX-License-Identifier: BSD-3-Clause
"""Where the parts lie that a host is built with.

Each raises `FileNotFoundError` where its part is missing: in a source checkout, which Python finds
before the installed package when it runs in that folder.
"""

from __future__ import annotations

from pathlib import Path

from ._abi.loading import library_path
from ._words import mismatch

_PACKAGE = Path(__file__).resolve().parent


def library_dir() -> Path:
    """The folder of ``libhybrid.so`` and its plug-ins: for ``-L`` and ``-Wl,-rpath``."""
    return _existing(library_path()).parent


def include_dir() -> Path:
    """The folder of ``hybrid.h``: for ``-I``."""
    return _existing(_PACKAGE / "include" / "hybrid.h").parent


def fortran_source() -> Path:
    """The file ``hybrid.f90``, which the host's own Fortran compiler compiles."""
    return _existing(_PACKAGE / "fortran" / "hybrid.f90")


def prefix() -> Path:
    """The folder that has all parts."""
    return fortran_source().parents[1]


def share_dir() -> Path:
    """The folder of ``pyhybrid.mk``, ``pyhybrid.wrap`` and the sources that are built elsewhere."""
    return makefile().parent


def makefile() -> Path:
    """The file ``pyhybrid.mk``, which Makefiles include."""
    return _existing(_PACKAGE / "share" / "pyhybrid.mk")


def wrap_file() -> Path:
    """The file ``pyhybrid.wrap``, for the folder ``subprojects`` of a meson project."""
    return _existing(_PACKAGE / "share" / "pyhybrid.wrap")


def stub_source() -> Path:
    """The file ``hybrid_stub.c``: the library in native mode only, for any C compiler."""
    return _existing(_PACKAGE / "share" / "stub" / "hybrid_stub.c")


def pkgconfig_dir() -> Path:
    """The folder of ``pyhybrid.pc``: for ``PKG_CONFIG_PATH``."""
    return _existing(_PACKAGE / "lib" / "pkgconfig" / "pyhybrid.pc").parent


def cmake_dir() -> Path:
    """The folder of ``pyhybrid-config.cmake``: for ``pyhybrid_DIR``."""
    return _existing(_PACKAGE / "lib" / "cmake" / "pyhybrid" / "pyhybrid-config.cmake").parent


def _existing(file: Path) -> Path:
    if not file.is_file():
        found = (
            "no such file (a source checkout is not the installed package: run Python in another "
            "folder, or with -P)"
        )
        raise FileNotFoundError(mismatch("pyhybrid", f"a file {file}", found))
    return file
