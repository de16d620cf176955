# SPDX-License-Identifier: BSD-3-Clause
"""What torch says of a module that it cannot export, with the user's own line in front."""

from __future__ import annotations

import traceback
from pathlib import Path

import torch
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode

from .._words import mismatch

_NOT_THE_USERS = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]))


def refusal(error: Exception, wanted: str) -> str:
    """A message on an export that failed: what is wanted of the module, and what was found."""
    found = _first_and_listed(error)
    line = _line_of(error)
    if isinstance(error, GuardOnDataDependentSymNode):
        wanted = "a module whose operations are the same for all values of the input"
        found = f"a branch, loop or size that depends on them; torch says: {found}"
    return mismatch(f"export: {line}" if line else "export", wanted, found)


def _line_of(error: Exception) -> str | None:
    """The last line of the module that was run: "`if x.sum() > 0:` (model.py, line 6, ...)"."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.line and not frame.filename.startswith(_NOT_THE_USERS):
            return f"`{frame.line}` ({frame.filename}, line {frame.lineno}, in {frame.name})"
    return None


def _first_and_listed(error: Exception) -> str:
    """The first line, and the first of the constraints below it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    listed = [line for line in lines[1:] if line.startswith("- ")]
    return " ".join([*(lines[:1] or [type(error).__name__]), *listed[:1]])
