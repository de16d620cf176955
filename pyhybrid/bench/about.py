# SPDX-License-Identifier: BSD-3-Clause
"""On what, with what and when something was measured."""

from __future__ import annotations

import datetime
import os
from typing import Any

from .. import _abi
from .files import cpu_model, torch_version


def about() -> dict[str, Any]:
    """Date (UTC), CPU, cores this process may use, and versions."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cpu": cpu_model(),
        "cores": cores(),
        "pyhybrid": _abi.version(),
        "torch": torch_version(),
    }


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def about_text(values: dict[str, Any]) -> str:
    """In one line."""
    return (
        f"{values['cpu']}, {values['cores']} cores, {values['date']}, "
        f"pyhybrid {values['pyhybrid']}, torch {values['torch']}"
    )
