# SPDX-License-Identifier: BSD-3-Clause
"""Emulator files of the built-in networks, written once for each version of what writes them."""

from __future__ import annotations

import hashlib
import os
import platform
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from ..errors import HybridError
from .networks import Network


@dataclass(frozen=True)
class Contender:
    """A backend and how its file is written: suffix and method of `pyhybrid.export`."""

    name: str
    suffix: str
    method: str | None = None


CONTENDERS = (
    Contender("torchscript", ".pt"),
    Contender("aoti", ".pt2", "plain"),
    Contender("aoti frozen", ".frozen.pt2", "frozen"),
    Contender("builtin", ".safetensors"),
)


class MissingError(Exception):
    """A file that cannot be had; the text says why."""


def emulator_file(network: Network, contender: Contender) -> Path:
    """The emulator of a built-in network for a backend, exported if it is not there yet.

    Raises
    ------
    MissingError
        If this installation cannot write it.
    """
    folder = _cache()
    path = folder / f"{network.name}{contender.suffix}"
    if not path.is_file():
        click.echo(f"writing {path}", err=True)  # the compiled ones take their time
        _export(network, contender, path)
    return path


def _export(network: Network, contender: Contender, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        from ..export import export
        from .modules import module

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's own tools, which the user cannot heed
            export(module(network.name), network.card, path, method=contender.method)
    except (ImportError, HybridError, OSError) as error:
        raise MissingError(str(error).splitlines()[0]) from error


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pyhybrid" / "bench" / _key()


def _key() -> str:
    """Of all that decides what is in the files: this package, Torch and, for .pt2, the CPU."""
    digest = hashlib.sha256(f"{torch_version()} {cpu_model()}".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def torch_version() -> str:
    """Of the Torch that Python has, or "none"."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"


def cpu_model() -> str:
    """As the system names it."""
    return next(_model_names(), platform.processor() or "unknown CPU")


def _model_names() -> Iterator[str]:
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.is_file() else ():
        if line.startswith("model name"):
            yield line.partition(":")[2].strip()
