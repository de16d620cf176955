# SPDX-License-Identifier: BSD-3-Clause
"""Recordings and emulators of a small model."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import recorded_runs


@pytest.fixture(autouse=True)
def packages():
    for name in ("xarray", "netCDF4", "tqdm"):
        pytest.importorskip(name)


@pytest.fixture
def emulator(python_plugin, write_emulator):
    """An imperfect one."""

    def make(name="emulator.py", card=None, **changed):
        return write_emulator(card or recorded_runs.card(), recorded_runs.program(**changed), name)

    return make


@pytest.fixture
def record(netcdf_plugin, tmp_path):
    """Records a run of the model; returns the file."""

    def make(name="run.nc", mode="record", keys="", record="", **options):
        path = tmp_path / name
        text = f"[scheme.convection]\nmode = '{mode}'\n{keys}"
        text += f"[scheme.convection.record]\npath = '{path}'\n{record}"
        recorded_runs.run(text, **options)
        return path

    return make


@pytest.fixture
def recording(record):
    """Native results of eight steps."""
    return record()
