# SPDX-License-Identifier: BSD-3-Clause
"""The source distribution: it has all that the wheel is made of."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
from building_hosts import ROOT, environment, require
from distributions import BUILD, headers_read, introspected, made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    require("git")
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout, from which it is made")
    return made("sdist", tmp_path_factory.mktemp("sdist"))


def names_in(sdist):
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def in_checkout(paths):
    """Those of the checkout itself, relative to it; paths may be relative to the build folder."""
    found = {(BUILD / path).resolve() for path in paths}
    mine = {path.relative_to(ROOT) for path in found if path.is_relative_to(ROOT)}
    return {str(path) for path in mine if path.parts[0] != "build"}


def files_read():
    """By configuration, compilers and installation."""
    targets = json.loads(introspected("targets"))
    sources = [one for target in targets for part in target["target_sources"]
               for one in part.get("sources", [])]  # fmt: skip
    installed = json.loads(introspected("installed"))
    return [*json.loads(introspected("buildsystem-files")), *sources, *installed, *headers_read()]


def test_has_all_that_the_build_reads(sdist):
    needed = in_checkout(files_read())
    assert len(needed) > 400 and "bridge/src/plugin.hpp" in needed
    names = names_in(sdist)
    files = {name for name in needed if (ROOT / name).is_file()}
    assert files - names == set(), "not committed?"
    folders = needed - files
    assert [one for one in folders if not any(name.startswith(f"{one}/") for name in names)] == []
    assert {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"} <= names


def test_has_nothing_that_was_built(sdist):
    strange = r"(^|/)(build|__pycache__)(/|$)|\.(so|o|a|mod|pyc)$|^\.git/"
    assert [name for name in sorted(names_in(sdist)) if re.search(strange, name)] == []


@pytest.mark.slow
def test_wheel_of_it_is_that_of_the_checkout(sdist, tmp_path):
    """But for Torch's plug-in, for which there is no Torch. It compiles for minutes."""
    command = ["wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "-w", "made"]
    options = ["setup-args=-Dtorch=disabled", "compile-args=-j2"]
    settings = [f"--config-settings={option}" for option in options]
    subprocess.run(
        [sys.executable, "-m", "pip", *command, *settings, sdist],
        cwd=tmp_path, env=environment(), check=True,
    )  # fmt: skip
    (wheel,) = (tmp_path / "made").iterdir()
    (tmp_path / "own").mkdir()
    own = made("wheel", tmp_path / "own")
    assert wheel.name == own.name
    expected = {one for one in zipfile.ZipFile(own).namelist() if not one.endswith("_torch.so")}
    assert set(zipfile.ZipFile(wheel).namelist()) == expected
