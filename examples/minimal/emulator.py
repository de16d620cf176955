# SPDX-License-Identifier: BSD-3-Clause
"""The smallest useful emulator: Newtonian cooling towards 250 K in 10 days."""

card = {
    "format": "pyhybrid card",
    "version": 1,
    "name": "newtonian cooling",
    "sample": "column",
    "kind": "real64",
    "inputs": [
        {
            "name": "air_temperature",
            "unit": "K",
            "role": "state",
            "kind": "real",
            "dims": ["column", "level"],
            "levels": 3,
        },
    ],
    "outputs": [
        {
            "name": "tendency_of_air_temperature",
            "unit": "K s-1",
            "role": "tendency",
            "kind": "real",
            "dims": ["column", "level"],
            "levels": 3,
        },
    ],
}


def emulate(x):
    """Return the tendency [K s-1] (column, level) at temperature x [K] (column, level)."""
    return (250.0 - x) / (10 * 86400.0)
