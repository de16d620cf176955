# SPDX-License-Identifier: BSD-3-Clause
"""Emulator files and configurations for the tests of the Python face."""

import json
import shutil
import signal

import numpy as np
import pytest
from installed import plugin_exists
from interposed import shell
from online_host import AS_IT_IS, HEATING, TEMPERATURE

from pyhybrid import Card, Field

NLEV = 4


@pytest.fixture
def python_plugin():
    if not plugin_exists("python"):
        pytest.skip("libhybrid_python.so was not built")


@pytest.fixture
def torch_plugin():
    if not plugin_exists("torch"):
        pytest.skip("libhybrid_torch.so was not built")


@pytest.fixture(scope="session")
def builtin_plugin():
    if not plugin_exists("builtin"):
        pytest.skip("libhybrid_builtin.so was not built")


@pytest.fixture
def netcdf_plugin():
    if not plugin_exists("netcdf"):
        pytest.skip("libhybrid_netcdf.so was not built")


@pytest.fixture
def make_card():
    """A card of 5 inputs and 5 outputs; keywords replace its entries."""

    def make(**changed):
        column = ("column",)
        level = ("column", "level")
        entries = {
            "name": "test",
            "sample": "column",
            "kind": "real64",
            "inputs": (
                Field("air_temperature", "K", "state", "real", level, NLEV),
                Field("surface_air_pressure", "Pa", "state", "real", column),
            ),
            "outputs": (
                Field("heating", "K s-1", "tendency", "real", level, NLEV),
                Field("flux", "W m-2", "state", "real", column),
            ),
        }
        return Card(**entries | changed)

    return make


_PLAIN = """\
import numpy as np


def emulate(x):
    heating = x[:, :4] / 3 + x[:, 4:5]
    return np.concatenate([heating, x[:, 4:5] * 7], axis=1)
"""


@pytest.fixture
def write_emulator(tmp_path):
    """Writes a Python emulator with a card (or a table in its place) and a program."""

    def write(card, program=_PLAIN, name="emulator.py"):
        table = card if isinstance(card, dict) else json.loads(card.to_json())
        path = tmp_path / name
        path.write_text(f"card = {table!r}\n{program}")
        return path

    return write


@pytest.fixture
def plain(python_plugin, make_card, write_emulator):
    """heating = air_temperature / 3 + surface_air_pressure, flux = 7 surface_air_pressure."""
    return write_emulator(make_card())


@pytest.fixture
def columns():
    """Inputs of the plain emulator for 50 columns."""
    random = np.random.default_rng(0)
    temperature = random.uniform(200, 300, (50, NLEV))
    return {"air_temperature": temperature, "surface_air_pressure": random.uniform(9e4, 1e5, 50)}


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """Compiles a source in a folder of its own, the current one; returns the object."""
    for tool in ("gfortran", "objcopy", "objdump", "ar"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool}")
    monkeypatch.chdir(tmp_path)

    def compiled(text, *flags, name="physics", compiler="gfortran"):
        if not shutil.which(compiler):
            pytest.skip(f"no {compiler}")
        (tmp_path / f"{name}.f90").write_text(text)
        shell(compiler, *flags, "-c", f"{name}.f90")
        return tmp_path / f"{name}.o"

    return compiled


@pytest.fixture
def as_it_is(python_plugin, make_card, write_emulator):
    """An emulator whose heating has the values of the air temperature."""
    return write_emulator(make_card(inputs=(TEMPERATURE,), outputs=(HEATING,)), AS_IT_IS)


@pytest.fixture
def interruptible():
    """As a terminal starts programs: jobs in the background ignore an interruption."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)
