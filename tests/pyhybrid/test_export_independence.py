# SPDX-License-Identifier: BSD-3-Clause
"""A sample's result must not depend on the others in its batch."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pyhybrid import errors, export

nn = torch.nn


class Function(nn.Module):
    def __init__(self, above: float):
        super().__init__()
        self.above = above

    def forward(self, x):
        return torch.where(x.max() > self.above, 2 * x, x)


class Mean(nn.Module):
    def forward(self, x):
        return x - x.mean(0)


class Choosy(nn.Module):
    """Runs between 0 and 1 only."""

    def forward(self, x):
        torch._assert_async((x >= 0).all() & (x <= 1).all())
        return x * 2


def refused(module, card, path, **given):
    told = r"output \d of a sample among others: expected .*, as alone, found"
    with pytest.raises(errors.BackendError, match=told):
        export(module, card, path, **given)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("module", [Mean(), Function(0.95), Function(2.5)])
def test_refused(make_card, tmp_path, module):
    """The last one shows beyond what the network is tried with at load only."""
    refused(module, make_card(), tmp_path / "a.pt")


def test_example_shows_it(torch_plugin, make_card, tmp_path):
    example = np.linspace(0, 50, 20).reshape(4, 5)
    export(Function(40.0), make_card(), tmp_path / "a.pt").unlink()
    refused(Function(40.0), make_card(), tmp_path / "b.pt", example=example)


def test_module_of_few_values(torch_plugin, make_card, tmp_path):
    assert export(Choosy(), make_card(), tmp_path / "a.pt").is_file()


def test_nothing_but_rounding(torch_plugin, make_card, tmp_path):
    """What is left where large numbers cancel is no dependence."""

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(5, 5)

        def forward(self, x):
            y = 1e3 * self.inner(x)
            return torch.cat([y[:, :4] + (y.sum(1) - y.flip(1).sum(1))[:, None], y[:, 4:]], 1)

    torch.manual_seed(0)
    assert export(Residual(), make_card(kind="real32"), tmp_path / "a.pt").is_file()
