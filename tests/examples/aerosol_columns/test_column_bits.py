# SPDX-License-Identifier: BSD-3-Clause
"""The same bits however the column model is run."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import COLUMNS, STEPS, same_bits


def test_restart_keeps_every_bit(run):
    whole = run("whole", steps=2 * STEPS)
    half = run("half")
    rest = run("rest", restart_in=half.restart)
    assert same_bits(rest, whole)
    assert not same_bits(half, whole)
    with netCDF4.Dataset(rest.output) as one, netCDF4.Dataset(whole.output) as other:
        np.testing.assert_array_equal(one["burden"][:], other["burden"][:])
        assert one["step"][-1] == 2 * STEPS


@pytest.mark.parametrize(
    "how",
    [
        {"nproma": 1},
        {"nproma": 5},
        {"nproma": 1000},
        {"nblocks": 3},
        {"nproma": 5, "two_loops": True},
        {"nproma": 3, "threads": 2},
        {"nproma": 3, "threads": 2, "two_loops": True},
    ],
    ids=str,
)
def test_bits_do_not_depend_on_blocks_threads_or_loops(run, how):
    assert same_bits(run("one"), run("other", **how))


def test_bits_do_not_depend_on_ranks(run, mpi):
    assert same_bits(run("one"), run("three", executable=mpi, ranks=3, nproma=4))


def test_restart_moves_between_ranks(run, mpi):
    half = run("half", executable=mpi, ranks=2)
    assert same_bits(run("rest", restart_in=half.restart), run("whole", steps=2 * STEPS))


def test_nobody_reads_rows_without_a_column(run, debug):
    """They hold signalling NaN, and this build traps."""
    short = run("short", executable=debug, nproma=7)
    assert COLUMNS % 7
    assert same_bits(short, run("full", executable=debug, nproma=8, threads=2, two_loops=True))
