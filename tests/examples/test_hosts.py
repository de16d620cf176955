# SPDX-License-Identifier: BSD-3-Clause
"""What the runs of the examples' hosts have in common; a script takes the place of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import f90nml
import pytest
from host_builds import copy_with
from host_runs import HostRun

MODEL = """#!/bin/sh
test -e restart.nc && echo "there was a restart already"
echo "$OMP_NUM_THREADS threads"
cat hybrid.toml > restart.nc
grep -q broken hybrid.toml && { echo "the model broke" >&2; exit 3; }
exit 0
"""


@dataclass
class ScriptRun(HostRun):
    file = "script.nml"
    group = "script"


@pytest.fixture
def executable(tmp_path: Path) -> Path:
    path = tmp_path / "model.sh"
    path.write_text(MODEL)
    path.chmod(0o755)
    return path


def test_a_run_has_its_folder_once_it_has_ended(tmp_path, executable):
    run = ScriptRun(tmp_path / "run", executable, {"steps": 3}, "[scheme.a]\n", threads=2)
    assert run.run() == "2 threads\n"
    assert not run.part.exists()
    assert run.restart.read_text().endswith("[scheme.a]\n")


def test_a_run_that_fails_leaves_the_earlier_one(tmp_path, executable):
    first = ScriptRun(tmp_path / "run", executable)
    first.run()
    before = first.restart.read_bytes()
    with pytest.raises(RuntimeError, match=r"run.part ended with 3: 1 threads\nthe model"):
        ScriptRun(tmp_path / "run", executable, hybrid="# broken").run()
    assert first.restart.read_bytes() == before
    assert (first.part / "restart.nc").is_file()
    assert first.run() == "1 threads\n"  # and the failed one is no longer in the way
    assert not first.part.exists()


def test_a_namelist_holds_what_it_was_given(tmp_path, executable, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"output": "it's", "branch": True, "radius": 1e-9, "columns": Path("a.nc")}
    text = ScriptRun(tmp_path / "run", executable, options).namelist()
    read = f90nml.reads(text)["script"]
    assert read == {**options, "columns": str(tmp_path / "a.nc")}
    assert "it's" not in text.replace('"it\'s"', "")  # quoted so that Fortran reads it whole


def test_a_folder_of_something_else_is_left_alone(tmp_path, executable):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("ten years")
    with pytest.raises(FileExistsError, match="one of a run, found thesis.tex in it"):
        ScriptRun(tmp_path / "run", executable).run()
    assert (tmp_path / "run" / "thesis.tex").is_file()


@pytest.mark.parametrize("place", ["run", "run.part"])
def test_a_run_does_not_delete_what_it_starts_from(tmp_path, executable, place):
    ScriptRun(tmp_path / place, executable).run()
    restart = tmp_path / place / "restart.nc"
    with pytest.raises(FileExistsError, match="expected another folder than that of the restart"):
        ScriptRun(tmp_path / "run", executable, {"restart_in": restart}).run()
    assert restart.is_file()


# ---- Changed copies of a host


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "a.f90").write_text("call one()\ncall two()\ncall two()\n")
    (folder / "Makefile").write_text("all:\n")
    return folder


def test_a_copy_is_changed_where_it_is_asked_for(tmp_path, host):
    copied = copy_with(host, tmp_path / "copy", {"a.f90": {"one": "three"}})
    assert (copied / "a.f90").read_text() == "call three()\ncall two()\ncall two()\n"
    assert (copied / "Makefile").read_text() == "all:\n"
    before = (copied / "a.f90").stat().st_mtime_ns
    copy_with(host, copied, {"a.f90": {"one": "three"}})
    assert (copied / "a.f90").stat().st_mtime_ns == before


@pytest.mark.parametrize(("text", "found"), [("four", 0), ("two", 2)])
def test_a_text_that_is_not_there_once_is_refused(tmp_path, host, text, found):
    with pytest.raises(ValueError, match=f"expected '{text}' once, found it {found} times"):
        copy_with(host, tmp_path / "copy", {"a.f90": {text: ""}})
