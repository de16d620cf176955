# SPDX-License-Identifier: BSD-3-Clause
"""The column model, built once in each way, and a few columns to run it on."""

from __future__ import annotations

from pathlib import Path

import pytest
from column_cases import ROOT, STEPS, built
from column_host import Variant
from column_runs import ColumnRun
from columns import make_columns

import pyhybrid


@pytest.fixture(scope="session")
def fast() -> Path:
    return built(Variant())


@pytest.fixture(scope="session")
def debug() -> Path:
    return built(Variant(debug=True))


@pytest.fixture(scope="session")
def mpi() -> Path:
    return built(Variant(mpi=True))


@pytest.fixture(scope="session")
def few_columns() -> Path:
    """Every eighth longitude and latitude."""
    return make_columns(ROOT, ROOT / "columns_8.nc", every=8)


@pytest.fixture
def run(fast: Path, few_columns: Path, tmp_path: Path):
    """Runs the model in a folder of that name."""

    def run(name, executable=fast, columns=few_columns, hybrid="", threads=1, ranks=1, **options):
        chosen = ColumnRun(
            tmp_path / name,
            executable,
            {"columns": Path(columns), "steps": STEPS, **options},
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
