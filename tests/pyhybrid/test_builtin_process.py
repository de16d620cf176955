# SPDX-License-Identifier: BSD-3-Clause
"""What the process that the built-in engine lives in may forbid, or say in its environment."""

import os
import subprocess
import sys

import numpy as np
import pytest

from pyhybrid import export

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("builtin_plugin")

RUN = """
import ctypes, sys
import numpy as np
if "refuse" in sys.argv:
    # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN: no memory that is written and executed
    if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
        sys.exit(77)
from pyhybrid import Emulator
with Emulator(sys.argv[1]) as emulator:
    np.save(sys.argv[2], emulator.run(np.linspace(0, 1, 100).reshape(20, 5)))
"""


@pytest.fixture
def network(make_card, tmp_path):
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(5, 40), torch.nn.Tanh(), torch.nn.Linear(40, 5)
    ).double()
    return export(module, make_card(), tmp_path / "network.safetensors")


def result(network, *words, **environment):
    """What a process of its own makes of the file, and what it prints."""
    output = network.with_name("y.npy")
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, network, output, *words],
        env=os.environ | environment, cwd=network.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("this kernel cannot refuse it")
    assert done.returncode == 0, done.stderr
    return np.load(output), done.stdout + done.stderr


ENVIRONMENT = """
import ctypes, os, sys
from pyhybrid import Emulator
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
names = [name.encode() for name in ("OMP_PROC_BIND", "KMP_AFFINITY", "OMP_NUM_THREADS", "PATH")]
before = [libc.getenv(name) for name in names], os.sched_getaffinity(0)
with Emulator(sys.argv[1]) as emulator:
    assert ([libc.getenv(name) for name in names], os.sched_getaffinity(0)) == before
"""


@pytest.mark.parametrize("binding", [{}, {"OMP_PROC_BIND": "close"}])
def test_environment_stays_as_it_is(network, binding):
    """OpenMP's variables too, which libraries that are loaded later would read."""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_PROC_BIND"} | binding
    command = [sys.executable, "-P", "-c", ENVIRONMENT, network]
    subprocess.run(command, env=environment, check=True)


def test_memory_that_may_not_be_executed(network):
    """The portable products take over, with the same bits."""
    expected, _ = result(network)
    found, printed = result(network, "refuse")
    assert printed == ""
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "name, value",
    [
        ("LIBXSMM_VERBOSE", "2"),
        ("LIBXSMM_TARGET", "knm"),
        ("LIBXSMM_TARGET", "sse3"),
        ("LIBXSMM_SE", "1"),
    ],
)
def test_environment_of_the_library_under_it(network, name, value):
    expected, _ = result(network)
    before = set(network.parent.iterdir())
    found, printed = result(network, **{name: value})
    assert printed == "" and set(network.parent.iterdir()) == before
    np.testing.assert_array_equal(found, expected)
