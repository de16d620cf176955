# SPDX-License-Identifier: BSD-3-Clause
"""Constraints through the whole library: declared in the configuration or the card, met at get."""

import dataclasses
import re
import tomllib

import numpy as np
import pytest
from click.testing import CliRunner
from test_docs import DOCS

from pyhybrid import Card, Domain, Emulator, Field, errors
from pyhybrid.cli import main

NLEV, NCOL = 6, 19
LEVEL = ("column", "level")
WATER = {
    "kind": "budget",
    "name": "water",
    "unit": "kg m-2 s-1",
    "terms": [
        {"output": "moistening", "measure": "mass", "factor": "1"},
        {"output": "rain", "weight": 0.5},
    ],
}
DRY_TOP = {"kind": "bounds", "output": "moistening", "levels": [1, 2], "minimum": 0, "maximum": 0}
CARD = Card(
    "convection",
    "column",
    "real64",
    (Field("temperature", "K", "state", "real", LEVEL, NLEV),),
    (
        Field("moistening", "s-1", "tendency", "real", LEVEL, NLEV),
        Field("rain", "kg m-2 s-1", "state", "real", ("column",)),
    ),
)
PROGRAM = """\
import numpy as np

def emulate(x):
    return np.concatenate([1e-9 * np.sin(x), 1e-6 * np.cos(x[:, :1])], axis=1)
"""


def toml(value):
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value)


def configuration(path, *constraints, extra=""):
    head = f"[scheme.convection]\nmode = 'emulate'\nemulator = '{path}'\n{extra}"
    return head + f"constraint = {toml(list(constraints))}\n" if constraints else head


def columns(kind="f8"):
    random = np.random.default_rng(3)
    temperature = random.uniform(200, 300, (NCOL, NLEV)).astype(kind)
    return temperature, random.uniform(100, 400, (NCOL, NLEV)).astype(kind)


def run(text, temperature, mass, *, width=NCOL, kind="f8", orientation="top_down"):
    """Moistening and rain of all columns, in blocks, and whether native was wanted in any."""
    moistening, rain, wanted = np.empty(mass.shape, kind), np.empty(NCOL, kind), False
    with (
        Domain(text=text, column=np.arange(1, NCOL + 1)) as domain,
        domain.scheme("convection", orientation=orientation) as scheme,
    ):
        for first in range(0, NCOL, width):
            part = slice(first, first + width)
            with scheme.open(len(mass[part]), first + 1) as call:
                call.put("temperature", temperature[part])
                call.put("mass", mass[part])
                call.run()
                wanted |= call.native_wanted()
                moistening[part], rain[part] = 42, 42  # what a native routine would leave
                call.get("moistening", moistening[part])
                call.get("rain", rain[part])
    return moistening, rain, wanted


def gap(mass, moistening, rain):
    """The imbalance of water, relative to the sum of its absolute terms."""
    terms = np.column_stack([mass * moistening, rain]).astype(np.longdouble)
    return np.max(np.abs(terms.sum(axis=1)) / np.abs(terms).sum(axis=1))


@pytest.fixture
def path(python_plugin, write_emulator):
    return write_emulator(CARD, PROGRAM)


def test_budget_of_the_configuration_is_closed(path):
    temperature, mass = columns()
    assert gap(mass, *run(configuration(path), temperature, mass)[:2]) > 0.01
    moistening, rain, wanted = run(configuration(path, WATER), temperature, mass)
    assert gap(mass, moistening, rain) < 1e-14 and not wanted


def test_single_precision_closes_to_its_rounding(path):
    temperature, mass = columns("f4")
    moistening, rain, _ = run(configuration(path, WATER), temperature, mass, kind="f4")
    assert 0 < gap(mass, moistening, rain) < 2**-23


@pytest.mark.parametrize("width", [1, 7, 8])
def test_blocks_do_not_matter(path, width):
    text = configuration(path, WATER, DRY_TOP)
    whole = run(text, *columns())
    parts = run(text, *columns(), width=width)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_levels_of_the_configuration_are_the_hosts(path):
    text = configuration(path, WATER, DRY_TOP)
    for orientation in ("top_down", "bottom_up"):
        moistening, rain, _ = run(text, *columns(), orientation=orientation)
        assert (moistening[:, :2] == 0).all() and (moistening[:, 2:] != 0).all()
        assert gap(columns()[1], moistening, rain) < 1e-14


def test_levels_of_the_card_are_the_cards(python_plugin, write_emulator):
    card = dataclasses.replace(CARD, constraints=(WATER, DRY_TOP))
    text = configuration(write_emulator(card, PROGRAM))
    for orientation, dry in (("top_down", slice(0, 2)), ("bottom_up", slice(4, 6))):
        moistening, rain, _ = run(text, *columns(), orientation=orientation)
        assert (moistening[:, dry] == 0).all() and (moistening[:, 2:4] != 0).all()
        assert gap(columns()[1], moistening, rain) < 1e-14


