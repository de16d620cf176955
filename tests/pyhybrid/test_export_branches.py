# SPDX-License-Identifier: BSD-3-Clause
"""TorchScript's branches and loops: those that depend on values would make samples meet."""

import re

import pytest

torch = pytest.importorskip("torch")

from pyhybrid import errors, export
from pyhybrid.bench.modules import module
from pyhybrid.export.branches import require_no_branches

nn = torch.nn
HERE = r" \(.*test_export_branches\.py, line \d+\): expected operations .*, found a branch or loop"


class Branch(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x
        return -x


class Loop(nn.Module):
    def forward(self, x):
        while bool((x > 1).any()):
            x = x / 2
        return x


class Count(nn.Module):
    def forward(self, x):
        for _ in range(int(x[0, 0])):
            x = x + 1
        return x


class Carried(nn.Module):
    """The number comes from the first pass of a loop, by way of a list."""

    def forward(self, x):
        parts = [torch.zeros(1)]
        factor = 1.0
        for i in range(x.size(1)):
            if factor > 2.0:
                x = -x
            factor = float(parts[-1][0])
            parts.append(x[:, i])
        return x


REFUSED = {
    Branch: r"`if x\.sum\(\) > 0:`",
    Loop: r"`while bool\(\(x > 1\)\.any\(\)\):`",
    Count: r"`for _ in range\(int\(x\[0, 0\]\)\):`",
    Carried: r"`if factor > 2\.0:`",
}


@pytest.mark.parametrize("network", REFUSED)
def test_refused_with_its_line(make_card, tmp_path, network):
    with pytest.raises(errors.ArgumentError) as caught:
        export(network(), make_card(), tmp_path / "a.pt")
    assert re.match("export: " + REFUSED[network] + HERE, caught.value.message)
    assert list(tmp_path.iterdir()) == []


def doubled(x: torch.Tensor):
    return 2 * x, x.size(1)


class Shapes(nn.Module):
    """By shapes, constants and what is there: the same for all values."""

    def __init__(self):
        super().__init__()
        self.more: torch.Tensor | None = None

    def forward(self, x):
        if self.training or self.more is not None or x.dim() != 2:
            return -x
        y, count = doubled(x)
        if count > 3 and x.dtype == torch.float64:
            y = y + 1
        parts = []
        for i in range(count):
            parts.append(y[:, i])
        return torch.stack(parts, 1)


def test_shapes_and_constants_are_taken(torch_plugin, make_card, tmp_path):
    assert export(Shapes(), make_card(), tmp_path / "a.pt").is_file()


class States(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)[0]


LAYERS = {
    "lstm": lambda: States(nn.LSTM(4, 3, batch_first=True, bidirectional=True)),
    "transformer": lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True),
    "norms": lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.1), nn.LayerNorm(4)),
    "pooling": lambda: nn.Sequential(nn.MaxPool1d(2), nn.Upsample(scale_factor=2.0)),
}


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize("name", ["mlp", "m7", "gru", "conv", *LAYERS])
def test_networks_without_any_are_taken(name):
    """torch's own layers have many branches, none of which depends on values."""
    network = LAYERS[name]() if name in LAYERS else module(name)
    graph = torch.jit.script(network.eval()).inlined_graph
    require_no_branches(graph)
