# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid doctor``: what works is run, what is broken is named with what mends it."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from installed import plugin_exists

import pyhybrid
from pyhybrid import doctor
from pyhybrid._abi.loading import library_path
from pyhybrid.cli import main
from pyhybrid.doctor import FAILS, MISSING, WORKS, Finding, Task, backends, library, tools, trial

ABORTS = """\
#include <stdlib.h>
__attribute__((constructor)) static void now(void) { abort(); }
"""
OTHER_VERSION = """\
static const int table[64] = {512, 999};
const void *hyb_plugin(void) { return table; }
"""
OTHER_TORCH = """\
extern int _ZN3c10Old(void);
const void *hyb_plugin(void) { return (const void *)_ZN3c10Old; }
"""


def run(*arguments):
    return CliRunner().invoke(main, ["doctor", *arguments])


def require(plugin):
    if not plugin_exists(plugin):
        pytest.skip(f"libhybrid_{plugin}.so was not built")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """An installation to be broken: links to what there is."""
    folder = tmp_path / "lib"
    folder.mkdir()
    for file in library_path().parent.glob("libhybrid*.so"):
        (folder / file.name).symlink_to(file)
    monkeypatch.delenv("HYBRID_PLUGIN_PATH", raising=False)
    monkeypatch.setenv("PYHYBRID_LIBRARY_DIR", str(folder))
    return folder


def put(file, source):
    """A shared object in place of a plug-in."""
    file.unlink(missing_ok=True)
    code = file.with_suffix(".c")
    code.write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", code, "-o", file], check=True)


@pytest.mark.parametrize("name", ["builtin", "python", "null", "netcdf"])
def test_a_backend_that_works(name):
    require(name)
    found = backends.backend(name)
    assert (found.state, found.mend) == (WORKS, ""), found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torchscript", "aoti"])
def test_a_torch_backend_that_works(name, torch_plugin):
    pytest.importorskip("torch")
    assert backends.backend(name).state == WORKS


@pytest.mark.parametrize("name", ["builtin", "python", "null", "netcdf", "torchscript", "aoti"])
def test_a_missing_plugin(name, install):
    for file in install.glob("libhybrid_*.so"):
        file.unlink()
    found = backends.backend(name)
    assert found.state == MISSING
    assert found.about.startswith("no libhybrid_") and found.mend
    assert found.bad == (name == "builtin")


@pytest.mark.parametrize("name", ["builtin", "null"])
def test_a_plugin_that_is_no_library(name, install):
    (install / f"libhybrid_{name}.so").unlink()
    (install / f"libhybrid_{name}.so").write_text("not ELF")
    found = backends.backend(name)
    assert found.state == FAILS and found.bad
    assert "a loadable plug-in" in found.about


def test_a_plugin_that_ends_the_process(install):
    put(install / "libhybrid_null.so", ABORTS)
    found = backends.backend("null")
    assert found.state == FAILS
    assert found.about.startswith("ended by SIGABRT")


def test_a_plugin_of_another_version(install):
    put(install / "libhybrid_null.so", OTHER_VERSION)
    found = backends.backend("null")
    assert found.state == FAILS and "plug-in version" in found.about


def test_a_plugin_that_computes_nonsense(install):
    """The empty backend in place of the engine gives zeros."""
    require("null")
    (install / "libhybrid_builtin.so").unlink()
    shutil.copy(install / "libhybrid_null.so", install / "libhybrid_builtin.so")
    found = backends.backend("builtin")
    assert found.state == FAILS and found.bad


def test_a_result_that_is_no_number_is_nonsense(monkeypatch, tmp_path):
    require("builtin")
    monkeypatch.setattr(trial, "expected", lambda name: np.nan)
    with pytest.raises(pyhybrid.errors.BackendError, match="found an error of nan K"):
        trial.try_backend("builtin", "cpu", tmp_path)


