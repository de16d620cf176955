# SPDX-License-Identifier: BSD-3-Clause
"""The Lorenz '96 model, built once in each way, and a way to run it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lorenz_cases import STEPS, built
from lorenz_runs import LorenzRun

import pyhybrid


@pytest.fixture(scope="session")
def fast() -> Path:
    return built()


@pytest.fixture(scope="session")
def debug() -> Path:
    return built(debug=True)


@pytest.fixture(scope="session")
def mpi() -> Path:
    return built(mpi=True)


@pytest.fixture
def run(fast: Path, tmp_path: Path):
    """Runs the model in a folder of that name: five members, 20 steps."""

    def run(name, executable=fast, hybrid="", threads=1, ranks=1, **options):
        chosen = LorenzRun(
            tmp_path / name,
            executable,
            {"members": 5, "steps": STEPS, **options},
            hybrid,
            threads,
            ranks,
        )
        chosen.run()
        return chosen

    return run


@pytest.fixture
def python_backend():
    if not list(pyhybrid.library_dir().glob("libhybrid_python.so")):
        pytest.skip("no Python backend")
