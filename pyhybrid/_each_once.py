# SPDX-License-Identifier: BSD-3-Clause
"""Files that count by their number: one that is given twice is no second one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ._words import mismatch
from .errors import ArgumentError


def check_each_once(paths: Iterable[str | Path], what: str) -> None:
    """However they are spelled, links too.

    Raises
    ------
    ArgumentError
        If one is there twice; the message begins with `what`.
    """
    seen: dict[str, str | Path] = {}
    for path in paths:
        place = os.path.realpath(path)
        if place in seen:
            found = "" if str(seen[place]) == str(path) else f", also as {path}"
            raise ArgumentError(mismatch(what, "each once", f"{seen[place]} twice{found}"))
        seen[place] = path
