# SPDX-License-Identifier: BSD-3-Clause
"""Recordings of a small model in Python whose native routine a plain network can learn."""

import numpy as np

from pyhybrid import Domain

NLEV, NCOL = 4, 100
STEPS = tuple(range(1, 13))
FIELDS = (
    ("air_temperature", "K", "state"),
    ("cloud", "1", "flag"),
    ("humidity", "kg kg-1", "state"),
    ("warming", "K s-1", "increment"),
    ("heating", "K s-1", "tendency"),
    ("rain", "kg m-2 s-1", "state"),
    ("wet", "1", "flag"),
)
_MIXING = np.random.default_rng(0).normal(0, 1e-6, (NLEV, NLEV))


def inputs(step, column):
    """Of any column in any step, whatever block it is in; the top level never varies."""
    random = [np.random.default_rng((step, int(one))) for one in column]
    temperature = np.stack([260 + one.normal(0, 10, NLEV) for one in random])
    temperature[:, 0] = 220.0
    humidity = np.stack([one.uniform(1e-3, 5e-3, NLEV) for one in random])
    cloud = np.array([one.integers(0, 2) for one in random], np.int32)
    return temperature, humidity, cloud


def native(temperature, humidity, cloud):
    """Warming and heating (linear), rain (never negative), whether it is, humidity that remains."""
    warming = (temperature - 260) @ _MIXING
    heating = warming * 2 + 1e-5 * cloud[:, None]
    heating[:, 0] = 3e-5
    condensed = 0.1 * humidity + 1e-6 * (temperature - 260)
    condensed[:, 0] = 0.0
    rain = np.maximum(condensed[:, 1:].sum(1) - 1e-3, 0.0)
    return warming, heating, rain, (rain > 0).astype(np.int32), humidity - condensed


def run(path, steps=STEPS, block=16, dates=True, spoil=None, fields=FIELDS, opened=True):
    """Records a run; `spoil` may change the inputs of a step, which may not be `opened`."""
    text = f"[scheme.physics]\nmode = 'record'\n[scheme.physics.record]\npath = '{path}'\n"
    column = np.arange(1, NCOL + 1)
    with Domain(text=text, column=column) as domain, domain.scheme("physics") as scheme:
        for name, unit, role in fields:
            scheme.field(name, unit, role)
        for step in steps:
            if opened:
                domain.step(step, f"2001-01-{step:02d}" if dates else "", dt=600.0)
            for first in range(0, len(column), block):
                part = inputs(step, column[first : first + block])
                if spoil:
                    spoil(step, *part)
                _call(scheme, first + 1, *part)
        if opened:
            domain.step(steps[-1] + 1, dt=600.0)
    return path


def _call(scheme, first, temperature, humidity, cloud):
    with scheme.open(len(cloud), first) as call:
        after, warming = humidity.copy(), np.full(temperature.shape, 1e-3)
        call.put("air_temperature", temperature)
        call.put("cloud", cloud)
        call.put("humidity", after)
        call.put("warming", warming)
        call.run()
        warmed, heating, rain, wet, left = native(temperature, humidity, cloud)
        warming += warmed
        after[:] = left
        for name, values in (("warming", warming), ("heating", heating), ("rain", rain),
                             ("wet", wet), ("humidity", after)):  # fmt: skip
            call.get(name, values)
