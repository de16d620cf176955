# SPDX-License-Identifier: BSD-3-Clause
"""What the process that the built-in engine lives in may forbid, or say in its environment."""

import os
import subprocess
import sys

import numpy as np
import pytest

from pyhybrid import Emulator, export

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


TELL = """
import ctypes, logging, sys
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout)
from pyhybrid import Domain, Emulator
text = f"[scheme.x]\\nmode = 'emulate'\\nemulator = '{sys.argv[1]}'"
with Domain(text=text) as domain:  # CFFI makes its log handler of memory to write and execute
    if "refuse" in sys.argv and ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
        sys.exit(77)
    with Emulator(sys.argv[1]) as emulator:
        print(emulator.about)
    with domain.scheme("x"):
        pass
"""


@pytest.fixture
def network(make_card, tmp_path):
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(5, 40), torch.nn.Tanh(), torch.nn.Linear(40, 5)
    ).double()
    return export(module, make_card(), tmp_path / "network.safetensors")


def printed_by(network, script, *words, **environment):
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, network, *words],
        env=os.environ | environment, cwd=network.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("this kernel cannot refuse it")
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def result(network, *words, **environment):
    """What a process of its own makes of the file, and what it prints."""
    output = network.with_name("y.npy")
    printed = printed_by(network, RUN, output, *words, **environment)
    return np.load(output), printed


@pytest.fixture
def has_library(network):
    """Skips where libxsmm was not built in or this CPU has no use for it."""
    with Emulator(network) as emulator:
        if "by libxsmm" not in emulator.about:
            pytest.skip(emulator.about)


def test_library_of_the_products_is_told(network, has_library):
    """Not in the log: nothing is out of the ordinary."""
    about, *log = printed_by(network, TELL).splitlines()
    assert about.startswith("matrix products by libxsmm 1.")
    assert [line for line in log if not line.startswith("INFO ")] == []


@pytest.mark.parametrize(
    "words, environment, level, why",
    [
        (["refuse"], {}, "WARNING", "this system denies libxsmm memory to execute"),
        ([], {"HYBRID_CPU": "baseline"}, "INFO", "HYBRID_CPU asks for less than this CPU has"),
        ([], {"HYBRID_CPU": "avx2"}, "INFO", "HYBRID_CPU asks for less than this CPU has"),
    ],
)
def test_portable_products_are_told_with_the_reason(
    network, has_library, words, environment, level, why
):
    about, *log = printed_by(network, TELL, *words, **environment).splitlines()
    if environment == {"HYBRID_CPU": "avx2"} and "by libxsmm" in about:
        pytest.skip("this CPU has no more than AVX2")
    assert about == f"matrix products by portable code, not libxsmm: {why}"
    assert log[-1] == f"{level} scheme 'x': backend 'builtin': {about}"


def test_unknown_cpu_is_told(network):
    about, *log = printed_by(network, TELL, HYBRID_CPU="foo").splitlines()
    assert about.endswith("; HYBRID_CPU: expected 'avx2' or 'baseline', found 'foo'")
    assert log[-1] == f"WARNING scheme 'x': backend 'builtin': {about}"


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
