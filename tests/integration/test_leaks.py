# SPDX-License-Identifier: BSD-3-Clause
"""100,000 calls from C, and the process does not grow."""

import subprocess

import pytest
from small_emulators import emulate, require_plugin, write_python_emulator

CALLS = 100_000
ALLOWED_KB = 512  # five bytes a call


def growth(host, config, what):
    done = subprocess.run(
        [host, config, str(CALLS), what],
        cwd=config.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.parametrize("what", ["good", "bad"])
def test_calls_leave_nothing_behind(build_host, emulator, write_config, what):
    config = write_config(emulate(emulator, columns=16))
    assert growth(build_host("many_calls.c"), config, what) < ALLOWED_KB


def test_a_leak_is_seen(build_host, write_config, tmp_path):
    """An emulator that keeps 100 bytes of each call."""
    require_plugin("python")
    program = "import numpy as np\nkept = []\n\n\ndef emulate(x):\n    kept.append(bytes(100))\n"
    path = write_python_emulator(
        tmp_path / "leaking.py", program + "    return np.zeros((len(x), 9))\n"
    )
    config = write_config(emulate(path, columns=16))
    assert growth(build_host("many_calls.c"), config, "good") > ALLOWED_KB
