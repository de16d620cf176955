# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the column model: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

import json
from pathlib import Path

from host_runs import HostRun

STEPS_PER_DAY = 48
SCHEME = "aerosol_microphysics"
SCENARIOS = ("present", "preindustrial", "polluted", "held_out")


class ColumnRun(HostRun):
    """One run of the column model; `columns` of its options is what `make_columns` wrote."""

    file = "columns.nml"
    group = "aerosol_columns"


def emulator_calls(folder: Path) -> tuple[int, int]:
    """Calls of a run, and those in which the emulator failed and native M7 took its place."""
    calls = failed = 0
    for path in folder.glob("statistics.*.json"):
        counted = json.loads(path.read_text())["schemes"][SCHEME]
        calls, failed = calls + counted["calls"], failed + counted["failures"]
    return calls, failed
