# SPDX-License-Identifier: BSD-3-Clause
"""TOML and JSON that are none, or of another shape: a message, never a traceback."""

import pytest
from click.testing import CliRunner

from pyhybrid import Card
from pyhybrid._toml import read_toml, toml_lines
from pyhybrid.cli import main
from pyhybrid.errors import CardError, ConfigError
from pyhybrid.validation.setting import setting_of

DEEP = "[" * 3000
NO_TOML = {
    "brackets": f"a = {DEEP}".encode(),
    "table": DEEP.encode(),
    "bytes": b'a = "\xff"\n',
    "digits": b"a = " + b"1" * 5000,
    "other": b"[scheme",
}


@pytest.fixture
def written(tmp_path):
    def write(content, name="hybrid.toml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(*arguments):
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert isinstance(done.exception, SystemExit) and done.exit_code == 1, done.output
    return done.output


@pytest.mark.parametrize("content", NO_TOML.values(), ids=NO_TOML)
def test_no_toml(content, written):
    path = written(content)
    with pytest.raises(ConfigError, match="hybrid.toml: expected TOML"):
        read_toml(path)
    with pytest.raises(ConfigError, match="hybrid.toml: expected TOML"):
        setting_of(path, None, 0.0)


@pytest.mark.parametrize("content", NO_TOML.values(), ids=NO_TOML)
def test_no_toml_for_commands(content, written):
    path = written(content)
    options = ("--input", "a [K] (column)", "--output", "b [K] (column)", "--levels", 3)
    assert "expected TOML" in refused("new", "rain", "--toml", path, *options)
    assert "expected TOML" in refused("new", "rain", "--fields", path)
    assert path.read_bytes() == content and list(path.parent.iterdir()) == [path]


SHAPES = {
    "scheme = 3": "hybrid.toml: scheme: expected a table, found integer 3",
    "scheme.a = 3": "scheme.a: expected a table, found integer 3",
    "[[scheme]]": "scheme: expected a table, found array",
    "scheme.a.batch = 2001-01-01": "option 'batch': expected a text, a number,",
    "scheme.a.batch." + ".".join("a" * 5000) + " = 1": "options: expected tables that end",
    "scheme.a.constraint = 3": "expected a table or a list of tables, found integer 3",
    "scheme.a.constraint = [3]": "scheme.a.constraint: expected a table, found integer 3",
    "scheme.a.constraint = [{kind = 'budget', terms = 3}]": "[1].terms: expected a list of tables",
    "scheme.a.constraint = {kind = 'budget', fluxes = [3]}": "[1].fluxes: expected a list of",
    "scheme.a.constriant = []": "hybrid.toml: scheme.a: unknown key 'constriant'; did you mean",
    "domain.pluggins = 'a'": "hybrid.toml: domain: unknown key 'pluggins'; did you mean 'plugins'",
    "scheme.a.guard.finit = 'pass'": "scheme.a.guard: unknown key 'finit'; did you mean 'finite'",
    "a = 3": "hybrid.toml: unknown key 'a'",
    "": "expected a table [scheme.NAME], found none",
}


@pytest.mark.parametrize("text, message", SHAPES.items(), ids=range(len(SHAPES)))
def test_tables_of_another_shape(text, message, written):
    written("", "run.nc")
    more = "--config", written(text), "--scheme", "a"
    assert message in refused("validate", "e.pt", "run.nc", *more)


def test_what_a_run_writes_stays_as_it_is(written, tmp_path, monkeypatch):
    """The library judges the file; it opens no log and writes no statistics then."""
    monkeypatch.chdir(tmp_path)
    written("of the run", "s.json")
    text = "domain = {log = 'none/a.log', statistics = 's.json', report_steps = 1}\n[scheme.a]\n"
    setting_of(written(text), None, 0.0)
    assert (tmp_path / "s.json").read_text() == "of the run"


def test_numbers_that_are_not_finite_are_read_as_they_were_written(written):
    values = {"a": float("inf"), "b": float("-inf"), "c": [1.5, 2.0]}
    assert read_toml(written(toml_lines(values))) == values
    assert toml_lines({"a": float("nan")}) == '"a" = nan\n'


@pytest.mark.parametrize("text", [DEEP, '{"rank": ' + "[" * 100_000, '{"a": ' + "1" * 5000 + "}"])
def test_no_json(text, written):
    with pytest.raises(CardError, match="card: expected JSON"):
        Card.from_json(text)
    path = written(text, "statistics.0.json")
    assert "expected a whole file of JSON" in refused("report", path, "--no-html")
    assert "expected JSON" in refused("train", "run.nc", "--card", path, "-o", "e.pt")
