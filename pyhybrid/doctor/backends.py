# SPDX-License-Identifier: BSD-3-Clause
"""Backends, recordings and devices: each runs a tiny emulator."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from .._abi.loading import library_path
from .finding import FAILS, MISSING, WORKS, Finding
from .process import folders, last_line, run, try_apart

_PLUGINS = {
    "builtin": "builtin", "torchscript": "torch", "aoti": "torch", "python": "python",
    "null": "null", "netcdf": "netcdf",
}  # fmt: skip
REQUIRED = ("builtin",)  # what an emulator is made for unless somebody asks for another
SLOW = ("aoti",)  # a compiler runs
_CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
_BUILT_WITH = {
    "builtin": "libhwy-dev", "python": "python3-dev", "netcdf": "libnetcdf-dev", "null": "g++",
}  # fmt: skip


def backend(name: str) -> Finding:
    """Of one backend, or of "netcdf", which writes recordings."""
    file = _plugin_file(_PLUGINS[name])
    required = name in REQUIRED
    if file is None:
        about = f"no libhybrid_{_PLUGINS[name]}.so"
        return Finding("backends", name, MISSING, about, _mend_missing(name), required)
    if _PLUGINS[name] == "torch" and find_spec("torch") is None:
        about = "torch is not installed"
        return Finding("backends", name, MISSING, about, install_torch("torch"), required)
    found = try_apart(name)
    if "failed" in found:
        about, mend = last_line(found["about"]), _mend(name, found["failed"], file)
        return Finding("backends", name, FAILS, about, mend, required)
    return Finding("backends", name, WORKS, found["about"] or str(file), required=required)


def names() -> tuple[str, ...]:
    """What `backend` can be asked for."""
    return tuple(_PLUGINS)


def devices() -> Iterator[Finding]:
    """The CPU, and the accelerators that torch finds."""
    yield Finding("devices", "cpu", WORKS, "of all backends")
    if _plugin_file("torch") is None or find_spec("torch") is None:
        about = "accelerators need the backends torchscript or aoti"
        yield Finding("devices", "accelerators", MISSING, about)
        return
    found = try_devices()
    if not found:
        yield _no_accelerator()
    for device in found:
        trial = try_apart("torchscript", device)
        state = FAILS if "failed" in trial else WORKS
        mend = "nvidia-smi (or its like): whether it is free and its driver fits torch"
        about = last_line(trial["about"] or "runs an emulator")
        yield Finding("devices", device, state, about, mend if state == FAILS else "")


def try_devices() -> list[str]:
    """Names of torch's accelerators, such as "cuda:0", asked in another process."""
    import sys

    program = (
        "import torch\n"
        "there = torch.accelerator.is_available()\n"
        "kind = torch.accelerator.current_accelerator() if there else None\n"
        "count = torch.accelerator.device_count() if there else 0\n"
        "print(*(f'{kind.type}:{one}' for one in range(count)))\n"
    )
    status, out, _ = run([sys.executable, "-P", "-c", program])
    return out.split() if status == 0 else []


def _no_accelerator() -> Finding:
    """A mistake only where the machine has one that torch does not see."""
    if shutil.which("nvidia-smi") is None or run(["nvidia-smi", "-L"])[0] != 0:
        return Finding("devices", "accelerators", MISSING, "none in this machine")
    about = "nvidia-smi finds one, torch none"
    mend = f"pip install --force-reinstall '{torch_wanted()}' (of torch's index for CUDA)"
    return Finding("devices", "accelerators", FAILS, about, mend)


def _plugin_file(name: str) -> Path | None:
    """Where the library would find it."""
    places = [*folders("HYBRID_PLUGIN_PATH"), library_path().parent]
    found = (folder / f"libhybrid_{name}.so" for folder in places)
    return next((file for file in found if file.exists()), None)


def torch_wanted() -> str:
    """The requirement of this package, such as "torch==2.13.0"."""
    try:
        wanted = importlib.metadata.requires("pyhybrid") or []
    except importlib.metadata.PackageNotFoundError:
        wanted = []
    return next((one.split(";")[0].strip() for one in wanted if re.match(r"torch\b", one)), "torch")


def install_torch(extras: str) -> str:
    """The command that brings extras with Torch, as docs/linking.md has it.

    The index holds wheels for CPUs; without it gigabytes of CUDA come along.
    """
    return f'pip install "pyhybrid[{extras}]" --extra-index-url {_CPU_WHEELS}'


def _mend_missing(name: str) -> str:
    if _PLUGINS[name] == "torch":
        return f"{install_torch('build,torch')} && pyhybrid build-backend torch"
    return f"apt install {_BUILT_WITH[name]}, then install pyhybrid from source again"


def _mend(name: str, failed: str, file: Path) -> str:
    """The likely cause by the kind of failure."""
    if _PLUGINS[name] == "torch":
        return _mend_torch(name, failed)
    if file.parent != library_path().parent:
        return f"unset HYBRID_PLUGIN_PATH (it leads to {file})"
    if name == "python":
        return "pip install --force-reinstall cffi numpy in the environment of pyhybrid"
    return "pip install --force-reinstall --no-deps pyhybrid"


def _mend_torch(name: str, failed: str) -> str:
    if name == "aoti" and failed != "PluginError" and shutil.which("g++") is None:
        return "apt install g++ (conda install gxx)"
    if failed == "ImportError":
        return install_torch("torch")
    found = importlib.metadata.version("torch").split("+")[0]
    wanted = torch_wanted().rpartition("==")[2]
    reason = f"torch is {found}, wanted {wanted}: " if found != wanted else ""
    return f"{reason}pyhybrid build-backend torch, or {install_torch('torch')}"
