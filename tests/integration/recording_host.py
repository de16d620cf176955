# SPDX-License-Identifier: BSD-3-Clause
"""A host in Python, run in this process or as a rank of its own:

recording_host.py CONFIG BLOCK COLUMNS STEP...: global columns as "first:last", both included.
"""

import sys

import numpy as np

from pyhybrid import Domain

NCOL, NLEV = 96, 4
STEPS = range(1, 7)


def air(step, column):
    """Temperature (column, level) and pressure of a step; not round in binary."""
    k = np.arange(NLEV)
    temperature = 250 + np.sin(step + 0.1 * column[:, None] + k) * 30
    return temperature, 1e5 + 100 * np.cos(step * column)


def warming_before(step, column):
    return np.sin(column[:, None] * step * np.arange(1, NLEV + 1)) / 3


def native(temperature, pressure, heating, warming, flux):
    """The native routine, which adds to warming."""
    heating[...] = temperature / 7
    warming += temperature / 9
    flux[...] = pressure / 11


def advance(scheme, step, column, first, calls=None, warmer=0.0):
    """A block of columns; returns heating, warming, flux as the host has them afterwards."""
    temperature, pressure = air(step, column)
    temperature += warmer
    heating, flux = np.full_like(temperature, -1), np.full_like(pressure, -1)
    warming = warming_before(step, column)
    with scheme.open(len(column), first) as call:
        call.put("air_temperature", temperature)
        call.put("surface_air_pressure", pressure)
        call.put("warming", warming)
        call.run()
        if call.native_wanted():
            native(temperature, pressure, heating, warming, flux)
            if calls is not None:
                calls.append(step)
        call.get("heating", heating)
        call.get("warming", warming)
        call.get("flux", flux)
    return heating, warming, flux


def declare(scheme):
    scheme.field("air_temperature", "K")
    scheme.field("surface_air_pressure", "Pa")
    scheme.field("heating", "K s-1", "tendency")
    scheme.field("warming", "K s-1", "increment")
    scheme.field("flux", "W m-2")


def silent(level, text):
    """A log that nobody reads."""


def run(config, block, column, steps=STEPS, calls=None, log=silent, warmer=0.0):
    """Runs all steps; returns by step the fields of all columns."""
    places = {"lat": column / 2.0, "lon": column * 3.0}
    with (
        Domain(config, column=column, **places, log=log) as domain,
        domain.scheme("radiation") as scheme,
    ):
        declare(scheme)
        fields = {}
        for step in steps:
            domain.step(step, f"2001-01-{step:02d}", dt=1800.0)
            blocks = [
                advance(scheme, step, column[start : start + block], start + 1, calls, warmer)
                for start in range(0, len(column), block)
            ]
            fields[step] = [np.concatenate(parts) for parts in zip(*blocks, strict=True)]
        domain.step(steps[-1] + 1, dt=1800.0)
    return fields


if __name__ == "__main__":
    first, last = map(int, sys.argv[3].split(":"))
    run(sys.argv[1], int(sys.argv[2]), np.arange(first, last + 1), list(map(int, sys.argv[4:])))
