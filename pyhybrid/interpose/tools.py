# SPDX-License-Identifier: BSD-3-Clause
"""The programs of GNU binutils (or LLVM's of the same names) that read and write objects."""

from __future__ import annotations

import os
import shutil
import subprocess

from .._words import mismatch
from ..errors import ArgumentError, PluginError


def run_tool(name: str, *arguments: object) -> bytes:
    """What the program prints.

    Raises
    ------
    PluginError
        If it is not installed.
    ArgumentError
        If it fails, with the last line of what it says.
    """
    program = shutil.which(name)
    if program is None:
        wanted = f"{name} of binutils (apt install binutils, conda install binutils)"
        raise PluginError(mismatch("interpose", wanted, "no such program"))
    command = [program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"LC_ALL": "C"})
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
        raise ArgumentError(mismatch(f"interpose: {name}", "success", said[-1]))
    return done.stdout


def text_of_tool(name: str, *arguments: object) -> str:
    """The same as text."""
    return run_tool(name, *arguments).decode("utf-8", "replace")
