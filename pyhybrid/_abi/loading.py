# SPDX-License-Identifier: BSD-3-Clause
"""Opens libhybrid and turns its statuses into exceptions: the only place that does."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any

from .. import errors
from .._words import mismatch
from .header import enumeration, ffi, once

_FOLDER = "PYHYBRID_LIBRARY_DIR"  # of libhybrid.so, for work on the library itself


def library_path() -> Path:
    """Where libhybrid lies: in the package, or where ``PYHYBRID_LIBRARY_DIR`` says."""
    beside = Path(__file__).resolve().parent.parent / "lib"
    return Path(os.environ.get(_FOLDER, beside)).absolute() / "libhybrid.so"


@once
def library() -> Any:
    """libhybrid, opened once.

    Raises
    ------
    PluginError
        If it is missing, cannot be loaded, or is of another release than the package.
    """
    path = library_path()
    if not path.is_file():
        raise errors.PluginError(mismatch("pyhybrid", f"libhybrid at {path}", "no such file"))
    try:
        opened = ffi().dlopen(str(path))
    except OSError as error:
        raise errors.PluginError(mismatch(f"{path}", "a loadable library", error)) from error
    require_same_release(text(opened.hyb_version()), str(path))
    return opened


def version() -> str:
    """The version of libhybrid, ``"major.minor.patch"``."""
    return text(library().hyb_version())


def require_same_release(found: str, where: str) -> None:
    """Refuses a library whose major and minor version are not the package's.

    A checkout that is not installed has no version of its own, so nothing is compared there.
    """
    try:
        expected = distribution_version("pyhybrid")
    except PackageNotFoundError:
        return
    release = expected.split(".")[:2]
    if found.split(".")[:2] != release:
        wanted = f"libhybrid {'.'.join(release)}.x"
        raise errors.PluginError(mismatch("pyhybrid", wanted, f"{found} at {where}"))


def text(pointer: Any) -> str:
    """A C string of the library, which is UTF-8, as a Python string."""
    return bytes(ffi().string(pointer)).decode("utf-8", "replace")


def call(function: str, *arguments: Any) -> None:
    """Calls a function of the library; its status becomes an exception if it is not HYB_OK."""
    status = getattr(library(), function)(*arguments)
    if status != 0:
        raise exception(status, text(library().hyb_last_error()))


def exception(status: int, message: str) -> errors.HybridError:
    """The exception that a status stands for."""
    return exception_types().get(status, errors.InternalError)(message)


@cache
def exception_types() -> dict[int, type[errors.HybridError]]:
    """The exception of each status of ``hybrid.h``."""
    statuses = enumeration("hyb_status")
    return {statuses[one.status]: one for one in errors.HybridError.__subclasses__()}
