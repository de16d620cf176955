# SPDX-License-Identifier: BSD-3-Clause
"""What holds of the built-in engine whatever the network, and a tail in real64 that conserves."""

import os
import resource
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from test_builtin_refusals import (
    ARRAYS,
    card_of,
    file_of,
    network_of,
    op,
    opened,
    packed_card_of,
    valid,
)

from pyhybrid import Emulator
from pyhybrid.export.builtin import save_builtin

pytestmark = pytest.mark.usefixtures("builtin_plugin")

OPERATIONS = (
    op("dense", 0, weight="w", bias="b"),
    op("tanh", 1),
    op("convolution", 0, weight="kernel", channels=2, padding=[1, 1]),
    op("gru", 0, input_weight="gw", state_weight="gs", reverse=True),
    op("lstm", 0, input_weight="lw", state_weight="ls", reverse=False),
    op("exp", 2),
    op("softmax", 5, size=3),
    op("layer_norm", 3, size=3, epsilon=1e-5),
    op("sum", 8, size=4),
    op("largest", 7, size=3),
    op("add", 10, 6),
    op("power", 11, 0.3),
    op("sum", 4, size=3),
    op("add", 12, 13),
    op("add", 14, 9),
)
PROGRAM = """
import sys, numpy as np
from pyhybrid import Emulator
x = np.load(sys.argv[2])
np.save(sys.argv[3], Emulator(sys.argv[1]).run(x))
"""


def run_with(cpu, folder, x):
    """In a process of its own: the instruction set is chosen once. -P: not the checkout."""
    np.save(folder / "x.npy", x)
    files = [str(folder / name) for name in ("test.safetensors", "x.npy", "y.npy")]
    command = [sys.executable, "-P", "-c", PROGRAM, *files]
    subprocess.run(command, check=True, env={**os.environ, "HYBRID_CPU": cpu})
    return np.load(files[2])


@pytest.mark.parametrize("cpu", ["baseline", "avx2"])
def test_instruction_sets_agree(tmp_path, cpu):
    """1e-6 of the largest: some roundings of real32 (6e-8 each)."""
    x = np.random.default_rng(0).standard_normal((6, 37)).astype("f4").T
    expected = opened(tmp_path, file_of(*valid(network_of(*OPERATIONS)))).run(x)
    scale = np.abs(expected).max()
    assert np.isfinite(scale)
    np.testing.assert_allclose(run_with(cpu, tmp_path, x), expected, rtol=0, atol=1e-6 * scale)


WORDS = (
    "negative absolute sign square square_root reciprocal reciprocal_root exp exp_minus_1 log "
    "log_1_plus log2 log10 tanh sigmoid erf relu silu gelu gelu_tanh mish softsign hard_sigmoid "
    "hard_swish round selu"
).split()


def test_bits_are_those_of_any_cpu_with_fused_multiply_add(tmp_path):
    """All functions, over the whole range; trivial where the CPU has no more than AVX2."""
    operations = (*OPERATIONS, *(op(word, 0) for word in WORDS))
    first = len(OPERATIONS) + 1
    spans = [{"value": first + i, "first": 0, "rows": 6} for i in range(len(WORDS))]
    index = np.arange(6 * len(WORDS) + 3, dtype="i4")
    operations += (op("gather", len(OPERATIONS), *spans, index="all"),)
    header = valid(network_of(*operations), packed_card_of(6, len(index)), {**ARRAYS, "all": index})
    x = np.random.default_rng(0).standard_normal((6, 2000)).astype("f4")
    x[:, 1000:] *= 40
    x[:, 1990:] = np.float32([88.3, 88.5, 88.7, 88.8, -87.2, -87.5, -100, -103.9, np.inf, -np.inf])
    expected = opened(tmp_path, file_of(*header)).run(x.T)
    assert not np.isnan(expected).all(1).any()
    np.testing.assert_array_equal(run_with("avx2", tmp_path, x.T), expected)


def test_opening_often_does_not_grow(tmp_path):
    """200 of them take less than 200 files would: 100 kB each."""
    arrays = {"w": np.ones((3, 6), "f4"), "b": np.ones(3, "f4"), "pad": np.ones(25_000, "f4")}
    data = file_of(*valid(arrays=arrays))
    for _ in range(20):
        opened(tmp_path, data).close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        opened(tmp_path, data).close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8000  # kB, of 20000


class Exchanges(torch.nn.Module):
    """Fluxes from a real32 core; tendencies in real64 sum up to zero over the six levels."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.core = torch.nn.Sequential(
            torch.nn.Linear(6, 16), torch.nn.Tanh(), torch.nn.Linear(16, 5)
        )

    def forward(self, x):
        flux = self.core(x.float()).double() * x[:, 1:] ** 2
        none = torch.zeros_like(x[:, :1])
        inside = torch.cat([none, flux, none], 1)
        return x + inside[:, 1:] - inside[:, :-1]


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory):
    path = tmp_path_factory.mktemp("exchanges") / "exchanges.safetensors"
    module = Exchanges().eval()
    save_builtin(module, card_of(6, 6, kind="real64"), path)
    return module, path


def test_real64_tail_conserves(exchanges):
    """1e-15 of the sum of sizes: a few roundings of real64; in real32 it would be 1e-7."""
    module, path = exchanges
    x = np.random.default_rng(1).uniform(1.0, 2.0, (6, 100)).T
    y = Emulator(path).run(x)
    assert np.abs(y - x).max() > 0.01
    sizes = np.abs(x).sum(1) + np.abs(y).sum(1)
    assert (np.abs(y.sum(1) - x.sum(1)) <= 1e-15 * sizes).all()


def test_real32_core_is_that_of_torch(exchanges):
    """The core is no worse, and no part of the tail is lost: 5e-6 is the rounding of sums of real32
    times inputs up to 4.
    """
    module, path = exchanges
    x = np.random.default_rng(2).uniform(1.0, 2.0, (6, 100)).T
    with torch.no_grad():
        expected = module(torch.from_numpy(np.ascontiguousarray(x))).numpy()
    np.testing.assert_allclose(Emulator(path).run(x), expected, rtol=0, atol=5e-6)
