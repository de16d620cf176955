# SPDX-License-Identifier: BSD-3-Clause
"""The training of the demo's emulators, on columns that a network of the same kind made up."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

if not find_spec("torch"):
    pytest.skip("no torch", allow_module_level=True)

import torch
from networks import NETWORKS
from recordings import Recorded
from training import PLAN, loss, prepare, train

from pyhybrid.training import validate


def columns(count, seed):
    """Inputs at random within the limits of long-wave radiation, outputs of some other network."""
    torch.manual_seed(7)
    network = NETWORKS["longwave"]()
    rng = np.random.default_rng(seed)
    ranges = {"air_temperature": (220, 300), "surface_temperature": (250, 300),
              "specific_humidity": (1e-5, 1e-2), "surface_air_pressure": (9e4, 1.02e5),
              "mass_fraction_of_cloud_liquid_water_in_air": (0, 1e-4),
              "mass_fraction_of_ozone_in_air": (1e-8, 1e-6)}  # fmt: skip
    inputs = {n: rng.uniform(*ranges.get(n, (0, 1)), (count, size)) for n, size in network.INPUTS}
    x = torch.from_numpy(np.concatenate(list(inputs.values()), 1)).float()
    network.fit(x, 50 * torch.rand(count, 40))
    with torch.no_grad():
        y = network.assemble(x, network.core(network.scaled_features(x))).double().numpy()
    parts = np.split(y, np.cumsum([size for _, size in network.OUTPUTS])[:-1], 1)
    native = {n: part for (n, _), part in zip(network.OUTPUTS, parts, strict=True)}
    return Recorded(inputs, native, {}, np.zeros(count))


def test_training_improves_the_network():
    training_days, other_days = columns(600, 1), columns(200, 2)
    torch.manual_seed(1)
    network = NETWORKS["longwave"]()
    before = prepare(network, training_days, fit=True)
    untrained = validate(network, loss, before)
    best = train(network, training_days, other_days, replace(PLAN, rounds=8, batch=64))
    assert best < 0.7 * untrained
    unseen = prepare(network, other_days, fit=False)
    assert validate(network, loss, unseen) == pytest.approx(best, rel=1e-5)
