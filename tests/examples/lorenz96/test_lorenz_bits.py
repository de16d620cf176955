# SPDX-License-Identifier: BSD-3-Clause
"""The same bits however the Lorenz '96 model is run."""

from __future__ import annotations

import json

import netCDF4
import numpy as np
import pytest
from lorenz_cases import STEPS, large, same_bits, shipped, small
from lorenz_runs import MTU, table

SCHEMES = {
    "native": "",
    "deterministic": shipped("deterministic"),
    "stochastic": shipped("stochastic", "seed = 3"),
    "guarded": shipped("stochastic", 'guard = { tendency = { limit = "1.5 day-1" } }'),
    "mended": shipped(
        "wrong_constant",
        "audit = { steps = 0.5 }",
        "[[scheme.subgrid.hook]]",
        'kind = "kalman"',
        'fields = ["tendency_of_large_scale_variable_due_to_small_scales"]',
        'learn = "audit"',
        'initial = "1e-5 s-1"',
        'drift = "1e-7 s-1"',
    ),
}
FAILING = """
card = {
    "format": "pyhybrid card", "version": 1, "name": "failing", "sample": "column",
    "kind": "real64",
    "inputs": [{"name": "large_scale_variable", "unit": "1", "role": "state", "kind": "real",
                "dims": ["column"]}],
    "outputs": [{"name": "tendency_of_large_scale_variable_due_to_small_scales",
                 "unit": "s-1", "role": "tendency", "kind": "real", "dims": ["column"]}],
}

def emulate(x):
    if abs(x).max() > 1.5:  # what it is tried with is not that large
        raise ValueError("out of my depth")
    return x
"""


@pytest.mark.parametrize("hybrid", SCHEMES.values(), ids=SCHEMES)
@pytest.mark.parametrize(
    "how",
    [{"nproma": 1}, {"nproma": 7}, {"nproma": 32}, {"nproma": 10**6}, {"nproma": 7, "threads": 2}],
    ids=str,
)
def test_bits_do_not_depend_on_blocks_or_threads(run, hybrid, how):
    assert same_bits(run("one", hybrid=hybrid, nproma=8), run("other", hybrid=hybrid, **how))


@pytest.mark.parametrize("hybrid", SCHEMES.values(), ids=SCHEMES)
def test_bits_do_not_depend_on_ranks(run, mpi, hybrid):
    assert same_bits(run("one", hybrid=hybrid), run("two", mpi, hybrid=hybrid, ranks=2, nproma=5))


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("hybrid", SCHEMES.values(), ids=SCHEMES)
def test_restart_keeps_every_bit(run, mpi, hybrid, ranks):
    whole = run("whole", hybrid=hybrid, steps=2 * STEPS)
    half = run("half", mpi, hybrid=hybrid, ranks=ranks, hybrid_restart_out="library.nc")
    library = half.folder / "library.nc"
    rest = run(
        "rest", hybrid=hybrid, restart_in=half.restart, hybrid_restart_in=library, nproma=7
    )
    assert same_bits(rest, whole)
    assert not same_bits(half, whole)
    with netCDF4.Dataset(rest.output) as one, netCDF4.Dataset(whole.output) as other:
        for name in ("step", "time", "large_scale_variable"):
            np.testing.assert_array_equal(one[name][:], other[name][-len(one[name]) :])


def test_a_build_that_traps_has_nothing_to_trap(run, debug):
    """NaN, overflow, division by zero, indices out of bounds; in short blocks of two threads."""
    run("run", debug, hybrid=SCHEMES["stochastic"], nproma=7, threads=2)


def test_noise_without_the_librarys_restart_is_other_noise(run):
    """Its memory is the library's, not the host's."""
    hybrid = SCHEMES["stochastic"]
    half = run("half", hybrid=hybrid)
    rest = run("rest", hybrid=hybrid, restart_in=half.restart)
    assert not same_bits(rest, run("whole", hybrid=hybrid, steps=2 * STEPS))


@pytest.mark.parametrize("mode", ["record", "shadow"])
def test_watching_changes_no_bit(run, mode):
    watched = table("record") if mode == "record" else shipped("stochastic", mode="shadow")
    assert same_bits(run("native"), run("watched", hybrid=watched, nproma=7))


def test_a_failing_emulator_leaves_the_native_run(run, tmp_path, python_backend):
    (tmp_path / "failing.py").write_text(FAILING)
    failed = run("failed", hybrid=table("emulate", tmp_path / "failing.py"), nproma=7)
    assert same_bits(run("native"), failed)


def test_small_scales_beside_an_emulator_answer_to_its_x(run):
    """They are kept in step and change nothing; without that they stay where they were."""
    first = run("first")
    options = {"hybrid": SCHEMES["deterministic"], "restart_in": first.restart}
    kept, left = run("kept", **options), run("left", **options, keep_small_scales=False)
    assert np.array_equal(large(kept.restart), large(left.restart))
    assert np.array_equal(small(left.restart), small(first.restart))
    assert not np.array_equal(small(kept.restart), small(first.restart))


def counted(run) -> dict:
    statistics = json.loads((run.folder / "statistics.0.json").read_text())
    return statistics["schemes"]["subgrid"]


def test_rejected_columns_leave_the_native_run(run):
    """An effect of more than 1e-9 a day is too much: each column of each step is native."""
    hybrid = shipped("stochastic", 'guard = { tendency = { limit = "1e-9 day-1" } }')
    guarded = run("guarded", hybrid=hybrid, nproma=7)
    assert counted(guarded)["rejected"] == 40 * STEPS
    assert same_bits(guarded, run("native"))


def test_the_guard_that_bits_are_tested_with_rejects_some(run):
    assert 0 < counted(run("guarded", hybrid=SCHEMES["guarded"]))["rejected"] < 40 * STEPS


def test_what_a_hook_learns_shows(run):
    """Of a constant bias of 2 MTU-1 most is found in ten audits of 40 columns."""
    mended = run("mended", hybrid=SCHEMES["mended"])
    (hook,) = counted(mended)["hooks"]
    assert hook["knows"]["rows"][0]["estimate"] * MTU == pytest.approx(-2.0, abs=1.0)


def test_another_seed_is_another_run(run):
    one, other = (run(f"{s}", hybrid=shipped("stochastic", f"seed = {s}")) for s in (3, 4))
    assert not same_bits(one, other)