def test_a_plugin_of_another_torch(install, torch_plugin):
    pytest.importorskip("torch")
    put(install / "libhybrid_torch.so", OTHER_TORCH)
    found = backends.backend("torchscript")
    assert found.state == FAILS
    assert "_ZN3c10Old" in found.about
    assert "pyhybrid build-backend torch" in found.mend


def test_torch_of_another_version_is_named(monkeypatch):
    monkeypatch.setattr(backends.importlib.metadata, "version", lambda name: "2.1.0+cpu")
    monkeypatch.setattr(backends, "torch_wanted", lambda: "torch==2.13.0")
    mend = backends._mend_torch("torchscript", "PluginError")
    assert mend.startswith("torch is 2.1.0, wanted 2.13.0: pyhybrid build-backend torch")


def test_what_brings_the_plugin_is_what_the_page_says():
    page = Path(__file__).parents[2] / "docs" / "linking.md"
    lines = backends._mend_missing("torchscript").split(" && ")
    assert len(lines) == 2 and "\n".join(lines) in page.read_text(encoding="utf-8")


def test_torch_that_is_not_installed(install, monkeypatch):
    (install / "libhybrid_torch.so").touch()
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    found = backends.backend("torchscript")
    assert (found.state, found.about) == (MISSING, "torch is not installed")
    assert found.mend.startswith('pip install "pyhybrid[torch]" --extra-index-url ')
    (_, devices) = backends.devices()
    assert devices.state == MISSING and "torchscript" in devices.about


def test_a_plugin_path_that_hides_what_works(install, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / "libhybrid_null.so").write_text("not ELF")
    monkeypatch.setenv("HYBRID_PLUGIN_PATH", f"{tmp_path / 'none'}:{other}")
    found = backends.backend("null")
    assert found.state == FAILS and found.mend.startswith("unset HYBRID_PLUGIN_PATH")
    states = [one.state for one in library.library() if one.name == "HYBRID_PLUGIN_PATH"]
    assert states == [FAILS, WORKS]


def test_a_wrong_word_of_the_environment(monkeypatch):
    monkeypatch.setenv("HYBRID_CPU", "sse2")
    (found,) = [one for one in library.library() if one.name == "HYBRID_CPU"]
    assert found.state == FAILS and found.mend == "unset HYBRID_CPU"


def doctor_of(folder):
    """The whole command in a process, which has another library."""
    program = "import sys; from pyhybrid.cli import main; main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", program, "doctor", "--quick", "--json", "-"],
        cwd=Path(pyhybrid.__file__).parents[1], capture_output=True, text=True,
        env=os.environ | {"PYHYBRID_LIBRARY_DIR": str(folder)},
    )  # fmt: skip


@pytest.mark.parametrize("content", [None, "not ELF"], ids=["missing", "broken"])
def test_without_the_library_itself(content, tmp_path):
    if content:
        (tmp_path / "libhybrid.so").write_text(content)
    done = doctor_of(tmp_path)
    assert done.returncode == 1
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["libhybrid.so"]["bad"]
    assert found["libhybrid.so"]["mend"] == "unset PYHYBRID_LIBRARY_DIR"
    assert "to be mended: libhybrid.so" in done.stderr


def host_of(compiler):
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    return tools.fortran_compiler(compiler)


@pytest.mark.parametrize("compiler", ["gfortran", pytest.param("flang-22", marks=pytest.mark.slow)])
def test_a_compiler_that_works(compiler):
    found = host_of(compiler)
    assert found.state == WORKS, found
    assert any(letter.isdigit() for letter in found.about)


