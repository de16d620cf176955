# SPDX-License-Identifier: BSD-3-Clause
"""Programs that are tried in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PACKAGES = Path(__file__).resolve().parents[2]
_LONGEST = 300.0  # seconds: the machine may be busy


def run(command: Sequence[str], folder: Path | None = None) -> tuple[int, str, str]:
    """Status (negative: by a signal), standard output and standard error."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST, errors="replace",
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, "", f"no end after {_LONGEST:g} s"
    except OSError as error:
        return 1, "", str(error)
    return done.returncode, done.stdout, done.stderr


def try_apart(name: str, device: str = "cpu") -> dict[str, str]:
    """What `trial` tells of a backend: "about", and "failed" with the kind of failure."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from pyhybrid.doctor.trial import main; main(*sys.argv[2:])"
    )
    status, out, err = run([sys.executable, "-P", "-c", program, str(_PACKAGES), name, device])
    lines = out.strip().splitlines()
    if status == 0 and lines:
        found: dict[str, str] = json.loads(lines[-1])
        return found
    return {"failed": "process", "about": f"{_end(status)}: {last_line(err)}"}


def _end(status: int) -> str:
    if status >= 0:
        return f"ended with {status}"
    names = {one.value: one.name for one in signal.Signals}
    return f"ended by {names.get(-status, -status)}"


def last_line(text: str) -> str:
    """Of a message that is longer; "no message" of none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def folders(variable: str) -> list[Path]:
    """Those of an environment variable, colon-separated."""
    return [Path(one) for one in os.environ.get(variable, "").split(":") if one]
