# SPDX-License-Identifier: BSD-3-Clause
"""Runs for the tests of coupled validation."""

import pytest

for module in ("dask", "netCDF4", "scipy", "xarray"):
    pytest.importorskip(module)

from climate_runs import write


@pytest.fixture(scope="session")
def natives(tmp_path_factory):
    """Six native runs."""
    folder = tmp_path_factory.mktemp("native")
    return [write(folder / f"native_{seed}.nc", seed) for seed in range(6)]


@pytest.fixture
def changed(tmp_path):
    """Writes a run of another seed that is changed, each in a folder of its own."""

    def make(change=lambda values: None, seed=77, **options):
        folder = tmp_path / f"run_{len(list(tmp_path.glob('run_*')))}"
        folder.mkdir()
        return write(folder / "run.nc", seed, change, **options)

    return make
