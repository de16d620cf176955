# SPDX-License-Identifier: BSD-3-Clause
"""The emulator of the Fortran tests: not physics, but exact in floating point."""

import numpy as np

_LEVELS = {"dims": ["column", "level"], "levels": 4}
_COLUMN = {"dims": ["column"]}


def _field(name, unit, role, kind, shape):
    return {"name": name, "unit": unit, "role": role, "kind": kind, **shape}


card = {
    "format": "pyhybrid card",
    "version": 1,
    "name": "fortran",
    "sample": "column",
    "kind": "real64",
    "inputs": [
        _field("air_temperature", "K", "state", "real", _LEVELS),
        _field("surface_air_pressure", "Pa", "state", "real", _COLUMN),
    ],
    "outputs": [
        _field("heating", "K s-1", "tendency", "real", _LEVELS),
        _field("warming", "K s-1", "increment", "real", _LEVELS),
        _field("flux", "W m-2", "state", "real", _COLUMN),
        _field("deep", "1", "flag", "logical", _COLUMN),
    ],
}


def emulate(x):
    temperature, pressure = x[:, :4], x[:, 4:]
    if temperature.max() > 1000:
        raise ValueError("hotter than any air")
    deep = temperature[:, :1] > 250
    return np.concatenate([2 * temperature + pressure, temperature, 4 * pressure, deep], axis=1)
