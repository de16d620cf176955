# SPDX-License-Identifier: BSD-3-Clause
"""What is done with a block of each language."""

import json
import os
import re
import shlex
import shutil
import tomllib
from contextlib import chdir

import pytest
from fortran_snippets import run_fortran
from small_model import run_configuration

import pyhybrid
from pyhybrid import Card, Emulator

STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"]


def run_python(block, session):
    """A block that names a file becomes it, and is imported; any other runs in the page's names."""
    names = {"__name__": block.file} if save(block, session) else session.names
    with chdir(session.folder):
        exec(compile(block.text, block.place, "exec"), names)


def run_shell(block, session):
    if save(block, session):
        return
    check_usage(block.text)
    session.shell("sh", "-euc", block.text)


def run_console(block, session):
    """Lines that begin with `$ ` are run; the others show what they print."""
    commands = re.findall(r"^\$ (.*(?:\\\n.*)*)", block.text, re.MULTILINE)
    if not commands:
        raise ValueError("expected a line that begins with '$ ', found none")
    check_usage("\n".join(commands))
    session.shell("sh", "-euc", "\n".join(commands))


def run_toml(block, session):
    """A configuration: a model runs with it."""
    save(block, session)
    with chdir(session.folder):
        run_configuration(block.text)


def run_json(block, session):
    """A card is opened by the library; any other has to be JSON."""
    save(block, session)
    table = json.loads(block.text)
    if isinstance(table, dict) and table.get("format") == "pyhybrid card":
        path, card = session.folder / "card.json", Card.from_json(block.text)
        path.write_text(card.to_json())
        with Emulator(path) as emulator:  # what the library says of it
            assert emulator.card == card


def run_c(block, session):
    _compile(block, session, os.environ.get("CC", "cc"), "-std=c11", "snippet.c")


def run_cpp(block, session):
    _compile(block, session, os.environ.get("CXX", "c++"), "-std=c++17", "snippet.cpp")


def _compile(block, session, compiler, standard, name):
    """Without a warning; into the shared object of the key `makes`, or alone."""
    source = save(block, session) or save(block, session, name)
    made = block.note.keys.get("makes")
    what = ["-shared", "-fPIC", "-o", made] if made else ["-c", "-o", os.devnull]
    session.shell(compiler, standard, *STRICT, f"-I{pyhybrid.include_dir()}", *what, source)


def run_make(block, session):
    """Its rules are read, and its first goal can be made; the commands behind it do that."""
    session.shell("make", "-n", "-f", save(block, session, "Makefile"))


def run_cmake(block, session):
    save(block, session, "CMakeLists.txt")
    _require("cmake")
    package = session.shell("pyhybrid", "config", "--cmake-dir").strip()
    session.shell("cmake", "-S", ".", "-B", "build-cmake", f"-Dpyhybrid_DIR={package}")


def run_meson(block, session):
    save(block, session, "meson.build")
    _require("meson", "pkg-config")
    folder = session.shell("pyhybrid", "config", "--pkgconfig-dir").strip()
    session.shell("sh", "-euc", f"PKG_CONFIG_PATH={shlex.quote(folder)} meson setup build-meson")


def _require(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"no {tool}")


def save(block, session, name=None):
    """Writes the file that the block is; its name, or None if it is none."""
    name = block.file or name
    if name:
        (session.folder / name).write_text(block.text, encoding="utf-8")
    return name


RUNNERS = {
    "python": run_python,
    "sh": run_shell,
    "bash": run_shell,
    "console": run_console,
    "toml": run_toml,
    "json": run_json,
    "c": run_c,
    "cpp": run_cpp,
    "fortran": run_fortran,
    "make": run_make,
    "cmake": run_cmake,
    "meson": run_meson,
}
SHELLS = ("sh", "bash")
READERS = {
    "python": lambda text: compile(text, "page", "exec"),
    "toml": tomllib.loads,
    "json": json.loads,
}


def check_only(block, session):
    """What nobody runs here is read: its syntax, and whether commands have the options it shows."""
    if block.language in SHELLS:
        session.shell("sh", "-nc", block.text)
        check_usage(block.text)
    elif block.language in READERS:
        READERS[block.language](block.text)


def check_usage(text):
    """All `pyhybrid` commands of a shell's text exist, and their options."""
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if re.match(r"\s*pyhybrid\s", line):
            words = shlex.split(line, comments=True)[1:]
            _check_options(words[: words.index("|")] if "|" in words else words)


def _check_options(words):
    from pyhybrid.cli import main

    command, known = main, set()
    for word in words:
        if word in getattr(command, "commands", {}):
            command = command.commands[word]
            known |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        elif command is main and not word.startswith("-"):
            raise ValueError(f"pyhybrid: expected a command, found {word}")
        elif re.match(r"--\w", word) and word.split("=")[0] not in known | {"--help", "--version"}:
            raise ValueError(f"pyhybrid {command.name}: expected an option of it, found {word}")
