# SPDX-License-Identifier: BSD-3-Clause
"""A small model whose runs are recorded: heating and rain of columns that lie on a globe."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from pyhybrid import Card, Domain, Field

NLEV, NCOL = 5, 40
LEVEL = ("column", "level")
COLUMN = np.arange(1, NCOL + 1)
LAT = np.linspace(-85.0, 85.0, NCOL)
LON = (COLUMN * 37.0) % 360.0
AREA = np.cos(np.radians(LAT))
STEPS = tuple(range(1, 9))
WATER = {
    "kind": "budget",
    "name": "water",
    "unit": "kg m-2 s-1",
    "enforce": False,
    "terms": [{"output": "drying", "measure": "mass"}, {"output": "rain"}],
}


def card(**changed):
    """Of an emulator of the native routine below."""
    entries = {
        "name": "convection",
        "sample": "column",
        "kind": "real64",
        "inputs": (
            Field("temperature", "K", "state", "real", LEVEL, NLEV),
            Field("drying", "s-1", "increment", "real", LEVEL, NLEV),
        ),
        "outputs": (
            Field("drying", "s-1", "increment", "real", LEVEL, NLEV),
            Field("rain", "kg m-2 s-1", "state", "real", ("column",),
                  valid_range={"min": 0.0}),
            Field("deep", "1", "flag", "integer", ("column",)),
        ),
    }  # fmt: skip
    return Card(**entries | changed)


def state(step):
    """Temperature, mass and what others have already dried."""
    random = np.random.default_rng(step)
    temperature = 250 + 40 * np.cos(np.radians(LAT))[:, None] + random.normal(0, 4, (NCOL, NLEV))
    return temperature, random.uniform(100, 400, (NCOL, NLEV)), random.normal(0, 1e-8, (NCOL, NLEV))


def native(temperature, mass):
    """Drying, rain (what is dried falls) and whether it is deep."""
    drying = -1e-9 * np.maximum(temperature - 265, 0)
    rain = -(mass * drying).sum(1)
    return drying, rain, (rain > np.median(rain)).astype(np.int32)


PROGRAM = """\
import numpy as np

def emulate(x):
    drying = -1e-9 * np.maximum(x[:, :5] - {threshold}, 0) * {factor}
    rain = -(250 * drying).sum(1, keepdims=True) - {less}
    return np.concatenate([drying, rain, (rain > 2e-5) * 1.0], axis=1).astype(x.dtype)
"""


def program(threshold=266, factor=1.0, less=1e-6):
    """An emulator that knows nothing of masses."""
    return PROGRAM.format(threshold=threshold, factor=factor, less=less)


def run(
    text, steps=STEPS, offset=0.0, block=NCOL, columns=COLUMN, orientation="top_down", threads=1,
    flags=True,
):  # fmt: skip
    """A run of the model; without `flags` the host does not take them."""
    place = {"column": columns, "lat": LAT, "lon": LON, "area": AREA}
    with Domain(text=text, **place) as domain, domain.scheme("convection", orientation) as scheme:
        for name, unit, role in FIELDS:
            scheme.field(name, unit, role)
        for step in steps:
            domain.step(step, f"2001-{step % 12 + 1:02d}-01", dt=600.0)
            with ThreadPoolExecutor(threads) as pool:
                firsts = range(0, NCOL, block)
                list(pool.map(partial(_block, scheme, _fields(step, offset), block, flags), firsts))


FIELDS = (
    ("temperature", "K", "state"),
    ("mass", "kg m-2", "state"),
    ("humidity", "1", "state"),
    ("drying", "s-1", "increment"),
    ("rain", "kg m-2 s-1", "state"),
    ("deep", "1", "flag"),
)


def _fields(step, offset):
    temperature, mass, drying = state(step)
    return temperature + (offset(step) if callable(offset) else offset), mass, drying


def _block(scheme, fields, block, flags, first):
    temperature, mass, drying = (field[first : first + block] for field in fields)
    with scheme.open(len(mass), first + 1) as call:
        call.put("temperature", temperature)
        call.put("mass", mass)
        call.put("humidity", 1e-5 * mass)
        before = drying.copy()
        call.put("drying", before)
        call.run()
        after, rain, deep = before.copy(), np.zeros(len(before)), np.zeros(len(before), "i4")
        if call.native_wanted():
            dried, rain, deep = native(temperature, mass)
            after += dried
        call.get("drying", after)
        call.get("rain", rain)
        if flags:
            call.get("deep", deep)
