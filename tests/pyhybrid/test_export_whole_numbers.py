# SPDX-License-Identifier: BSD-3-Clause
"""Arithmetic with whole numbers is torch's in a network of real32 too, far above 2^24."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from test_export_builtin import card_of

from pyhybrid import Emulator
from pyhybrid.export.builtin import save_builtin

pytestmark = pytest.mark.usefixtures("builtin_plugin")

FEATURES = 12
WEIGHT = torch.arange(FEATURES * FEATURES).reshape(FEATURES, FEATURES) * 1001
CASES = {
    "product and remainder": lambda n: n * 12345 % 1000,
    "product of two": lambda n: n * (n + 1) % 997,
    "comparison": lambda n: n * 200_000 + 1 == n * 200_000,
    "sum": lambda n: (n * 33_333).sum(1, keepdim=True) % 7,
    "running sum": lambda n: (n * 33_333).cumsum(1) % 7,
    "largest": lambda n: (n * 33_333).amax(1, keepdim=True) % 7,
    "power": lambda n: n**3 % 11,
    "division": lambda n: n * 33_333 // 7 % 10,
    "matrix": lambda n: (n[:, None, :] @ WEIGHT)[:, 0] % 13,
    "where": lambda n: torch.where(n > 50_000, n * 33_333, n * 12_345 + 1) % 9,
    "scattered": lambda n: (n * 33_333).index_add(1, torch.tensor([0, 0]), n[:, :2]) % 10,
    "joined": lambda n: torch.cat([n * 33_333, n], 1) % 10,
    "small int": lambda n: (n.int() * 20_001) % 1000,
    "of truth": lambda n: (n > 50_000) * (n * 33_333) % 10,
}


class Whole(torch.nn.Module):
    def forward(self, x):
        n = (x * 1000).long()
        return torch.cat([case(n).to(x.dtype) for case in CASES.values()], 1)


@pytest.mark.parametrize("kind", ["real32", "real64"])
def test_whole_numbers_are_exact(tmp_path, kind):
    module, x = Whole().eval(), torch.rand(50, FEATURES, generator=torch.Generator().manual_seed(0))
    x = (x * 100).to(torch.float32 if kind == "real32" else torch.float64)
    expected = [case((x * 1000).long()).numpy() for case in CASES.values()]
    ends = np.cumsum([one.shape[1] for one in expected])
    path = tmp_path / "whole.safetensors"
    save_builtin(module, card_of(FEATURES, int(ends[-1]), kind), path)
    found = np.split(Emulator(path).run(x.numpy()), ends[:-1], 1)
    for name, one, wanted in zip(CASES, found, expected, strict=True):
        np.testing.assert_array_equal(one, wanted, err_msg=name)
