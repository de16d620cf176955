# SPDX-License-Identifier: BSD-3-Clause
"""What the blocks of pages need that their pages do not make; each takes the session."""

import shutil
from contextlib import chdir

import numpy as np
import pytest
from pages import ROOT
from small_model import NLEV, card, run_configuration, write_emulator

RECORD = '[scheme.{0}]\nmode = "{1}"\nemulator = "{0}.json"\nrecord = {{ path = "{0}.0.nc" }}\n'


def climatology(session):
    """climatology.nc: air_temperature by month, level, latitude and longitude."""
    netCDF4 = pytest.importorskip("netCDF4")
    shape = {"time": 12, "level": NLEV, "lat": 4, "lon": 8}
    with netCDF4.Dataset(session.folder / "climatology.nc", "w") as file:
        for name, extent in shape.items():
            file.createDimension(name, extent)
        units = {"time": "days since 2001-01-01", "lat": "degrees_north", "lon": "degrees_east"}
        starts = {"time": 15 + 30.4 * np.arange(12), "lat": np.linspace(-80, 80, 4)}
        for name, unit in units.items():
            axis = file.createVariable(name, "f8", (name,))
            axis.units, axis[:] = unit, starts.get(name, 45.0 * np.arange(8))
        values = file.createVariable("air_temperature", "f8", tuple(shape))
        values.units, values[:] = "K", 260.0


def recording(session):
    """radiation.0.nc: what a model recorded beside an emulator of zeros, radiation.json."""
    with chdir(session.folder):
        names = ("air_temperature", "tendency_of_air_temperature")
        write_emulator("radiation.json", card(names, "radiation"))
        run_configuration(RECORD.format("radiation", "shadow"))


def emulator(session):
    """radiation.safetensors and radiation.json: emulators that return zeros."""
    with chdir(session.folder):
        for suffix in ("safetensors", "json"):
            write_emulator(f"radiation.{suffix}", card((), "radiation"))


def ftorch(session):
    """ftorch.pt: TorchScript as FTorch's users have it, without a card."""
    torch = pytest.importorskip("torch")
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(torch.nn.Linear(94, 47)), session.folder / "ftorch.pt")


def host(session):
    """The sources of a small host, without a build system."""
    shutil.copytree(ROOT / "tests/building/host", session.folder, dirs_exist_ok=True)


def m7(session):
    """The modules of the native aerosol scheme, for contexts that call it."""
    names = "kinds.F90 constants tracers options functions water zsr properties condensation "
    names += "nucleation transfer coagulation ageing merging step checks driver"
    for name in names.split():
        path = ROOT / "fortran/physics/m7" / f"m7_{name.removesuffix('.F90')}.f90"
        path = path if path.exists() else path.with_suffix(".F90")
        session.shell("gfortran", "-fsyntax-only", str(path))


PREPARATIONS = {
    one.__name__: one for one in (climatology, recording, emulator, ftorch, host, m7)
}
