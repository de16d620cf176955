# SPDX-License-Identifier: BSD-3-Clause
"""What all commands have: help with examples that are commands, results as JSON, exit codes."""

import errno
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pyhybrid import cli
from pyhybrid.board.contenders import contenders
from pyhybrid.doctor import backends, tools


def commands_in(group, words=()):
    """(words, command) of each, groups too."""
    for name, one in group.commands.items():
        yield (*words, name), one
        if isinstance(one, click.Group):
            yield from commands_in(one, (*words, name))


ALL = dict(commands_in(cli.main))
COMMANDS = {words: one for words, one in ALL.items() if not isinstance(one, click.Group)}
everyone = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
groups_too = pytest.mark.parametrize("words", ALL, ids=" ".join)


def help_of(words):
    result = CliRunner().invoke(cli.main, [*words, "--help"])
    assert result.exit_code == 0
    return result.stdout


def examples(words):
    """The commands that the help shows, lines with a backslash joined, or what stands in $(…)."""
    text = ALL[words].help.partition("Examples:")[2].replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    commands = [one for line in lines for one in re.findall(r"\$\((.*?)\)", line) or [line]]
    return [shlex.split(one) for one in commands]


@groups_too
def test_the_help_has_examples(words):
    """As they were written, not filled into a paragraph."""
    lines = [line.strip() for line in help_of(words).splitlines()]
    assert any(line.startswith(f"pyhybrid {' '.join(words)}") for line in lines)


def understood(example):
    """The words of the command, and what its arguments were parsed to."""
    for word in example:
        if Path(word).suffix and "/" not in word and "[" not in word:
            Path(word).touch()  # some commands look whether it is there
    assert example[0] == "pyhybrid"
    words = max((one for one in ALL if tuple(example[1 : len(one) + 1]) == one), key=len)
    return words, ALL[words].make_context(" ".join(words), example[len(words) + 1 :]).params


@groups_too
def test_examples_are_commands_that_are_understood(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = [understood(example)[0] for example in examples(words)]
    of_groups = [one for one in found if words == one[: len(words)]]
    assert set(found) == {words} if words in COMMANDS else of_groups


def named(option):
    """What examples name with an option that is no choice of fixed words."""
    parsed = [understood(example)[1] for words in ALL for example in examples(words)]
    return {name for params in parsed for name in params.get(option, ())}


def test_contenders_of_examples_exist(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    assert named("only") and named("only") <= contenders().keys()


def test_parts_of_examples_exist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert named("required") and named("required") <= {*backends.names(), *tools.FORTRAN}


@everyone
def test_results_can_be_had_as_json(words):
    (option,) = [one for one in COMMANDS[words].params if "--json" in one.opts]
    assert option.metavar == "FILE" and "- for standard output" in option.help


@everyone
def test_every_option_says_what_it_is(words):
    silent = [one.opts for one in COMMANDS[words].params
              if isinstance(one, click.Option) and not (one.help or one.show_default)]  # fmt: skip
    assert silent == []


@everyone
def test_an_unknown_option_is_wrong_usage(words):
    result = CliRunner().invoke(cli.main, [*words, "--no-such-option"])
    assert result.exit_code == 2
    assert "--no-such-option" in result.stderr


def test_the_first_page_lists_all_commands():
    text = CliRunner().invoke(cli.main, ["--help"]).stdout
    listed = re.findall(r"^  ([a-z][\w-]*)  ", text.partition("Commands:")[2], re.MULTILINE)
    assert listed == sorted(cli.main.commands)
    assert {words[0] for words in COMMANDS} == set(listed)


def test_help_imports_nothing_heavy():
    """Else it would take seconds."""
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom pyhybrid.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "heavy = {'torch', 'xarray', 'matplotlib', 'netCDF4', 'dask', 'jinja2', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_json_without_a_file_is_standard_output():
    texts = [CliRunner().invoke(cli.main, ["version", *more]).stdout
             for more in (["--json"], ["--json", "-"])]  # fmt: skip
    assert texts[0] == texts[1] and list(json.loads(texts[0])) == ["version"]


def test_json_into_a_file_leaves_the_text(tmp_path):
    path = tmp_path / "v.json"
    result = CliRunner().invoke(cli.main, ["version", "--json", str(path)])
    assert result.stdout.strip() == json.loads(path.read_text())["version"]


def test_json_that_cannot_be_written_is_told_first(tmp_path, plain):
    result = CliRunner().invoke(cli.main, ["info", str(plain), "--json", str(tmp_path)])
    assert result.exit_code == 1 and result.stdout == ""
    assert "expected a regular file" in result.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["--help", "version", "train --help", "version --json"])
def test_output_without_room_is_told(words, unbuffered):
    """Once, and not as a traceback."""
    program = "from pyhybrid.cli import main; main()"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-Pc", program, *words.split()], stdout=full,
                              env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
                              stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(r"Error: .*No space left on device\n", done.stderr)


def test_json_into_a_file_without_a_name():
    result = CliRunner().invoke(cli.main, ["version", "--json", ""])
    assert result.exit_code == 2 and "expected a file or -, found none" in result.stderr


@pytest.mark.parametrize(
    "content, found",
    [("[scheme.a]\n", "no JSON"), ("CDF", "no JSON"), ("[" * 100000, "no JSON"),
     ('{"format": "pyhybrid statistics"}', "pyhybrid statistics"),
     ('{"format": "pyhybrid card"}', "pyhybrid card")],
)  # fmt: skip
def test_json_replaces_nothing_but_results(tmp_path, content, found):
    """The option takes the next word, which was meant otherwise."""
    path = tmp_path / "a"
    path.write_text(content)
    result = CliRunner().invoke(cli.main, ["version", "--json", str(path)])
    assert result.exit_code == 1 and found in result.stderr and str(path) in result.stderr
    assert path.read_text() == content


@pytest.mark.parametrize("content", ["", "\n {}", '{"version": "0"}'])
def test_json_replaces_results(tmp_path, content):
    path = tmp_path / "a"
    path.write_text(content)
    assert CliRunner().invoke(cli.main, ["version", "--json", str(path)]).exit_code == 0
    assert "version" in json.loads(path.read_text())


def test_json_of_a_card_replaces_a_card(tmp_path, plain):
    path = tmp_path / "card.json"
    for _ in range(2):
        result = CliRunner().invoke(cli.main, ["info", str(plain), "--json", str(path)])
        assert result.exit_code == 0, result.output


def test_json_is_not_where_another_output_is(tmp_path):
    path = tmp_path / "t.safetensors"
    arguments = ["train", "none.nc", "-o", str(path), "--json", f"{tmp_path}/./t.safetensors"]
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 1 and "nothing else of the command" in result.stderr
    assert not path.exists()


def test_full_disk_is_told_with_the_file(tmp_path, monkeypatch):
    """The system's message has none."""

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    path = tmp_path / "v.json"
    result = CliRunner().invoke(cli.main, ["version", "--json", str(path)])
    assert result.exit_code == 1 and f"No space left on device: '{path}'" in result.stderr
