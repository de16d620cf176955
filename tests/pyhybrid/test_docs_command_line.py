# SPDX-License-Identifier: BSD-3-Clause
"""The page of the command line: its file of fields, and it names all commands."""

import re
from pathlib import Path

from test_docs import DOCS, blocks, execute, only_block

from pyhybrid.cli import main


def test_its_file_of_fields_is_what_its_options_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = next(text for _, text in blocks("command-line.md") if "pyhybrid new" in text)
    execute("sh", options, {})
    card = Path("radiation.json").read_text()
    Path("fields.toml").write_text(only_block("command-line.md", "toml"))
    execute("sh", "pyhybrid new radiation --fields fields.toml --replace --toml other.toml", {})
    assert Path("radiation.json").read_text() == card


def test_it_names_the_commands():
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `pyhybrid (\S+)` \|", text, re.MULTILINE)
    assert sorted(named) == sorted(main.commands)
