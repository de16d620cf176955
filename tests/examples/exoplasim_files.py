# SPDX-License-Identifier: BSD-3-Clause
"""Where the example's files lie, and how a run is told to use its emulators."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "build/exoplasim"
EMULATORS = ROOT / "examples/exoplasim/emulators"


def emulated(*schemes, emulators=EMULATORS, mode="emulate", **more):
    """Tables of hybrid.toml for the shipped emulators."""
    return {
        one: {"mode": mode, "emulator": str(emulators / f"{one}.safetensors"), **more}
        for one in schemes
    }
