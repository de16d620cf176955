# SPDX-License-Identifier: BSD-3-Clause
"""What the equations of Lorenz '96 conserve and how they are symmetric."""

from __future__ import annotations

import numpy as np
import pytest
from lorenz_cases import SMALL, edited, large, small

STILL = {"forcing": 0.0, "damping": 0.0}


def energy(run) -> np.ndarray:
    """Sum of squares of both scales, by member: what advection and coupling conserve."""
    return (large(run.restart) ** 2).sum(1) + (small(run.restart) ** 2).sum(1)


@pytest.fixture
def start(run):
    """Where every run begins: a step so short that nothing happens, without what takes energy."""
    return run("start", time_step=1e-6, substeps=1, steps=1, **STILL)


def change(run, start, time_step: float, **options) -> float:
    """Largest relative change of energy in 0.4 MTU."""
    name = f"run_{time_step}"
    end = run(name, time_step=time_step, steps=round(0.4 / time_step), **STILL, **options)
    return float(np.abs(energy(end) / energy(start) - 1).max())


def test_energy_is_conserved_to_second_order(run, start):
    """The host holds the effect of the small scales during a step: an error of second order."""
    coarse, fine = change(run, start, 0.005), change(run, start, 0.00125)
    assert coarse < 0.01
    assert fine < coarse / 8  # 16 for second order, 4 for first


def test_energy_of_large_scales_alone_is_conserved(run, start):
    assert change(run, start, 0.005, coupling=0.0) < 1e-6


def test_damping_alone_takes_energy_at_its_rate(run, start):
    """Without forcing and coupling both scales decay as exp(-t), the small ones c times as fast."""
    end = run("end", forcing=0.0, coupling=0.0, damping=1.0, steps=100)  # 0.5 MTU
    for of, rate in ((large, 1.0), (small, 10.0)):
        ratio = (of(end.restart) ** 2).sum(1) / (of(start.restart) ** 2).sum(1)
        np.testing.assert_allclose(ratio, np.exp(-2 * rate * 0.5), rtol=2e-5)  # of the method


def test_small_scales_without_coupling_have_no_effect(run):
    one, other = run("one", coupling=0.0, substeps=1), run("other", coupling=0.0, substeps=9)
    assert np.array_equal(large(one.restart), large(other.restart))
    assert not np.array_equal(small(one.restart), small(other.restart))


def test_a_turned_ring_stays_turned(run, tmp_path):
    """Each place has the same equations, in every bit."""
    first = run("first")

    def turn(file):
        for name in ("large_scale_variable", "small_scale_variables"):
            values = file[name][:]
            by_member = values.reshape(1, -1, 8, *values.shape[2:])
            file[name][:] = np.roll(by_member, 3, axis=2).reshape(values.shape)

    turned = edited(first.restart, tmp_path / "turned.nc", turn)
    straight, other = run("second", restart_in=first.restart), run("other", restart_in=turned)
    assert np.array_equal(large(other.restart), np.roll(large(straight.restart), 3, axis=1))
    assert np.array_equal(small(other.restart), np.roll(small(straight.restart), 3 * SMALL, axis=1))


def test_members_are_alone(run, tmp_path):
    """What happens in one is no matter to the others."""
    first = run("first")

    def push(file):
        file["large_scale_variable"][0, :8] += 1.0

    pushed = edited(first.restart, tmp_path / "pushed.nc", push)
    one, other = run("one", restart_in=first.restart), run("other", restart_in=pushed)
    same = (large(one.restart) == large(other.restart)).all(axis=1)
    assert same.tolist() == [False, True, True, True, True]
