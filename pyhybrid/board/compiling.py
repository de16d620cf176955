# SPDX-License-Identifier: BSD-3-Clause
"""The native scheme and a host of it, compiled now as their users would: gfortran, with flags."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from graphlib import TopologicalSorter
from pathlib import Path

from .._words import mismatch
from ..errors import PluginError
from ..paths import fortran_source, library_dir

_SITE = Path(__file__).with_name("m7_site.f90")
_MODULE = re.compile(r"^\s*module\s+(\w+)\s*$", re.MULTILINE | re.IGNORECASE)
_USE = re.compile(r"^\s*use\s+(\w+)", re.MULTILINE | re.IGNORECASE)


def compiled_site(flags: tuple[str, ...]) -> ctypes.CDLL:
    """``m7_site.f90`` with the sources it needs and the library, loaded.

    Raises
    ------
    PluginError
        If there is no gfortran, or it fails.
    FileNotFoundError
        If the sources are not installed.
    """
    compiler = shutil.which("gfortran")
    if compiler is None:
        raise PluginError(mismatch("native M7", "gfortran", "none"))
    sources = in_order([*(fortran_source().parent / "m7").glob("*.?90"), fortran_source(), _SITE])
    link = [f"-L{library_dir()}", "-lhybrid", f"-Wl,-rpath,{library_dir()}"]
    with tempfile.TemporaryDirectory(prefix="pyhybrid-m7-") as folder:
        library = f"{folder}/libm7_site.so"
        command = [compiler, *flags, "-fPIC", "-shared", "-o", library]
        command += [*map(str, sources), *link]
        # In the folder: gfortran looks for modules in the current one first.
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise PluginError(mismatch("native M7", "sources that compile", done.stderr[-1000:]))
        return ctypes.CDLL(library)


def in_order(sources: list[Path]) -> list[Path]:
    """Sources of Fortran, each after those whose modules it uses."""
    texts = {source: source.read_text() for source in sources}
    maker = {name.lower(): source for source in texts for name in _MODULE.findall(texts[source])}
    needed = {
        source: {maker[name.lower()] for name in _USE.findall(text) if name.lower() in maker}
        for source, text in texts.items()
    }
    return list(TopologicalSorter(needed).static_order())
