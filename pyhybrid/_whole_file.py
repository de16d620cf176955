# SPDX-License-Identifier: BSD-3-Clause
"""Files that are whole at any time, though the run that writes them is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
        If it is no regular file: nothing else can be replaced; if its folder is none. The message
        begins with `what`.
    """
    new = not os.path.lexists(path)
    _check_regular(path, f"{what}: ")
    _check_folder(path, what)
    path.open("ab").close()
    if new:
        path.unlink()
    _beside(path).open("ab").close()
    _beside(path).unlink()


def write_whole(content: str | bytes, path: Path) -> None:
    """In place of what was there; names of files in it that are no UTF-8 are escaped.

    Raises
    ------
    Those of `replacing`.
    """
    if isinstance(content, str):
        content = content.encode(errors="backslashreplace")
    with replacing(path) as part:
        part.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside it, of the same suffix, that takes its place at the end.

    After an exception what was there stays.

    Raises
    ------
    OSError
        If it cannot be written.
    ArgumentError
        If it is no regular file: who is root would replace a device.
    """
    _check_regular(path)
    part = _beside(path)
    try:
        yield part
        os.replace(part, path.resolve())
    except OSError as error:
        if error.errno and not error.filename:  # which a full disk does not tell
            error.filename = str(path)
        raise
    finally:
        part.unlink(missing_ok=True)


def _check_regular(path: Path, what: str = "") -> None:
    if path.exists() and not path.is_file():
        raise ArgumentError(mismatch(f"{what}{path}", "a regular file", "something else"))


def _check_folder(path: Path, what: str) -> None:
    folder = path.resolve().parent
    if not folder.is_dir():
        found = "something else" if folder.exists() else "none"
        raise ArgumentError(mismatch(f"{what}: {path}", f"a folder {str(folder)!r}", found))


def _beside(path: Path) -> Path:
    """A file of this process in the folder where `path` is, or where its link leads to."""
    place = path.resolve()
    return place.with_name(f".{place.stem}.{os.getpid()}{path.suffix}")
