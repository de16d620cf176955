# SPDX-License-Identifier: BSD-3-Clause
"""A run goes on only from a restart of its own configuration."""

from __future__ import annotations

import shutil

import netCDF4
import numpy as np
import pytest
from column_cases import ROOT, spoiled
from columns import make_columns


@pytest.mark.parametrize(
    "options, message",
    [
        ({"scenario": "polluted", "month": 1}, "scenario: expected polluted, found present"),
        ({"month": 3}, "month: expected 3, found 1"),
        ({"time_step": 900.0}, "time_step: expected 900, found 1800"),
    ],
)
def test_a_restart_of_another_configuration_is_refused(run, options, message):
    first = run("first", steps=1)
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=first.restart, **options)
    assert message in str(failure.value)


def test_a_restart_of_other_columns_is_refused(run, few_columns, tmp_path):
    first = run("first", steps=1)
    fewer = make_columns(ROOT, ROOT / "columns_16.nc", every=16)
    with pytest.raises(RuntimeError, match="dimension column: expected 8, found 32"):
        run("second", columns=fewer, restart_in=first.restart)
    warmer = spoiled(few_columns, tmp_path / "warm.nc", "air_temperature", (30, 2, 2), 285.0)
    with pytest.raises(RuntimeError, match="columns_checksum: expected"):
        run("third", columns=warmer, restart_in=first.restart)


def test_a_run_may_branch_off_another_scenario(run):
    first = run("first", steps=1)
    run("second", restart_in=first.restart, scenario="polluted", branch=True)


def test_other_tracers_are_refused(run, tmp_path):
    first = run("first", steps=1)
    shutil.copy(first.restart, tmp_path / "bad.nc")
    with netCDF4.Dataset(tmp_path / "bad.nc", "a") as file:
        file["tracer_name"][4] = netCDF4.stringtochar(np.array(["NO3_CS"], "S8"))
    with pytest.raises(RuntimeError, match="tracer 5: expected SO4_CS, found NO3_CS"):
        run("second", restart_in=tmp_path / "bad.nc")


def test_half_a_restart_is_refused(run, tmp_path):
    whole = run("first", steps=1).restart.read_bytes()
    (tmp_path / "half.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RuntimeError, match=r"'.*half.nc': NetCDF: "):
        run("second", restart_in=tmp_path / "half.nc")
