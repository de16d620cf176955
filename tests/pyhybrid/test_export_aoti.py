# SPDX-License-Identifier: BSD-3-Clause
"""From a ``torch.nn.Module`` to a package that AOTInductor compiled."""

import json
import platform
import zipfile

import numpy as np
import pytest

from pyhybrid import Emulator, Field, errors
from pyhybrid.export.aoti import save_aoti

torch = pytest.importorskip("torch")


class PerField(torch.nn.Module):
    """Takes (sample, level, species) and (sample), returns (sample, level)."""

    def forward(self, tracers, pressure):
        return (tracers[:, :, 0] + 10 * tracers[:, :, 1] + pressure[:, None],)


class Branching(torch.nn.Module):
    def forward(self, x):
        return x if bool(x.sum() > 0) else -x


class OneSize(torch.nn.Module):
    """Works for the number of samples of the example only."""

    def forward(self, x):
        return x + torch.zeros(48, 5)


@pytest.fixture
def per_field(make_card):
    column, level = ("column",), ("column", "level")
    return make_card(
        arguments="fields",
        inputs=(
            Field("tracers", "1", "state", "real", (*level, "species"), 4, 2),
            Field("pressure", "Pa", "state", "real", column),
        ),
        outputs=(Field("heating", "K s-1", "tendency", "real", level, 4),),
    )


@pytest.fixture
def general_cpu():
    """One that every machine of a kind has."""
    if platform.machine() != "x86_64":
        pytest.skip("levels of a CPU are known for x86-64 only")
    return "x86-64-v3"


def manifest_of(path):
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("extra/package.json"))
        return json.loads(archive.read(name))


def test_file_does_what_torch_does(torch_plugin, per_field, general_cpu, tmp_path):
    path = save_aoti(PerField(), per_field, tmp_path / "m.pt2", frozen=False, cpu=general_cpu)
    assert [one.name for one in tmp_path.iterdir()] == ["m.pt2"]
    features = manifest_of(path)["features"]
    assert "avx2" in features and "avx512f" not in features
    x = np.random.default_rng(0).random((50, 9))
    tracers = x[:, :8].reshape(50, 2, 4)
    with Emulator(path) as emulator:
        assert emulator.card == per_field
        found = emulator.run(x)
    assert (found == tracers[:, 0] + 10 * tracers[:, 1] + x[:, 8:]).all()


@pytest.mark.parametrize("module", [Branching(), OneSize()])
def test_module_that_cannot_be_compiled(module, make_card, tmp_path):
    words = "torch.export and AOTInductor can compile|same for all values of the input, found a br"
    with pytest.raises(errors.ArgumentError, match=words):
        save_aoti(module, make_card(), tmp_path / "m.pt2")
    assert list(tmp_path.iterdir()) == []


def test_unknown_cpu(make_card, tmp_path):
    with pytest.raises(errors.ArgumentError, match="expected what g\\+\\+ knows as -march, found"):
        save_aoti(Branching(), make_card(), tmp_path / "m.pt2", cpu="z80")


def test_other_suffix(make_card, tmp_path):
    with pytest.raises(errors.ArgumentError, match="expected '.pt2', found '.pt'"):
        save_aoti(Branching(), make_card(), tmp_path / "m.pt")
