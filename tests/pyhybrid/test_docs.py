# SPDX-License-Identifier: BSD-3-Clause
"""What the documentation shows is run: Python, commands, cards and configurations."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyhybrid import Card, Domain, Emulator, errors

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page):
    """(language, text) of each block of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def only_block(page, language):
    (text,) = (text for found, text in blocks(page) if found == language)
    return text


def execute(language, text, names):
    """One block; a first line "# name.py" makes it that file."""
    file = re.match(r"# (\w+\.py)\n", text)
    if file:
        Path(file[1]).write_text(text)
    elif language == "python":
        exec(compile(text, "python.md", "exec"), names)
    else:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        subprocess.run(["sh", "-ec", text], check=True, env=os.environ | {"PATH": path})


def test_python_page(torch_plugin, python_plugin, netcdf_plugin, tmp_path, monkeypatch):
    pytest.importorskip("torch")
    pytest.importorskip("xarray")
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, text in blocks("python.md"):
        execute(language, text, names)
    assert names["heating"].shape == (64, 10)
    np.testing.assert_array_equal(names["emulated"], (250.0 - names["temperature"]) / 864000.0)
    assert (names["native"] == -1e-5).all()
    assert (names["inputs"].values == names["temperature"][0, 0]).all()
    assert names["results"].shape == (128, 10)


def test_python_page_names_every_error():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", (DOCS / "python.md").read_text(), re.MULTILINE)
    kinds = errors.HybridError.__subclasses__()
    assert rows == [(kind.__name__, kind.__bases__[1].__name__) for kind in kinds]


def test_card_page(tmp_path):
    card = Card.from_json(only_block("card.md", "json"))
    assert card.nfeature == 11 and card.noutput == 10
    path = tmp_path / "card.json"
    path.write_text(card.to_json())
    with Emulator(path) as emulator:  # what the library says of it
        assert emulator.card == card


def test_card_page_makes_training_ranges(monkeypatch):

    import pyhybrid

    card = Card.from_json(only_block("card.md", "json"))
    groups = (("input", card.inputs), ("native", card.outputs))
    recording = {
        group: {field.name: np.ones((5, field.levels or 1)) for field in fields}
        for group, fields in groups
    }
    monkeypatch.setattr(pyhybrid, "open_recording", lambda _: recording)
    names = {name: value for name, value in locals().items() if name != "names"}
    execute("python", only_block("card.md", "python"), names)
    assert len(names["card"].training_range) == len(card.inputs) + len(card.outputs)


def test_card_page_names_every_key():
    keys = set(re.findall(r"`(\w+)`", (DOCS / "card.md").read_text()))
    table = json.loads(only_block("card.md", "json"))
    assert {*table, *table["inputs"][0], "training_range", "constraints", "species"} <= keys


@pytest.mark.parametrize("fraction", ["steps", "tiles"])
def test_configuration_page(tmp_path, monkeypatch, fraction):
    monkeypatch.chdir(tmp_path)
    text = only_block("configuration.md", "toml")
    if fraction == "tiles":
        text = text.replace("\nsteps = ", "\n# steps = ").replace("\n# tiles = ", "\ntiles = ")
    assert f"\n{fraction} = 1.0" in text
    with Domain(text=text) as domain, domain.scheme("radiation") as radiation:
        assert radiation.mode == "native"


def test_m7_page():
    pytest.importorskip("pyhybrid.native._fortran", exc_type=ImportError)
    names = {}
    execute("python", only_block("m7.md", "python"), names)
    assert (names["particles"].wet_radius[..., 2] > names["particles"].dry_radius[..., 2]).all()
