# SPDX-License-Identifier: BSD-3-Clause
"""The emulators of these tests: their card, files and configuration."""

import json

import pytest

import pyhybrid
from pyhybrid import Card, Field

NCOL, NLEV = 100, 4

LEVELS = (("column", "level"), NLEV)
COLUMN = (("column",),)
CARD = Card(
    name="test",
    sample="column",
    kind="real64",
    inputs=(
        Field("air_temperature", "K", "state", "real", *LEVELS),
        Field("surface_air_pressure", "Pa", "state", "real", *COLUMN),
    ),
    outputs=(
        Field("heating", "K s-1", "tendency", "real", *LEVELS),
        Field("warming", "K s-1", "increment", "real", *LEVELS),
        Field("flux", "W m-2", "state", "real", *COLUMN),
    ),
)

# Not exact in floating point: sums of products show another order of adding them.
_PROGRAM = """\
import numpy as np

_W = np.random.default_rng(7).normal(size=(5, 48))
_V = np.random.default_rng(8).normal(size=(48, 9))


def emulate(x):
    scaled = (x - [250, 250, 250, 250, 1e5]) / [20, 20, 20, 20, 5e3]
    return np.tanh(scaled @ _W) @ _V
"""


def card_text(card=CARD, **changed):
    """The card as JSON, with entries replaced."""
    return json.dumps(json.loads(card.to_json()) | changed)


def require_plugin(name):
    if not (pyhybrid.library_dir() / f"libhybrid_{name}.so").is_file():
        pytest.skip(f"libhybrid_{name}.so was not built")


def write_python_emulator(path, program=_PROGRAM, card=CARD):
    path.write_text(f"card = {json.loads(card.to_json())!r}\n{program}")
    return path


def emulate(path, columns=32):
    return f"mode = 'emulate'\nemulator = '{path}'\nbatch = {{ columns = {columns} }}"
