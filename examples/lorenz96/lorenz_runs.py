# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the model: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

from pathlib import Path

from host_runs import HostRun

MTU = 432000.0  # a model time unit [s]
STEPS_PER_MTU = 200
SCHEME = "subgrid"


class LorenzRun(HostRun):
    """One run of the model."""

    file = "lorenz96.nml"
    group = "lorenz96"


def table(mode: str, emulator: Path | None = None, *lines: str) -> str:
    """The scheme's table of a configuration."""
    first = [f"[scheme.{SCHEME}]", f'mode = "{mode}"']
    if emulator:
        first.append(f'emulator = "{emulator.resolve()}"')
    return "\n".join([*first, *lines, ""])
