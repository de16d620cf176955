# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid build-backend``: the Torch plug-in built anew, and what may be missing."""

import os
import shutil
import subprocess
import sys

import pytest
from building_hosts import environment, require, section
from click.testing import CliRunner

from pyhybrid import building
from pyhybrid.cli import main
from pyhybrid.errors import PluginError

PLUGIN = "libhybrid_torch.so"
MODEL = """\
import sys, torch, pyhybrid
from pyhybrid import Card, Emulator, Field

fields = (Field("a", "1", "state", "real", ("column",)),)
card = Card(name="t", sample="column", kind="real64", inputs=fields, outputs=fields)
path = pyhybrid.export(torch.nn.Linear(1, 1).double(), card, "t.pt")
with Emulator(path) as emulator:
    lines = [line.split() for line in open("/proc/self/maps") if "hybrid_torch" in line]
    print(emulator.backend, *[words[-1] for words in lines])
"""


def command(*arguments):
    return CliRunner().invoke(main, ["build-backend", *map(str, arguments)])


@pytest.mark.slow
def test_page_builds_a_plugin_that_runs(tmp_path):
    """Compiles for a minute; then an emulator runs in it and in no other."""
    pytest.importorskip("torch")
    require("c++", "ninja", "pkg-config")
    commands = section("The Torch of your own").commands
    shell = subprocess.run(
        ["sh", "-euc", commands], cwd=tmp_path, env=environment(), check=True, capture_output=True
    )
    assert shell.stdout.decode() == f"{tmp_path}/plugins/{PLUGIN}\n" and shell.stderr == b""
    done = subprocess.run(
        [sys.executable, "-c", MODEL],
        cwd=tmp_path,
        env=environment() | {"HYBRID_PLUGIN_PATH": str(tmp_path / "plugins")},
        check=True,
        capture_output=True,
        text=True,
    )
    backend, *mapped = done.stdout.splitlines()[-1].split()
    assert backend == "torchscript"
    assert set(mapped) == {str(tmp_path / "plugins" / PLUGIN)}


# ---- Failures


@pytest.fixture
def old(tmp_path):
    """A plug-in that was there before."""
    pytest.importorskip("torch")
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / PLUGIN).write_text("old")
    return folder / PLUGIN


def refused(old, words):
    result = command("torch", "--output", old.parent)
    assert result.exit_code == 1, result.output
    assert words in result.stderr
    assert old.read_text() == "old" and list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize(
    "module, words",
    [
        ("torch", "expected Torch in this Python, found none: pip install torch"),
        ("mesonbuild", "expected meson, found none: pip install meson"),
    ],
)
def test_without_a_module(old, monkeypatch, module, words):
    find = building.importlib.util.find_spec
    monkeypatch.setattr(
        building.importlib.util, "find_spec", lambda name: None if name == module else find(name)
    )
    refused(old, words)


def test_without_a_compiler(old, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler -O2")
    refused(old, "expected the C++ compiler no-such-compiler, found none: install g++")


def test_compiler_that_fails(old, monkeypatch):
    monkeypatch.setenv("CXX", shutil.which("false"))
    refused(old, "build-backend: expected a plug-in that compiles, found ")


def test_without_headers(old, tmp_path, monkeypatch):
    """Neither pkg-config nor cmake knows nlohmann-json."""
    require("c++", "ninja")
    (tmp_path / "cmake").symlink_to(shutil.which("false"))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PKG_CONFIG", str(tmp_path / "cmake"))
    monkeypatch.setenv("CMAKE", str(tmp_path / "cmake"))
    refused(old, ": install pkg-config and nlohmann-json3-dev (Debian)")


def test_plugin_that_does_not_load(tmp_path):
    broken = tmp_path / PLUGIN
    broken.write_text("no library")
    with pytest.raises(PluginError, match="expected a plug-in that loads, found OSError: .*short"):
        building._check_loads(broken)


def test_failures_of_compilers_name_their_first_error():
    said = ["[1/2] Compiling", "a.cpp:3:1: error: 'x' was not declared", "ninja: build stopped"]
    assert building._failure(said).endswith("found a.cpp:3:1: error: 'x' was not declared")
    assert building._failure([]).endswith("found nothing")


def test_target_that_is_no_file(old):
    old.unlink()
    old.mkdir()
    result = command("torch", "--output", old.parent)
    assert result.exit_code == 1 and "expected a regular file, found something" in result.stderr


def test_target_below_a_file(old):
    result = command("torch", "--output", old / "deeper")
    assert result.exit_code == 1 and "Not a directory" in result.stderr


def test_target_that_may_not_be_written(tmp_path):
    """Root writes anywhere, unless it gives that right away."""
    pytest.importorskip("torch")
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o555)
    rights = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    program = "from pyhybrid.cli import main; main()"
    words = [sys.executable, "-c", program, "build-backend", "torch", "--output", str(folder)]
    done = subprocess.run(
        [*rights, *words] if os.geteuid() == 0 else words, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert "choose a folder that you may write with --output" in done.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("arguments", [[], ["tensorflow"], ["torch", "--jobs", "0"]])
def test_wrong_usage(arguments):
    assert command(*arguments).exit_code == 2
