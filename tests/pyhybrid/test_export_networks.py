# SPDX-License-Identifier: BSD-3-Clause
"""Whole networks, and the file they become."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import safetensors.torch
from cards import card_of as example_card
from installed import plugin_exists
from networks import NETWORKS
from reference_engine import Network
from test_export_builtin import card_of

from pyhybrid import Card, Emulator, Field
from pyhybrid.export.builtin import save_builtin

EMULATORS = Path(__file__).parents[2] / "examples/exoplasim/emulators"
UNUSED = {"target.mean", "target.scale"}  # of convection, whose targets are labels
nn = torch.nn


def rounding(module, x, y):
    """What the last bit of the input does to each output: no file can be held to less."""
    with torch.no_grad():
        return np.abs(module(x * (1 + torch.finfo(x.dtype).eps)).numpy() - y).max(0)


def assert_like_torch(module, network, x, tolerance):
    """Relative to the largest of each output."""
    with torch.no_grad():
        y = module(x).numpy()
    limit = tolerance * np.abs(y).max(0) + 4 * rounding(module, x, y)
    difference = np.abs(network.run(x.numpy()) - y)
    assert (difference <= limit).all(), (difference / np.abs(y).max(0)).max()


def readers(path):
    """The reference of the file's page, and the built-in engine where it was built."""
    yield Network(path)
    if plugin_exists("builtin"):
        with Emulator(path) as emulator:
            yield emulator


@pytest.mark.parametrize("scheme", NETWORKS)
def test_shipped_networks(tmp_path, scheme):
    """Within 1e-5 (real32: 80 roundings, in sums of up to 192 terms and 100 operations)."""
    module = NETWORKS[scheme]().eval()
    shipped = safetensors.torch.load_file(EMULATORS / f"{scheme}.safetensors")
    missing = module.load_state_dict(shipped, strict=False).missing_keys
    assert set(missing) <= UNUSED
    path = tmp_path / "network.safetensors"
    save_builtin(module, example_card(scheme), path)
    for reader in readers(path):
        assert_like_torch(module, reader, columns(module), 1e-5)


def columns(module, nsample=33):
    """Between the physical limits; humidity and condensate decrease upwards, as in air."""
    share = torch.rand(nsample, len(module.low), generator=torch.Generator().manual_seed(0))
    narrow = torch.where(module.high < 1.0, 0.1 * share, 0.3 + 0.4 * share)
    return module.low + (module.high - module.low) * narrow


