# SPDX-License-Identifier: BSD-3-Clause
"""Runs the compiled programs: a job in, a result out, both a line of JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..paths import library_dir

Json = dict[str, Any]
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class BenchError(Exception):
    """A measurement that could not be made; the text says why."""


def run(job: Mapping[str, Any]) -> Json:
    """One job of the program ``hybrid_bench_emulator``; its progress goes to standard error.

    Raises
    ------
    BenchError
        If it is not installed or failed.
    """
    with start() as process:
        told, _ = process.communicate(json.dumps(job) + "\n")
    return answer(process, told.strip())


def start() -> subprocess.Popen[str]:
    """Starts the program, which waits for its job."""
    program = _installed("hybrid_bench_emulator")
    pipe = subprocess.PIPE
    environment = os.environ | _ONE_THREAD
    return subprocess.Popen([program], stdin=pipe, stdout=pipe, text=True, env=environment)


def answer(process: subprocess.Popen[str], line: str) -> Json:
    """What a line of the program says, if it is no failure."""
    if not line:
        raise BenchError(f"hybrid_bench_emulator: {_end(process.wait())}")
    result: Json = json.loads(line)
    if "error" in result:
        raise BenchError(result["error"])
    return result


def run_bridge(repetitions: int) -> Json:
    """The program ``hybrid_bench_bridge``: medians [s].

    Raises
    ------
    BenchError
        As above.
    """
    program = _installed("hybrid_bench_bridge")
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), folder, str(repetitions)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(done.stderr.strip() or f"{program}: {_end(done.returncode)}")
    result: Json = json.loads(done.stdout)
    return result


def plain_torch() -> Path | None:
    """The part that calls libtorch itself; none where the library was built without Torch."""
    path = library_dir() / "libhybrid_bench_torch.so"
    return path if path.is_file() else None


def _installed(name: str) -> Path:
    try:
        path = library_dir() / name
    except FileNotFoundError as error:
        raise BenchError(str(error)) from error
    if not path.is_file():
        raise BenchError(f"{path}: expected a program, found no such file")
    return path


def _end(code: int) -> str:
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"expected a result, found none (exit code {code})"