def test_a_compiler_that_fails(tmp_path, monkeypatch):
    broken = tmp_path / "gfortran"
    broken.write_text("#!/bin/sh\necho 'GNU Fortran 4.4'\necho cannot >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = tools.fortran_compiler("gfortran")
    assert found.state == FAILS
    assert found.about == "GNU Fortran 4.4: a host does not compile or link: cannot"


def test_no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FC", raising=False)
    assert tools.fortran_compilers() == []
    (task,) = [one for one in doctor.tasks() if one.name == "Fortran"]
    (found,) = task.run()
    assert found.state == MISSING and "apt install gfortran" in found.mend
    assert {one.state for one in tools.programs()} == {MISSING}


def test_packages_of_an_extra(monkeypatch):
    wanted = ["numpy>=1", "no-such-package>=2", "no_such_too>=1; extra == 'report'"]
    monkeypatch.setattr(tools.importlib.metadata, "requires", lambda name: wanted)
    there, missing, extra = tools.packages()
    assert there.state == WORKS and there.required
    assert missing.bad and missing.mend == "pip install 'no-such-package>=2'"
    assert not extra.bad and extra.mend == "pip install 'pyhybrid[report]'"


@pytest.mark.parametrize("extra, bad", [("", True), ("; extra == 'report'", False)])
def test_a_package_that_is_too_old(monkeypatch, extra, bad):
    wanted = ["numpy>=1; extra == 'bench'", f"numpy>=999{extra}"]
    monkeypatch.setattr(tools.importlib.metadata, "requires", lambda name: wanted)
    (found,) = tools.packages()
    assert found.bad == bad and found.state != WORKS
    assert found.about.endswith(", wanted >=999") and found.mend.startswith("pip install")


def test_packages_that_are_imported_by_another_name(monkeypatch):
    """Such as meson, which is mesonbuild."""
    wanted = [one for one in importlib.metadata.requires("pyhybrid") if one.startswith("meson")]
    monkeypatch.setattr(tools.importlib.metadata, "requires", lambda name: wanted)
    (found,) = tools.packages()
    assert found.name == "meson" and found.state == WORKS, found


@pytest.mark.parametrize("command", ['gfortran "', "no-such-compiler -O2", '""'])
def test_what_fc_says_is_no_command(command, monkeypatch):
    monkeypatch.setenv("FC", command)
    found = tools.fortran_compiler(tools.fortran_compilers()[0])
    assert (found.name, found.state) == (command, FAILS)
    assert found.about == "no command that is on the path" and "unset FC" in found.mend


def test_an_empty_fc_says_nothing(monkeypatch):
    monkeypatch.delenv("FC", raising=False)
    without = tools.fortran_compilers()
    monkeypatch.setenv("FC", "  ")
    assert tools.fortran_compilers() == without


FINDINGS = (
    Finding("backends", "builtin", WORKS, "fast", required=True),
    Finding("backends", "null", MISSING, "none", "apt install it"),
)


def only(monkeypatch, *findings):
    monkeypatch.setattr(doctor, "tasks", lambda quick: [Task("one", lambda: findings)])


def test_what_is_missing_and_not_required_is_no_failure(monkeypatch):
    only(monkeypatch, *FINDINGS)
    result = run()
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "backends", "  builtin  works      fast", "  null     missing    none",
        "                      mend: apt install it",
    ]  # fmt: skip
    assert result.stderr == ""


def test_what_is_required_and_missing_is_one(monkeypatch):
    only(monkeypatch, *FINDINGS)
    result = run("--require", "null", "--json", "-")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["works"] is False
    assert [one["bad"] for one in told["findings"]] == [False, True]
    assert "doctor: to be mended: null" in result.stderr


def test_what_fails_is_one(monkeypatch):
    only(monkeypatch, Finding("backends", "null", FAILS, "broken"))
    result = run()
    assert result.exit_code == 1 and "null  FAILS" in result.stdout


@pytest.mark.parametrize("name", ["ifx", "aoti"])
def test_what_is_required_and_was_not_tried_is_missing(name, monkeypatch):
    only(monkeypatch, *FINDINGS)
    result = run("--require", name)
    assert result.exit_code == 1
    assert f"{name}" in result.stdout and f"to be mended: {name}" in result.stderr


def test_an_unknown_part_is_told(monkeypatch):
    only(monkeypatch, *FINDINGS)
    result = run("--require", "buildin")
    assert result.exit_code == 1
    assert "unknown part 'buildin'; did you mean 'builtin'?" in result.stderr
