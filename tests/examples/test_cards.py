# SPDX-License-Identifier: BSD-3-Clause
"""The shipped emulators: their cards fit the glue, their offline scores what is asked."""

import re
from pathlib import Path

import pytest
from cards import FIELDS, card_of
from exoplasim_files import EMULATORS

from pyhybrid import Emulator

GLUE = Path(__file__).parents[2] / "examples" / "exoplasim" / "glue"

# On days that the training did not see; levels in which something happens.
LEAST = {
    "longwave": {"r2": {"heating": 0.99}, "worst_level_r2": 0.98},
    "shortwave": {"r2": {"heating": 0.999}},
    "convection": {
        "r2": {"temperature": 0.86, "moisture": 0.94, "rain": 0.95, "rain_of_layers": 0.95},
        "f1": {"deep": 0.95},
    },
}
MOST_OUTGOING_ERROR = 2.0  # W m-2


def card(scheme):
    with Emulator(EMULATORS / f"{scheme}.safetensors") as emulator:
        return emulator.card


@pytest.mark.parametrize("scheme", LEAST)
def test_offline_skill(scheme):
    scores = card(scheme).scores
    for group, least in LEAST[scheme].items():
        found = scores[group]
        if not isinstance(least, dict):
            found, least = {group: found}, {group: least}
        for name, value in least.items():
            assert found[name] >= value, name


def test_outgoing_longwave():
    error, unit = card("longwave").scores["rmse"]["outgoing_longwave"]
    assert unit == "W m-2"
    assert error <= MOST_OUTGOING_ERROR


@pytest.mark.parametrize("scheme", LEAST)
def test_cards_are_those_of_the_networks(scheme):
    shipped, written = card(scheme), card_of(scheme)
    assert (shipped.inputs, shipped.outputs) == (written.inputs, written.outputs)


def test_glue_declares_the_units_of_the_cards():
    source = "".join(path.read_text() for path in GLUE.glob("*.f90")).replace("&\n", " ")
    declared = dict(re.findall(r'%field\("(\w+)",\s+"([^"]+)"', source))
    assert declared == {name: unit for name, (unit, _) in FIELDS.items()}