class Profile(nn.Module):
    """(sample, 60 levels x 8 features) to two numbers of each level."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        if kind == "gru":
            self.gru = nn.GRU(8, 32, batch_first=True, bidirectional=True)
            self.last = nn.Linear(64, 2)
        else:
            pairs = ((8, 32), (32, 32), (32, 32), (32, 2))
            layers = [nn.Conv1d(a, b, 5, padding=2) for a, b in pairs]
            self.layers = nn.Sequential(*(m for one in layers for m in (one, nn.ReLU())))[:-1]

    def forward(self, x):
        x = x.view(-1, 60, 8)
        if self.kind == "gru":
            return self.last(self.gru(x)[0]).flatten(1)
        return self.layers(x.transpose(1, 2)).transpose(1, 2).flatten(1)


def perceptron(*sizes):
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    return nn.Sequential(*(m for one in layers for m in (one, nn.ReLU())))[:-1]


@pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated")
def test_program_of_torch(tmp_path):
    """One that was exported and saved becomes the same file, but for the names of operations."""
    module, x = perceptron(4, 8, 3).eval(), torch.rand(5, 4)
    program = torch.export.export(module, (x,), dynamic_shapes=({0: torch.export.Dim("samples")},))
    torch.export.save(program, tmp_path / "program.pt2")
    loaded = torch.export.load(tmp_path / "program.pt2").module()
    save_builtin(loaded, card_of(4, 3, "real32"), tmp_path / "network.safetensors")
    network = Network(tmp_path / "network.safetensors")
    assert network.words() == ["dense", "relu", "dense"]
    assert set(network.tensors) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    np.testing.assert_allclose(network.run(x.numpy()), module(x).detach(), rtol=1e-5, atol=1e-6)


FOUR = {
    "mlp": (perceptron(124, 256, 256, 256, 128), 124, 128, ["dense", "relu"] * 3 + ["dense"]),
    "m7": (perceptron(34, 128, 128, 28), 34, 28, ["dense", "relu"] * 2 + ["dense"]),
    "gru": (Profile("gru"), 480, 120, ["gru", "gru", "gather", "dense"]),
    "conv": (Profile("conv"), 480, 120, ["convolution", "relu"] * 3 + ["convolution"]),
}


# Torch takes 10 s to export a GRU over 60 levels; shorter ones are in test_export_builtin.py.
SLOW = {"gru": [pytest.mark.slow]}


@pytest.mark.parametrize("name", [pytest.param(one, marks=SLOW.get(one, [])) for one in FOUR])
def test_four_networks(tmp_path, name):
    """Rows are moved only between the two directions of the GRU."""
    module, nin, nout, words = FOUR[name]
    path = tmp_path / "network.safetensors"
    save_builtin(module.eval(), card_of(nin, nout, "real32"), path)
    network = Network(path)
    assert network.words() == words
    x = torch.rand(17, nin, generator=torch.Generator().manual_seed(1))
    for reader in readers(path):
        assert_like_torch(module, reader, x, 3e-6)


class Wasteful(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)
        self.second.load_state_dict(self.first.state_dict())
        self.unused = nn.Linear(4, 4)
        self.register_buffer("scale", torch.arange(4.0) + 1)

    def forward(self, x):
        self.unused(x).exp()
        y = self.first(x) * self.scale
        return torch.cat([y, self.second(x) * self.scale, y.double().sum(1)[:, None].float()], 1)


def test_file_has_nothing_twice_and_nothing_unused(tmp_path):
    path = tmp_path / "network.safetensors"
    save_builtin(Wasteful(), card_of(4, 9, "real32"), path)
    network = Network(path)
    assert network.words() == ["dense", "multiply", "cast", "sum", "cast", "gather"]
    assert network.operations[0] == {
        "op": "dense",
        "name": "first",
        "in": [0],
        "weight": "first.weight",
        "bias": "first.bias",
    }
    assert network.operations[2]["kind"] == "real64"
    assert {"first.weight", "first.bias", "scale"} < set(network.tensors)
    assert not [name for name in network.tensors if "unused" in name or "second" in name]


def test_safetensors_reads_the_file(tmp_path):
    from safetensors.numpy import load_file

    path = tmp_path / "network.safetensors"
    save_builtin(Wasteful(), card_of(4, 9, "real32"), path)
    ours, theirs = Network(path).tensors, load_file(path)
    assert ours.keys() == theirs.keys()
    for name, tensor in theirs.items():
        assert tensor.dtype == ours[name].dtype
        np.testing.assert_array_equal(tensor, ours[name])
    kinds = {tensor.dtype.name for tensor in theirs.values()}
    assert kinds == {"float32", "int32"}


class PerField(nn.Module):
    def forward(self, tracers, pressure):
        mixed = tracers[:, :, 0] + 10 * tracers[:, :, 1] + pressure[:, None]
        return torch.stack([mixed, tracers[:, :, 1]], 2), pressure * 2


def test_arrays_of_fields_are_packed(tmp_path):
    """Levels are innermost in the matrix, species outside."""
    dims = ("column", "level", "species")
    card = Card(
        name="fields",
        sample="column",
        kind="real64",
        arguments="fields",
        inputs=(
            Field("tracers", "1", "state", "real", dims, 3, 2),
            Field("pressure", "Pa", "state", "real", ("column",)),
        ),
        outputs=(
            Field("mixed", "1", "state", "real", dims, 3, 2),
            Field("doubled", "Pa", "state", "real", ("column",)),
        ),
    )
    path = tmp_path / "network.safetensors"
    save_builtin(PerField(), card, path)
    x = np.random.default_rng(0).random((5, 7))
    first, second, pressure = x[:, :3], x[:, 3:6], x[:, 6:]
    expected = np.concatenate([first + 10 * second + pressure, second, pressure * 2], 1)
    np.testing.assert_allclose(Network(path).run(x), expected, rtol=1e-15)
    assert Network(path).card == json.loads(card.to_json()) | {"arguments": "packed"}


@pytest.mark.parametrize("module", [nn.Identity(), nn.Flatten()])
def test_network_that_does_nothing(tmp_path, module):
    path = tmp_path / "network.safetensors"
    save_builtin(module, card_of(3, 3), path)
    assert (Network(path).operations, Network(path).network["output"]) == ([], 0)
