# SPDX-License-Identifier: BSD-3-Clause
"""What a command writes replaces nothing that it reads, and nothing that is of another kind.

``--json a.nc b.nc`` takes its next word for its file, though that is a recording.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .._words import mismatch
from ..errors import ArgumentError

SCREEN = Path("-")
_WRITTEN = "json_file", "html", "plot"  # parameters; other outputs have rules of their own
_NEEDED = "pyhybrid statistics", "pyhybrid card", "pyhybrid network"  # formats of what is read
_NO_JSON = "what is no JSON"


def check_apart(what: str) -> None:
    """Whether the command uses the files that it writes for nothing else.

    Raises
    ------
    ArgumentError
        If it does, whatever they are called; the message begins with `what`.
    """
    context = click.get_current_context(silent=True)
    used = dict(context.params) if context else {}
    if used.get("no_html") or used.get("json_file") == SCREEN:
        used.pop("html", None)  # which is not written then
    for name in _WRITTEN:
        mine = {os.path.realpath(path) for path in _paths(used.pop(name, None))}
        for path in _paths(list(used.values())):
            if os.path.realpath(path) in mine:
                option = f"--{name.removesuffix('_file')}"
                wanted = "a file that nothing else of the command is"
                raise ArgumentError(mismatch(f"{what}: {option}", wanted, path))


def check_new(output: Path, replace: bool, what: str) -> None:
    """Whether no file is lost that took work to make, unless ``--replace`` says that it may be.

    Raises
    ------
    ArgumentError
        If one would be; the message begins with `what`.
    """
    if output.is_file() and not replace:
        raise ArgumentError(mismatch(f"{what}: {output}", "no such file yet, or --replace", "one"))


def check_json_replaceable(path: Path, what: str) -> None:
    """Whether a file for JSON is new, empty, or of results, so that nothing else is lost.

    Raises
    ------
    ArgumentError
        If it is not; the message begins with `what`.
    OSError
        If it cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return
    found = _format(path)
    own_card = what == "info" and found == "pyhybrid card"
    if found in (_NO_JSON, *_NEEDED) and not own_card:
        wanted = "a new file or JSON of results to replace (--json=FILE, or --json=-)"
        raise ArgumentError(mismatch(f"{what}: --json: {path}", wanted, found))


def _paths(value: Any) -> Iterator[str]:
    """Files that an option or argument may mean."""
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _paths(one)
    elif isinstance(value, (str, Path)) and value != SCREEN:
        yield from (str(value), *glob.glob(str(value)))


def _format(path: Path) -> Any:
    """What JSON says that it is, if it does."""
    with path.open("rb") as file:
        if file.read(64).lstrip()[:1] not in (b"{", b"["):  # the rest may be large
            return _NO_JSON
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return _NO_JSON
    return content.get("format") if isinstance(content, dict) else None
