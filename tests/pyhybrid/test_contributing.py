# SPDX-License-Identifier: BSD-3-Clause
"""CONTRIBUTING.md names files that exist and that have to do with what its lists are about."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
PATH = re.compile(r"`((?:bridge|docs|fortran|pyhybrid|tests)/[\w./-]+|\w+\.(?:txt|options|md))`")
ABOUT = {  # what the code of the example in each list contains
    "A new field": ["correlation_time", "HYB_", "increment", "real32"],
    "A new guard": ["training_range", "finite", "RangeGuard"],
    "A new hook": ["running_mean", "Estimator", "Hook", "hook", "nudging"],
    "A new backend": ["torchscript", "hyb_plugin", "null", "torch"],
    "A new scheme": ["m7", "M7"],
    "A new command": ["command"],
}


def paths(text):
    return [path for path in PATH.findall(text) if "NAME" not in path]


def missing(text):
    return [path for path in paths(text) if not (ROOT / path).exists()]


def unrelated(section, text):
    """Files of a list without any of the words of what it is about; of folders, all files count."""
    found = []
    for path in paths(text):
        place = ROOT / path
        files = [one for one in place.rglob("*") if one.is_file()] if place.is_dir() else [place]
        content = "\n".join(file.read_text("utf-8", "replace") for file in files)
        if not any(word in content for word in ABOUT[section]):
            found.append(path)
    return found


def test_the_files_that_it_names_exist():
    assert len(paths(TEXT)) > 80
    assert missing(TEXT) == []


@pytest.mark.parametrize("section", ABOUT)
def test_its_lists_name_files_of_their_example(section):
    assert len(paths(SECTIONS[section])) >= 4
    assert unrelated(section, SECTIONS[section]) == []


def test_a_file_that_moved_or_has_nothing_to_do_with_it_is_found():
    assert missing("as `bridge/src/guards/gone.cpp` has") == ["bridge/src/guards/gone.cpp"]
    assert unrelated("A new guard", "`bridge/src/sha256.cpp`") == ["bridge/src/sha256.cpp"]


def test_it_names_the_targets_of_make():
    targets = set(re.findall(r"^make (\S+)", TEXT, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets and targets <= set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
