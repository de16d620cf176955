# SPDX-License-Identifier: BSD-3-Clause
"""Several runs of the model at a time, with progress."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from subprocess import Popen

from runs import Run
from tqdm import tqdm


def run_all(runs: Iterable[Run], boundary: Path, jobs: int, what: str) -> None:
    """Run them all, at most `jobs` at a time; if one fails, end all and raise its RuntimeError."""
    waiting = list(runs)
    active: list[tuple[Run, Popen[bytes]]] = []
    with tqdm(total=len(waiting), desc=what, unit="run") as bar:
        try:
            while waiting or active:
                while waiting and len(active) < jobs:
                    run = waiting.pop(0)
                    active.append((run, run.start(boundary)))
                time.sleep(0.05)
                for run, process in [entry for entry in active if entry[1].poll() is not None]:
                    active.remove((run, process))
                    run.check(process)
                    bar.update()
        finally:
            for _, process in active:
                process.kill()
                process.wait()
