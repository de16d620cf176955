# SPDX-License-Identifier: BSD-3-Clause
"""Standard output that holds a command's JSON and nothing else, whatever an emulator prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import UnsupportedOperation
from typing import TextIO

import click

_KEY = "pyhybrid.json"


@contextmanager
def json_alone() -> Iterator[None]:
    """What is printed meanwhile goes to standard error; also by native code, to the very end.

    It is for the command of this process: what native code still holds back is only written when
    the process ends, so nothing is put back.
    """
    if sys.stdout and sys.stderr:  # a shell can close them: >&-
        click.get_current_context().meta[_KEY] = _moved(sys.stdout)
    with redirect_stdout(sys.stderr):
        yield


def json_stream() -> TextIO | None:
    """Where the JSON goes: the real standard output."""
    found: TextIO | None = click.get_current_context().meta.get(_KEY)
    return found


def _moved(stream: TextIO) -> TextIO:
    """The same under another number, so that its own leads to standard error."""
    stream.flush()
    try:
        number, other = stream.fileno(), sys.stderr.fileno()
    except UnsupportedOperation:  # of a test, whose standard output is no file
        return stream
    kept = os.fdopen(os.dup(number), "w", encoding=stream.encoding, errors="backslashreplace")
    os.dup2(other, number)
    return kept
