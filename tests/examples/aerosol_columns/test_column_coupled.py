# SPDX-License-Identifier: BSD-3-Clause
"""Emulated runs beside native ones, and the verdict."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import emulated
from column_coupled import RADII, SIGMA, _row, compare, run_coupled, size_distribution
from column_runs import ColumnRun


def test_a_run_is_as_good_as_itself(run):
    native = run("native", output_every=4)
    summary = compare(native, native)
    assert summary["rejected"] == []
    assert all(row["largest"] == 0 for row in summary["burdens"].values())


def test_an_emulator_that_does_nothing_is_rejected(fast, few_columns, tmp_path, python_backend):
    """Persistence coagulates and ages nothing: numbers and species move apart from native."""
    text = emulated(tmp_path)
    assert "persistence.py" in text
    native = ColumnRun(tmp_path / "coupled", fast, few_columns, {"branch": True})
    summary = run_coupled(native, tmp_path / "persistence.py", days=1, spin_up=1)
    assert {"SO4", "N_KS", "N_KI"} <= set(summary["rejected"])
    assert summary["burdens"]["N_KI"]["largest"] > 0.02
    for name in ("summary.json", "burdens.png", "sizes.png"):
        assert (tmp_path / "coupled" / name).stat().st_size > 500


@pytest.mark.parametrize(
    "error, accepted",
    [
        (np.full(30, 0.019), True),
        (np.full(30, 0.021), False),
        (np.linspace(0.0, 0.019, 30), False),  # grows after day 10
        (np.minimum(np.arange(30), 10) / 1000, False),
        (np.minimum(np.arange(30), 6) / 1000, True),
        (np.linspace(0.0, 0.019, 10), True),  # too short to tell
    ],
)
def test_the_verdict_is_by_size_and_growth(error, accepted):
    assert _row(error)["accepted"] is accepted


def test_size_distributions_hold_all_particles(run):
    """Their integral is the number, whatever the radii; the grid leaves out tails of 0.5 %."""
    restart = run("run", steps=48).restart
    with netCDF4.Dataset(restart) as file:
        file.set_auto_mask(False)
        area = file["area"][:] / file["area"][:].sum()
        number = file["tracers"][0, 20:26, -1, :].sum(axis=0) @ area * 1.2922e-6
        fresh = file["tracers"][0, 19, -1, :] @ area * 1.2922e-6
    integral = np.trapezoid(size_distribution(restart, 1000e2), np.log(RADII))
    assert number * 0.995 < integral < (number + fresh) * 1.005
    assert SIGMA["CS"] == 2.0
