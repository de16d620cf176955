# SPDX-License-Identifier: BSD-3-Clause
"""What tests of the Lorenz '96 model share: its state, the shipped emulators, changed files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from host_builds import missing_tools
from lorenz_host import HOST, build
from lorenz_runs import LorenzRun, table

ROOT = Path(__file__).parents[3] / "build" / "lorenz96"
EMULATORS = HOST.parent / "emulators"
LARGE, SMALL = 8, 32
STEPS = 20


def built(debug: bool = False, mpi: bool = False) -> Path:
    if missing := missing_tools(mpi):
        pytest.skip(f"not here: {', '.join(missing)}")
    return build(ROOT, debug, mpi)


def large(path: Path) -> np.ndarray:
    """X (member, large scale) of a restart."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return file["large_scale_variable"][0].reshape(-1, LARGE)


def small(path: Path) -> np.ndarray:
    """Y (member, small scale) of a restart."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return file["small_scale_variables"][0].reshape(-1, LARGE * SMALL)


def same_bits(one: LorenzRun, other: LorenzRun) -> bool:
    return all(np.array_equal(of(one.restart), of(other.restart)) for of in (large, small))


def shipped(name: str, *lines: str, mode: str = "emulate") -> str:
    """By an emulator that comes with the example."""
    return table(mode, EMULATORS / f"{name}.safetensors", *lines)


def edited(source: Path, target: Path, change: Callable[[netCDF4.Dataset], None]) -> Path:
    """A copy of a file that is changed."""
    shutil.copy(source, target)
    with netCDF4.Dataset(target, "a") as file:
        file.set_auto_mask(False)
        change(file)
    return target
