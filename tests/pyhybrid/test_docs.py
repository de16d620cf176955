# SPDX-License-Identifier: BSD-3-Clause
"""What pages say of classes and keys, and what of their blocks `tests/docs` cannot run alone."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Card, Domain, errors
from pyhybrid.ranges import training_range

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


def test_python_page_names_every_error():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", (DOCS / "python.md").read_text(), re.MULTILINE)
    kinds = errors.HybridError.__subclasses__()
    assert rows == [(kind.__name__, kind.__bases__[1].__name__) for kind in kinds]


def test_card_page_makes_training_ranges(monkeypatch):
    card = Card.from_json(only_block("card.md", "json"))
    groups = (("input", card.inputs), ("native", card.outputs))
    recording = {
        group: {field.name: np.ones((5, field.levels or 1)) for field in fields}
        for group, fields in groups
    }
    monkeypatch.setattr(pyhybrid, "open_recording", lambda _: recording)
    names = {"card": card, "dataclasses": dataclasses, "pyhybrid": pyhybrid}
    names["training_range"] = training_range
    execute("python", only_block("card.md", "python"), names)
    assert len(names["card"].training_range) == len(card.inputs) + len(card.outputs)


def test_card_page_names_every_key():
    keys = set(re.findall(r"`(\w+)`", (DOCS / "card.md").read_text()))
    table = json.loads(only_block("card.md", "json"))
    assert {*table, *table["inputs"][0], "training_range", "constraints", "species"} <= keys


def test_configuration_page_with_tiles(tmp_path, monkeypatch):
    """The line that is commented out on the page, in the place of the one above it."""
    monkeypatch.chdir(tmp_path)
    text = only_block("configuration.md", "toml")
    text = text.replace("\nsteps = ", "\n# steps = ").replace("\n# tiles = ", "\ntiles = ")
    assert "\ntiles = 1.0" in text
    with Domain(text=text) as domain, domain.scheme("radiation") as radiation:
        assert radiation.mode == "native"


def test_security_page(builtin_plugin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = only_block("security.md", "toml")
    right, wrong = "a .safetensors file", "SHA-256: expected 9f86d081"
    for contents, told in ((b"test", right), (b"tesT", wrong)):
        Path("radiation.safetensors").write_bytes(contents)
        with Domain(text=text) as domain, pytest.raises(errors.EmulatorFileError, match=told):
            domain.scheme("radiation")
    with pytest.raises(errors.ConfigError, match="require_sha256"):
        Domain(text=text.replace("sha256 = \"", "# "))
