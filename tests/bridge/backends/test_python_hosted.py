# SPDX-License-Identifier: BSD-3-Clause
"""The Python backend inside a process that already runs Python: that interpreter is used."""

import datetime
import os
import sys
import threading
from pathlib import Path

import numpy as np
from hosted import ffi, opened, prepared, run

EMULATORS = Path(os.environ["EMULATORS"])

# Importing torch does this. It keeps cffi's own start of an embedding from ever returning.
hasattr(datetime.datetime_CAPI, "anything")


def test_results_and_errors():
    network = prepared(EMULATORS / "raising.py")
    x = np.linspace(0, 1, 48, dtype=np.float32).reshape(3, 16)
    status, y, _ = run(network, x)
    assert status == 0 and (y == x).all()
    status, y, text = run(network, x + 20)
    assert status == 9 and "too hot" in text and (y == -1).all()


def test_threads():
    network = prepared(EMULATORS / "slow.py")
    failures = []

    def work(number):
        x = np.full((3, 16), number, np.float32)
        for _ in range(20):
            status, y, text = run(network, x)
            if status != 0 or (y != 2 * x).any():
                failures.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_environment():
    assert opened(EMULATORS / "affine.py", sys.prefix)[0] == 0
    status, network, text = opened(EMULATORS / "affine.py", str(EMULATORS / "no_numpy"))
    assert status == 2 and network == ffi.NULL
    assert f"expected {sys.prefix}" in text and "no_numpy" in text, text


test_results_and_errors()
test_threads()
test_environment()
left_open = prepared(EMULATORS / "affine.py")  # closed while the interpreter ends
