# SPDX-License-Identifier: BSD-3-Clause
"""Files that are whole at any time, though the run that writes them is killed."""

from __future__ import annotations

import os
from pathlib import Path

from ._words import mismatch
from .errors import ArgumentError


def check_writable(path: Path, what: str) -> None:
    """Leaves files as they are, and none where none was.

    Raises
    ------
    OSError
        If it cannot be written.
    ArgumentError
        If it is no regular file: nothing else can be replaced. The message begins with `what`.
    """
    new = not os.path.lexists(path)
    if not (new or path.is_file()) and path.exists():
        raise ArgumentError(mismatch(f"{what}: {path}", "a regular file", "something else"))
    path.open("ab").close()
    if new:
        path.unlink()
    _beside(path).open("ab").close()
    _beside(path).unlink()


def write_whole(text: str, path: Path) -> None:
    """In place of what was there.

    Raises
    ------
    OSError
        If it cannot be written; what was there stays.
    """
    part = _beside(path)
    try:
        part.write_text(text)
        os.replace(part, path.resolve())
    finally:
        part.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """A file of this process in the folder where `path` is, or where its link leads to."""
    path = path.resolve()
    return path.with_name(f".{path.name}.{os.getpid()}")
