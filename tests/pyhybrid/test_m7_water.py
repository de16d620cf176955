# SPDX-License-Identifier: BSD-3-Clause
"""Water of the emulator's modes against the solution of its equation."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pyhybrid.m7.constants import HIGHEST_HUMIDITY, KAPPA, SMALLEST_VOLUME, median_radius
from pyhybrid.m7.layout import MODES, NSOLUBLE
from pyhybrid.m7.water import Water

COUNT = 20_000
KELVIN = 2 * 18.0153e-6 / 8.31446262 * 1e6  # 2 M / (R rho) [um K m N-1]


def conditions(seed):
    """Temperature [K], activity, hygroscopicity [1], dry median radius [um] of the modes."""
    rng = np.random.default_rng(seed)
    temperature = rng.uniform(180, 320, (COUNT, 1))
    activity = np.minimum(rng.uniform(0.0, 1.2, (COUNT, 1)), HIGHEST_HUMIDITY)
    kappa = rng.uniform(0.0, max(KAPPA.values()), (COUNT, NSOLUBLE))
    radius = np.exp(rng.uniform(np.log([2e-4, 5e-3, 5e-2, 0.5]), np.log([5e-3, 5e-2, 0.5, 5.0]),
                                (COUNT, NSOLUBLE)))  # fmt: skip
    return temperature, activity, kappa, radius


def solved(temperature, activity, kappa, radius):
    """Swelling by bisection for g in g^3 = 1 + kappa a / (1 - a)."""
    length = KELVIN * (76.1e-3 - 0.155e-3 * (temperature - 273.0)) / temperature / radius
    low, high = np.ones_like(radius), np.full_like(radius, 3.0)
    for _ in range(60):
        g = (low + high) / 2
        a = activity * np.exp(-length / g)
        above = 1 + kappa * a / (1 - a) > g**3
        low, high = np.where(above, g, low), np.where(above, high, g)
    return low**3 - 1


def found(water, temperature, activity, kappa, radius):
    """Swelling as `Water` has it: of one particle per cm3."""
    median = np.array([median_radius(mode) for mode in MODES[:NSOLUBLE]])
    volume = (radius / median) ** 3
    ratio = activity / (1 - activity)
    given = (temperature, activity, ratio, volume, kappa * volume, np.ones_like(volume))
    with torch.inference_mode():
        out = water(*(torch.from_numpy(one).float() for one in given))
    return out.double().numpy() / volume


@pytest.mark.parametrize("turns,tolerance", [(2, 5e-3), (4, 1e-5)])
def test_it_solves_the_equation(turns, tolerance):
    given = conditions(1)
    error = (1 + found(Water(turns), *given)) / (1 + solved(*given)) - 1
    assert np.abs(error).max() < tolerance


@pytest.mark.parametrize("wettest", [0.0, 0.9])
def test_it_has_no_bias(wettest):
    given = conditions(2)
    expected, swelling = solved(*given), found(Water(), *given)
    chosen = given[1][:, 0] >= wettest
    assert np.abs(swelling[chosen].sum(0) / expected[chosen].sum(0) - 1).max() < 2e-3


def test_one_turn_less_would_be_biased():
    given = conditions(2)
    expected = solved(*given).sum(0)
    assert np.abs(found(Water(1), *given).sum(0) / expected - 1).max() > 0.02


def test_it_is_never_negative():
    """Particles as small as M7 accepts them, whose surface keeps all water away."""
    temperature, activity, kappa, radius = conditions(3)
    median = median_radius("NS")
    least = median * (SMALLEST_VOLUME * 1e12) ** (1 / 3)
    radius = least * 1e4 ** np.random.default_rng(3).uniform(0, 1, radius.shape)
    swelling = found(Water(), temperature, activity, kappa, radius)
    assert np.isfinite(swelling).all() and (swelling >= 0).all()
