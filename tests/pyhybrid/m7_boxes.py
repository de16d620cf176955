# SPDX-License-Identifier: BSD-3-Clause
"""Boxes for tests of the emulator of M7: usual ones without the native scheme, and hostile ones."""

import netCDF4
import numpy as np

from pyhybrid.m7.constants import DENSITY, EMPTY_RADIUS, mean_volume
from pyhybrid.m7.layout import (
    AEROSOL_WATER,
    ENVIRONMENT,
    FIRST_TRACER,
    MASSES,
    MODES,
    NMASS,
    NOUTPUT,
    NTRACER,
    NUMBERS,
    members,
    place,
)

USUAL = {"NS": 1e9, "KS": 1e9, "AS": 3e8, "CS": 1e5, "KI": 1e8, "AI": 1e5, "CI": 1e4}  # [kg-1]


def usual(count, seed=0):
    """Samples (box, 32) within a factor of 10 of what occurs near the surface."""
    rng = np.random.default_rng(seed)
    x = np.zeros((count, FIRST_TRACER + NTRACER))
    x[:, 0] = rng.uniform(220, 300, count)
    x[:, 1] = rng.uniform(2e4, 1e5, count)
    x[:, 2] = rng.uniform(0, 1, count)
    x[:, 3] = rng.choice([0.0, 0.3, 1.0], count)
    x[:, 4] = 10 ** rng.uniform(-17, -14, count)
    x[:, 5] = 1800.0
    tracers = x[:, FIRST_TRACER:]
    tracers[:, 0] = 10 ** rng.uniform(-14, -11, count)
    for mode in MODES:
        number = USUAL[mode] * 10 ** rng.uniform(-1, 1, count)
        radius = EMPTY_RADIUS[mode] * rng.uniform(1.5, 6.0, count)
        volume = mean_volume(1.0, mode) * radius**3 * 1e-18 * number  # [m3 kg-1]
        for species in members(mode):
            part = rng.uniform(0, 2 / len(members(mode)), count)
            tracers[:, place(species, mode)] = part * volume * DENSITY[species]
        tracers[:, place("N", mode)] = number
    return x


# Tracers that no model should have, and some that it may: what is left after many divisions.
ODD = (0.0, 5e-324, 1e-310, 1e-45, 1e-38, 1e-30, 1e-18, 1e-9, 1.0, 1e10, 1e30, 1e38, 1e39, 1e200)


def hostile(count, seed=0):
    """Samples (box, 32) with odd numbers anywhere among the tracers, in air at all limits."""
    rng = np.random.default_rng(seed)
    x = usual(count, seed)
    tracers = x[:, FIRST_TRACER:]
    odd = rng.random(tracers.shape) < rng.choice([0.05, 0.3, 1.0], count)[:, None]
    tracers[odd] = rng.choice(ODD, odd.sum())
    limits = [(150.0, 350.0), (1e-2, 1.2e5), (0.0, 1.5), (0.0, 1.0), (0.0, 1e-6), (1.0, 86400.0)]
    for column, pair in enumerate(limits):
        at = rng.random(count) < 0.3
        x[at, column] = rng.choice(pair, at.sum())
    return x


def changed(x, seed=0):
    """Something like what a scheme makes of boxes: each tracer times up to 1.1, and some water."""
    rng = np.random.default_rng(seed)
    factor = rng.uniform(0.9, 1.1, (len(x), NTRACER))
    water = np.abs(rng.normal(1e-10, 2e-11, (len(x), NOUTPUT - NTRACER)))
    return np.concatenate([x[:, FIRST_TRACER:] * factor, water], 1)


def write_recording(path, x, y, levels, leave_out=(), first=1):
    """A recording of boxes as the library's plug-in writes them: columns of so many levels.

    Those from number `first` of a world's columns, each once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = len(x) // levels
    with netCDF4.Dataset(path, "w") as file:
        file.Conventions = "CF-1.11, pyhybrid-recording-1"
        file.scheme = "aerosol_microphysics"
        sizes = {"sample": samples, f"level_{levels}": levels, "species_19": NMASS,
                 "species_7": len(MODES), "species_4": NOUTPUT - NTRACER}  # fmt: skip
        for name, size in sizes.items():
            file.createDimension(name, size)
        for name in ("step", "column"):
            file.createVariable(name, "i8", ("sample",))[:] = np.arange(1, samples + 1)
        for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            if name not in leave_out:
                place = file.createVariable(name, "f8", ("sample",))
                place[:] = np.arange(first, first + samples) * 0.1
                place.units = unit
        before, after = file.createGroup("input"), file.createGroup("native")
        for column, name in enumerate(ENVIRONMENT):
            if name not in leave_out:
                _put(before, name, x[:, column : column + 1], samples, levels)
        for group, values in ((before, x[:, FIRST_TRACER:]), (after, y)):
            _put(group, MASSES, values[:, :NMASS], samples, levels)
            _put(group, NUMBERS, values[:, NMASS:NTRACER], samples, levels)
        _put(after, AEROSOL_WATER, y[:, NTRACER:], samples, levels)


def _put(group, name, values, samples, levels):
    values = values.reshape(samples, levels, -1)
    dimensions = ("sample", f"level_{levels}", f"species_{values.shape[2]}")
    if name == "time_step":
        values, dimensions = values[:, 0, 0], dimensions[:1]
    elif values.shape[2] == 1:
        values, dimensions = values[..., 0], dimensions[:2]
    group.createVariable(name, "f8", dimensions)[:] = values
