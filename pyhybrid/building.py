# SPDX-License-Identifier: BSD-3-Clause
"""Plug-ins built anew on the user's machine, against what the user has."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ._whole_file import check_writable, replacing
from ._words import mismatch
from .errors import PluginError
from .paths import include_dir, library_dir, share_dir

_PLUGIN = "libhybrid_torch.so"
_HINTS = {
    "nlohmann_json": "install pkg-config and nlohmann-json3-dev (Debian) or nlohmann_json (conda)",
    "openmp": "install the compiler's OpenMP: libgomp or libomp-dev",
    "Python.h": "install python3-dev",
}
_LOADS = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).hyb_plugin"

Progress = Callable[[int, int], None]


def build_torch(
    output: str | Path | None = None, *, jobs: int = 2, progress: Progress | None = None
) -> Path:
    """Build the plug-in of TorchScript and AOTInductor against the Torch of this Python.

    Parameters
    ----------
    output : str or Path, optional
        The folder it goes to, made if it is not there: by default that of the library, whose
        plug-in is replaced, at the end and at once.
    jobs : int
        Files to compile at a time; one takes up to 1 GB of memory.
    progress : callable, optional
        Called with the number of files that are done, and of all.

    Returns
    -------
    Path
        The plug-in. Torch is found where it is now.

    Raises
    ------
    PluginError
        If something that is needed is missing, it does not compile, or cannot be loaded.
    OSError
        If the folder cannot be written.
    """
    target = Path(output or library_dir()).absolute() / _PLUGIN
    _check_tools()
    target.parent.mkdir(parents=True, exist_ok=True)
    check_writable(target, "build-backend")
    with tempfile.TemporaryDirectory(prefix="pyhybrid") as folder:
        sources = Path(folder) / "sources"
        shutil.copytree(share_dir() / "sources", sources)
        shutil.copytree(include_dir(), sources / "include")
        built = _compiled(sources, Path(folder) / "build", jobs, progress or _silent)
        _check_loads(built)
        with replacing(target) as part:
            shutil.copy2(built, part)
    return target


def _silent(done: int, total: int) -> None:
    """The progress that nobody sees."""


def _check_tools() -> None:
    _need(importlib.util.find_spec("torch"), "Torch in this Python", "pip install torch")
    _need(importlib.util.find_spec("mesonbuild"), "meson", "pip install meson")
    _need(shutil.which("ninja", path=_path()), "ninja", "pip install ninja")
    compiler = (os.environ.get("CXX") or "c++").split()[0]
    _need(shutil.which(compiler), f"the C++ compiler {compiler}", "install g++, or set CXX to one")


def _need(found: object, what: str, remedy: str) -> None:
    if not found:
        raise PluginError(mismatch("build-backend", what, f"none: {remedy}"))


def _path() -> str:
    """Of programs, those beside this Python first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def _compiled(sources: Path, build: Path, jobs: int, progress: Progress) -> Path:
    """By the build files that the library itself is built by."""
    meson = [sys.executable, "-m", "mesonbuild.mesonmain", "setup"]
    _run([*meson, str(build), str(sources)], lambda line: None)

    def count(line: str) -> None:
        found = re.match(r"\[(\d+)/(\d+)\]", line)
        if found:
            progress(int(found[1]), int(found[2]))

    _run(["ninja", "-C", str(build), f"-j{jobs}"], count)
    (built,) = build.rglob(_PLUGIN)
    return built


def _run(command: list[str], heed: Callable[[str], None]) -> None:
    """With each line that it prints."""
    said: list[str] = []
    environment = os.environ | {"PATH": _path(), "LC_ALL": "C"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None, "it is a pipe"
        for line in process.stdout:
            said.append(line.rstrip())
            heed(line)
    if process.returncode != 0:
        raise PluginError(_failure(said))


def _failure(said: list[str]) -> str:
    """The first error of what was printed, and what helps if that is known."""
    errors = [line for line in said if re.search(r"error:|ERROR", line, re.IGNORECASE)]
    first = (errors or said or ["nothing"])[0].strip()
    hints = [hint for word, hint in _HINTS.items() if word in first]
    message = mismatch("build-backend", "a plug-in that compiles", first)
    return f"{message}: {hints[0]}" if hints else message


def _check_loads(plugin: Path) -> None:
    command = [sys.executable, "-c", _LOADS, str(plugin)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise PluginError(mismatch("build-backend", "a plug-in that loads", lines[-1]))
