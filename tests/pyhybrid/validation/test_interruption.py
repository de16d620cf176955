# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C while workers score: the command ends at once, with one word."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("distributed")

SLOW = """\
def emulate(x):
    import multiprocessing, time
    if multiprocessing.parent_process() is not None:
        open({file!r}, "w").close()
        time.sleep(60)
"""


@pytest.fixture
def started(emulator, recording, tmp_path, interruptible):
    """The command in a group of its own, as a shell starts it."""
    path, busy = emulator(), tmp_path / "busy"
    text = path.read_text()
    path.write_text(text.replace("def emulate(x):\n", SLOW.format(file=str(busy))))
    words = ["validate", str(path), str(recording), "--workers", "2", "--no-html"]
    program = "from pyhybrid.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-Pc", program, *words], cwd=tmp_path, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process, busy
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("kill", [os.killpg, os.kill], ids=["terminal", "kill"])
def test_an_interruption_ends_it(started, kill):
    process, busy = started
    until = time.monotonic() + 60
    while not busy.exists() and time.monotonic() < until:
        time.sleep(0.05)
    kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and out == ""
    assert err.strip() == "Aborted!"


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.0, 1.5, 2.0, 2.5])
def test_an_interruption_of_its_beginning(started, seconds):
    """While the cluster is made, or before."""
    process, _ = started
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "AssertionError" not in err and "Dask Worker process" not in err
