# SPDX-License-Identifier: BSD-3-Clause
"""A model of a few columns that runs whatever a configuration of a page says."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Card, Domain, Emulator, Field

NCOL, NLEV, DT = 40, 47, 1800.0  # columns, levels, time step [s]
# What the pages put and get: unit, role, levels (0: one value by column), a plausible value.
INPUTS = {
    "air_temperature": ("K", "state", NLEV, 260.0),
    "specific_humidity": ("kg kg-1", "state", NLEV, 1e-3),
    "surface_air_pressure": ("Pa", "state", 0, 1e5),
    "atmosphere_mass_per_area": ("kg m-2", "state", NLEV, 200.0),
    "air_pressure_at_half_levels": ("Pa", "state", NLEV + 1, 1e5),
    "production_of_sulfuric_acid": ("kg m-2 s-1", "state", NLEV, 0.0),
}
OUTPUTS = {
    "tendency_of_air_temperature": ("K s-1", "tendency", NLEV, 0.0),
    "tendency_of_specific_humidity": ("kg kg-1 s-1", "tendency", NLEV, 0.0),
    "tendency_of_sulfuric_acid": ("kg kg-1 s-1", "tendency", NLEV, 0.0),
    "tendency_of_sulfate": ("kg kg-1 s-1", "tendency", NLEV, 0.0),
    "upwelling_longwave_flux_in_air": ("W m-2", "state", NLEV + 1, 200.0),
    "downwelling_longwave_flux_in_air": ("W m-2", "state", NLEV + 1, 100.0),
    "toa_outgoing_longwave_flux": ("W m-2", "state", 0, 240.0),
    "rainfall_flux": ("kg m-2 s-1", "state", 0, 0.0),
    "snowfall_flux": ("kg m-2 s-1", "state", 0, 0.0),
}
OURS = {"author": "tests/docs"}
NOISE = Field("wave", "1", "noise", "real", ("column", "level"), NLEV)


def field(name, role=None, **more):
    """One of the fields above, as a card has it."""
    unit, usual, levels, _ = (INPUTS | OUTPUTS)[name]
    dims = ("column", "level") if levels else ("column",)
    return Field(name, unit, role or usual, "real", dims, levels or None, **more)


def card(names, name="page", noise=False, increments=()):
    """Of an emulator with these fields, and one input and output at least."""
    inputs = [one for one in INPUTS if one in {*names, "air_temperature"}]
    outputs = [one for one in OUTPUTS if one in names] or ["tendency_of_air_temperature"]
    limits = {one: {"min": -1e9, "max": 1e9} for one in (*inputs, *outputs)}
    possible = {"air_temperature": {"min": 100.0, "max": 400.0}}
    fields = [field(one, valid_range=possible.get(one)) for one in inputs]
    return Card(
        name=name,
        sample="column",
        kind="real64",
        inputs=(*fields, NOISE) if noise else tuple(fields),
        outputs=tuple(field(one, "increment" if one in increments else None) for one in outputs),
        training_range=limits,
        provenance=OURS,
    )


def write_emulator(path, its_card):
    """One that returns zeros, in the kind of file that the suffix says.

    One that is there stays, unless it was written here and has not all of the fields.
    """
    path = Path(path)
    if path.exists() and _serves(path, its_card):
        return
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        path.write_text(its_card.to_json())
    elif path.suffix == ".py":
        zeros = f"np.zeros((len(x), {its_card.noutput}))"
        program = f"import numpy as np\n\ndef emulate(x):\n    return {zeros}\n"
        path.write_text(f"card = {json.loads(its_card.to_json())!r}\n{program}")
    else:
        torch = pytest.importorskip("torch")
        network = torch.nn.Linear(its_card.nfeature, its_card.noutput).double()
        torch.nn.init.zeros_(network.weight), torch.nn.init.zeros_(network.bias)
        pyhybrid.export(network, its_card, str(path))


def _serves(path, its_card):
    with Emulator(path) as emulator:
        there, wanted = _all_fields(emulator.card), _all_fields(its_card)
        return emulator.card.provenance != OURS or wanted.keys() <= there.keys()


def texts(value):
    """All texts in a table, its keys too."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def completed(text):
    """The configuration with what a fragment leaves out: mode, emulator, the audit of a hook."""
    for name, table in tomllib.loads(text).get("scheme", {}).items():
        if "mode" in table:
            continue
        lines = "" if "emulator" in table else f'emulator = "{name}.json"\n'
        head = rf"^(\[scheme\.{name}\][^\n]*\n)"
        if not re.search(rf"^\[scheme\.{name}\]", text, re.MULTILINE):
            text += f"\n[scheme.{name}]\n"
        text = re.sub(head, rf'\1mode = "emulate"\n{lines}', text, count=1, flags=re.MULTILINE)
        if "audit" in texts(table.get("hook", [])) and "audit" not in table:
            text += f"\n[scheme.{name}.audit]\n"
    return text


def run_configuration(text, steps=3):
    """Steps of a model with every scheme of the configuration, in the current folder.

    Emulators that it names are written where they are missing. Returns the statistics.
    """
    text = completed(text)
    tables = tomllib.loads(text).get("scheme", {})
    cards = {name: _card_of(name, table) for name, table in tables.items()}
    place = np.linspace(-85.0, 85.0, NCOL)
    where = {"column": np.arange(1, NCOL + 1), "lat": place, "lon": place + 180.0}
    with Domain(text=text, area=np.ones(NCOL), **where) as domain:
        schemes = {name: domain.scheme(name) for name in tables}
        for name, scheme in schemes.items():
            for one in _all_fields(cards[name]).values():
                scheme.field(one.name, one.unit, one.role)
        for step in range(1, steps + 1):
            domain.step(step, f"2001-01-01T{step:02}:00:00", dt=DT)
            for name, scheme in schemes.items():
                _block(scheme, cards[name])
        return domain.statistics()


def _card_of(name, table):
    needed = card(set(texts(table)), name, noise=bool({"seed", "noise"} & table.keys()))
    if path := table.get("emulator"):
        write_emulator(path, needed)
    if path and Path(path).suffix != ".toml" and table["mode"] != "native":
        with Emulator(path) as emulator:
            return emulator.card
    return needed


def _all_fields(its_card):
    return {one.name: one for one in (*its_card.inputs, *its_card.outputs)}


def _array(one):
    """What the model has in a field; half levels increase."""
    value = (INPUTS | OUTPUTS).get(one.name, ("", "", 0, 1.0))[3]
    if "level" not in one.dims:
        return np.full(NCOL, value)
    profile = np.linspace(0.9, 1.0, one.levels) if value > 2 else np.ones(one.levels)
    return np.tile(value * profile, (NCOL, 1))


def _block(scheme, its_card):
    with scheme.open(NCOL) as call:
        for one in its_card.inputs:
            if one.role != "noise":
                call.put(one.name, _array(one))
        call.run()
        call.native_wanted()
        for one in its_card.outputs:
            call.get(one.name, _array(one))