@pytest.mark.parametrize("policy", ["native", "pass"])
def test_columns_that_cannot_be_met_follow_the_policy(path, policy):
    temperature, mass = columns()
    clean = run(configuration(path, WATER), temperature, mass)
    raw = run(configuration(path), temperature, mass)
    mass[5, 3] = 0
    guard = f"guard = {{constraint = '{policy}'}}\n"
    moistening, rain, wanted = run(configuration(path, WATER, extra=guard), temperature, mass)
    assert wanted == (policy == "native")
    others = np.arange(NCOL) != 5
    np.testing.assert_array_equal(moistening[others], clean[0][others])
    np.testing.assert_array_equal(moistening[5], 42 if policy == "native" else raw[0][5])


def test_units_of_the_configuration_are_compared(path):
    declared = "field.mass = {unit = 'g m-2'}\n"
    with pytest.raises(errors.ConfigError, match="term of 'moistening': expected 'kg m-2 s-1'"):
        run(configuration(path, WATER, extra=declared), *columns())


def test_unknown_output_is_refused(path):
    wrong = WATER | {"terms": [{"output": "drizzle"}]}
    with pytest.raises(errors.ConfigError, match="unknown output 'drizzle'"):
        run(configuration(path, wrong), *columns())


def test_input_that_is_not_put_is_named(path):
    wrong = WATER | {"terms": [{"output": "moistening", "measure": "air_mass"}]}
    with pytest.raises(errors.HybridError, match="put of 'air_mass'"):
        run(configuration(path, wrong), *columns())


# ---- Cards


def with_constraints(*constraints):
    return dataclasses.replace(CARD, constraints=constraints)


def test_card_keeps_its_constraints(python_plugin, write_emulator):
    card = with_constraints(WATER, DRY_TOP)
    assert Card.from_json(card.to_json()) == card
    with Emulator(write_emulator(card, PROGRAM)) as emulator:
        assert emulator.card == card
    lines = CliRunner().invoke(main, ["info", str(write_emulator(card, PROGRAM))]).stdout
    assert 'budget: {"name": "water", "unit": "kg m-2 s-1", "terms": [' in lines


def test_card_without_constraints_says_nothing():
    assert "constraints" not in CARD.to_json()


@pytest.mark.parametrize(
    "constraints, message",
    [
        ({"kind": "budget"}, r"constraints\[0\]: expected an object, found 'kind'"),
        ((3,), r"card: constraints\[0\]: expected an object, found 3"),
        (({"kind": "balance"},), r"constraints\[0\]: kind: expected one of 'budget'.*'balance'"),
        (None, "card: constraints: expected a list, found None"),
    ],
)
def test_bad_constraints_are_refused_at_export(constraints, message):
    with pytest.raises(errors.CardError, match=message):
        dataclasses.replace(CARD, constraints=constraints)


def test_library_checks_the_constraints_of_a_card(python_plugin, write_emulator):
    wrong = WATER | {"terms": [{"output": "moistening", "factor": "2 K"}]}
    message = r"card: constraints\[0\]: unit of the term of 'moistening'"
    with pytest.raises(errors.CardError, match=message):
        Emulator(write_emulator(with_constraints(wrong), PROGRAM))


# ---- The page

UNITS = {
    "tendency_of_air_temperature": "K s-1",
    "tendency_of_specific_humidity": "kg kg-1 s-1",
    "tendency_of_sulfuric_acid": "kg kg-1 s-1",
    "tendency_of_sulfate": "kg kg-1 s-1",
    "upwelling_longwave_flux_in_air": "W m-2",
    "downwelling_longwave_flux_in_air": "W m-2",
    "rainfall_flux": "kg m-2 s-1",
    "snowfall_flux": "kg m-2 s-1",
    "atmosphere_mass_per_area": "kg m-2",
    "air_pressure_at_half_levels": "Pa",
    "specific_humidity": "kg kg-1",
    "production_of_sulfuric_acid": "kg m-2 s-1",
}


def schemes_of_the_page():
    page = (DOCS / "constraints.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return tomllib.loads(text)["scheme"]


@pytest.mark.parametrize("name", schemes_of_the_page())
def test_page(python_plugin, write_emulator, name):
    constraints = schemes_of_the_page()[name]["constraint"]
    fields = [Field(name, unit, "state", "real", LEVEL, NLEV) for name, unit in UNITS.items()]
    card = Card(name, "column", "real64", tuple(fields[8:]), tuple(fields[:8]),
                constraints=tuple(constraints))
    zeros = f"import numpy as np\n\ndef emulate(x):\n    return np.zeros((len(x), {8 * NLEV}))\n"
    Emulator(write_emulator(card, zeros)).close()
    for constraint in constraints:
        if "terms" in constraint:
            constraint["unit"] = "m"
            with pytest.raises(errors.CardError, match="unit of the term"):
                Emulator(write_emulator(card, zeros))
