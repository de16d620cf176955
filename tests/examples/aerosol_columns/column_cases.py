# SPDX-License-Identifier: BSD-3-Clause
"""What tests of the column model share: its state, configurations, spoiled files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from column_host import HOST, Variant, build
from column_runs import SCHEME, ColumnRun
from host_builds import missing_tools
from numpy.typing import ArrayLike

ROOT = Path(__file__).parents[3] / "build" / "aerosol_columns"
COLUMNS, LEVELS = 32, 37
STEPS = 8


def built(variant: Variant) -> Path:
    if missing := missing_tools(variant.mpi):
        pytest.skip(f"not here: {', '.join(missing)}")
    return build(ROOT, variant)


def state(path: Path) -> np.ndarray:
    """All that the model keeps."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return np.concatenate([file[name][:].ravel() for name in ("tracers", "budget")])


SULFURIC_ACID_OF_SO2 = 98.0734 / 64.066


def imbalances(restart: Path) -> list[float]:
    """Of each species in its worst column: emitted, and neither there nor lost, over emitted."""
    with netCDF4.Dataset(restart) as file:
        file.set_auto_mask(False)
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        emitted, dry, wet = file["budget"][0]
        mass = np.diff(pressure_bounds(file["pressure"][:])) / 9.80665
        burden = dict(zip(names, np.einsum("tlc,l->tc", file["tracers"][0], mass), strict=True))
    gas = burden["H2SO4"] + burden["SO2"] * SULFURIC_ACID_OF_SO2
    found = []
    for index, species in enumerate(("SO4", "BC", "OC", "SS", "DU")):
        there = sum(one for name, one in burden.items() if name.startswith(species + "_"))
        there = there + (gas if species == "SO4" else 0.0)
        left = np.abs(emitted[index] - dry[index] - wet[index] - there)
        found.append(float(left.max() / emitted[index].max()))
    return found


def pressure_bounds(pressure: np.ndarray) -> np.ndarray:
    middle = (pressure[1:] + pressure[:-1]) / 2
    return np.concatenate([[0.0], middle, [2 * pressure[-1] - middle[-1]]])


def same_bits(one: ColumnRun, other: ColumnRun) -> bool:
    return np.array_equal(state(one.restart), state(other.restart))


def scheme(mode: str, *lines: str) -> str:
    return "\n".join(["", f"[scheme.{SCHEME}]", f'mode = "{mode}"', *lines, ""])


def shipped(mode: str, *lines: str) -> str:
    """By the emulator that comes with the example."""
    path = HOST.parent / "emulators" / "m7.safetensors"
    return scheme(mode, f'emulator = "{path}"', *lines)


EMULATOR = """
def field(name, unit, role="state", species=None):
    field = {"name": name, "unit": unit, "role": role, "kind": "real", "levels": 37}
    field["dims"] = ["column", "level"] if species is None else ["column", "level", "species"]
    return field if species is None else {**field, "species": species}

tracers = [
    field("aerosol_mass_mixing_ratios", "kg kg-1", species=19),
    field("aerosol_number_mixing_ratios", "kg-1", species=7),
]
card = {
    "format": "pyhybrid card", "version": 1, "name": "persistence", "sample": "box",
    "kind": "real64", "arguments": "fields",
    "inputs": [field("air_temperature", "K"), *tracers],
    "outputs": [*tracers, field("aerosol_water_mixing_ratios", "kg kg-1", species=4)],
}
calls = 0

def emulate(air_temperature, aerosol_mass_mixing_ratios, aerosol_number_mixing_ratios):
    global calls
    calls += air_temperature.max() > 100  # what it is tried with before the run is not air
    masses = aerosol_mass_mixing_ratios.copy()
    water = masses[:, :4] * 0
    if calls > LAST_CALL:
        SPOIL
    return masses, aerosol_number_mixing_ratios, water
"""


NEVER = 10**9


def persistence_emulator(folder: Path, last_call: int = NEVER, spoil: str = "pass") -> Path:
    """Nothing happens; after so many calls a statement spoils what is returned."""
    path = folder / "persistence.py"
    path.write_text(EMULATOR.replace("SPOIL", spoil) + f"\nLAST_CALL = {last_call}\n")
    return path


def emulated(
    tmp_path: Path, mode: str = "emulate", last_call: int = NEVER, spoil: str = "pass"
) -> str:
    """By persistence; what it spoils reaches the host."""
    path = persistence_emulator(tmp_path, last_call, spoil)
    unguarded = 'guard.finite = "pass"'
    return scheme(mode, f'emulator = "{path}"', "batch = { columns = 4096 }", unguarded)


def edited(source: Path, target: Path, change: Callable[[netCDF4.Dataset], None]) -> Path:
    """A copy of a file that is changed."""
    shutil.copy(source, target)
    with netCDF4.Dataset(target, "a") as file:
        file.set_auto_mask(False)
        change(file)
    return target


def spoiled(source: Path, target: Path, variable: str, place: tuple, value: ArrayLike) -> Path:
    """A copy of a file of which one value is another."""

    def change(file: netCDF4.Dataset) -> None:
        file[variable][place] = value

    return edited(source, target, change)
