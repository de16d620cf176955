# SPDX-License-Identifier: BSD-3-Clause
"""The documentation as a site: builds without a warning, and has every public name."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import pyhybrid
from pyhybrid import baseline, climate, errors, validation
from pyhybrid.cli import main

ROOT = Path(__file__).parents[2]
TOOLS = ("breathe", "ford", "furo", "myst_parser", "sphinx", "sphinx_click")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tools():
    absent = [name for name in TOOLS if find_spec(name) is None]
    absent += [] if shutil.which("doxygen") else ["doxygen"]
    if absent:
        pytest.skip(f"needs {', '.join(absent)}: make docs installs them, but for doxygen")


def copied(folder):
    """The tree, with all that pages link to; its own, to be broken."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def build(tree, *options):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", *options, "-c", "docs",
               ".", "build/docs/html"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tree(tmp_path_factory, tools):
    return copied(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def page(tree):
    """The identifiers on a page of the site."""
    done = build(tree)
    assert done.returncode == 0, done.stderr

    def read(name):
        return (tree / "build/docs/html/docs" / f"{name}.html").read_text(encoding="utf-8")

    return read


def test_it_has_every_function_of_the_headers(page):
    for header, name in (("hybrid.h", "reference/c"), ("hybrid_plugin.h", "reference/plugins")):
        text = (ROOT / "bridge/include" / header).read_text()
        names = re.findall(r"^HYB_API .*?\**(\w+)\(", text, re.MULTILINE)
        names += re.findall(r"^} (\w+);", text, re.MULTILINE)
        assert names and [one for one in names if f'id="c.{one}"' not in page(name)] == []


def test_it_has_every_public_name_of_python(page):
    names = [f"pyhybrid.{name}" for name in pyhybrid.__all__ if name != "HybridError"]
    names += [f"pyhybrid.errors.{kind.__name__}" for kind in errors.HybridError.__subclasses__()]
    for part in (baseline, climate, validation):
        names += [f"{part.__name__}.{name}" for name in part.__all__]
    assert [name for name in names if f'id="{name}"' not in page("reference/python")] == []


def test_it_has_every_command(page):
    text = page("reference/command-line")
    assert [name for name in main.commands if f'id="pyhybrid-{name}"' not in text] == []


def test_it_has_the_fortran_face(page):
    text = re.sub("<[^>]*>", "", page("reference/fortran"))
    source = (ROOT / "fortran/hybrid/hybrid.f90").read_text()
    public = re.findall(r"^  public :: (.*)$", source, re.MULTILINE)
    names = [name for line in public for name in line.split(", ")]
    bindings = re.findall(r"^    (?:procedure|generic) :: (\w+) =>", source, re.MULTILINE)
    assert len(names) > 10 and len(bindings) > 20
    assert [name for name in names if name not in text] == []
    assert [name for name in bindings if f"%{name}(" not in text] == []
    assert "rank 0 to 4" in text and "hybrid_error_state" in text


@pytest.mark.parametrize("file, old, new, told", [
    ("docs/card.md", "](constraints.md)", "](nowhere.md)", "nowhere.md"),
    ("docs/reference/fortran.md", "hybrid_scheme\n:::", "hybrid_skeme\n:::", "hybrid_skeme"),
    ("bridge/include/hybrid.h", "/* Waits until", "/* <blob> Waits until", "blob"),
])
def test_what_is_broken_is_told(tree, page, file, old, new, told):
    """A dead link, a type that is not there, a comment that Doxygen does not understand."""
    path = tree / file
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    done = build(tree)
    path.write_text(whole, encoding="utf-8")
    assert done.returncode != 0
    assert told in done.stderr
