# SPDX-License-Identifier: BSD-3-Clause
"""The tests of the core and of the built-in engine under the sanitizers of the compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # meson and ninja of the environment

SUITES = ("--suite", "core", "--suite", "engine", "--suite", "hooks")
THREADED = (
    "threads",
    "two_loops",
    "flights",
    "tokens",
    "invariance",
    "record",
    "shadow",
    "statistics",
    "log",
    "engine properties",
    "hooks c_hook",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sanitizers, tests",
    [("address,undefined", SUITES), ("thread", THREADED)],
    ids=["address", "thread"],
)
def test_library_under_sanitizers(request, sanitizers, tests):
    if not shutil.which("meson", path=PATH):
        pytest.skip("no meson")
    folder = ROOT / "build" / f"sanitize-{request.node.callspec.id}"
    if not (folder / "build.ninja").is_file():
        options = [f"-Db_sanitize={sanitizers}", "-Dtests=true", "-Dbuildtype=debug"]
        backends = ["-Dtorch=disabled", "-Dpython=disabled"]
        succeed("meson", "setup", folder, ROOT, *options, *backends)
    succeed("meson", "test", "-C", folder, "-t", "5", "--print-errorlogs", *tests)


def succeed(*command):
    # Where OpenMP itself is not instrumented, ThreadSanitizer does not see its barriers.
    environment = {**os.environ, "PATH": PATH, "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-20000:]
