# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid config`` and the files for other build systems: right, quoted, relocatable."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import pyhybrid
from pyhybrid import _abi, paths
from pyhybrid.cli import main
from pyhybrid.commands.config import _ANSWERS as answers


def run(*arguments):
    return CliRunner().invoke(main, ["config", *arguments])


def words(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    return shlex.split(line)


def test_flags_are_combined_in_one_line():
    library, include = pyhybrid.library_dir(), pyhybrid.include_dir()
    expected = [f"-I{include}", f"-L{library}", "-lhybrid", f"-Wl,-rpath,{library}"]
    assert words("--rpath", "--cflags", "--libs") == expected  # in an order of its own
    assert words("--libs") == expected[1:3]


@pytest.mark.parametrize(
    "option, file",
    [
        ("--fortran-source", "."),
        ("--prefix", "include/hybrid.h"),
        ("--makefile", "."),
        ("--pkgconfig-dir", "pyhybrid.pc"),
        ("--cmake-dir", "pyhybrid-config.cmake"),
        ("--wrap", "."),
        ("--stub-source", "."),
    ],
)
def test_paths_exist(option, file):
    (path,) = words(option)
    assert (Path(path) / file).exists() if file != "." else Path(path).is_file()


def test_nothing_asked_for_is_all():
    result = run()
    assert result.exit_code == 0
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    everything = json.loads(run("--json", "-").stdout)
    told = {name.replace("-", "_"): shlex.split(line) for name, line in lines.items()}
    assert told == everything and len(told) == 10


def test_stub():
    assert words("--libs", "--stub")[1] == "-lhybrid_stub"


def test_json_has_all(tmp_path):
    found = json.loads(run("--json", "-").stdout)
    assert found["cflags"] == shlex.split(run("--cflags").stdout)
    assert set(found) >= {"libs", "rpath", "fortran_source", "prefix", "makefile", "cmake_dir"}
    assert run("--json", str(tmp_path / "all.json")).stdout == ""
    assert json.loads((tmp_path / "all.json").read_text()) == found


def test_blanks_in_a_path_are_quoted(tmp_path, monkeypatch):
    folder = tmp_path / "a b'c"
    folder.mkdir()
    (folder / "libhybrid.so").touch()
    monkeypatch.setenv("PYHYBRID_LIBRARY_DIR", str(folder))
    assert words("--libs", "--rpath") == [f"-L{folder}", "-lhybrid", f"-Wl,-rpath,{folder}"]


def test_a_path_alone_is_for_quotes_of_the_shell(monkeypatch):
    """As the pages have it: "$(pyhybrid config --prefix)"."""
    monkeypatch.setitem(answers, "prefix", ("", lambda stub: ("/a b'c",)))
    monkeypatch.setitem(answers, "cflags", ("", lambda stub: ("-I/a b'c",)))
    assert run("--prefix").stdout == "/a b'c\n"
    for options in (["--cflags"], ["--cflags", "--prefix"]):
        assert [one[-6:] for one in words(*options)] == ["/a b'c"] * len(options)


def test_compiler_takes_what_is_printed(tmp_path):
    if not shutil.which("cc"):
        pytest.skip("no cc")
    (tmp_path / "a.c").write_text(
        "#include <hybrid.h>\nint main(void) { return !hyb_version()[0]; }\n"
    )
    flags = run("--cflags", "--libs", "--rpath").stdout
    subprocess.run(f"cc a.c -o a {flags}", shell=True, check=True, cwd=tmp_path)
    subprocess.run(["./a"], check=True, cwd=tmp_path)


# ---- Failures




def test_unknown_option():
    assert run("--ldflags").exit_code == 2


def test_parts_that_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)
    options = ("--cflags", "--fortran-source", "--makefile", "--cmake-dir", "--stub-source")
    for option in ([], *([one] for one in options)):
        result = run(*option)
        assert result.exit_code == 1, option
        assert f"expected a file {tmp_path}" in result.stderr


def test_json_that_cannot_be_written(tmp_path):
    result = run("--json", str(tmp_path / "none" / "all.json"))
    assert result.exit_code == 1 and "expected a folder '" in result.stderr


# ---- Relocatable


@pytest.fixture(params=["moved", "moved to a b"])
def moved(request, tmp_path):
    """A copy of the installed folder elsewhere, without its modules."""
    folder = tmp_path / request.param
    for part in ("lib/pkgconfig", "lib/cmake", "include", "fortran", "share"):
        shutil.copytree(paths.prefix() / part, folder / part)
    for name in ("libhybrid.so", "libhybrid_stub.so"):
        shutil.copy(pyhybrid.library_dir() / name, folder / "lib")
    return folder


def pkg_config(folder, *arguments):
    if not shutil.which("pkg-config"):
        pytest.skip("no pkg-config")
    environment = os.environ | {"PKG_CONFIG_PATH": str(folder / "lib/pkgconfig")}
    command = ["pkg-config", *arguments]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return shlex.split(done.stdout)


def test_pkg_config_of_a_moved_folder(moved):
    include, library, name = pkg_config(moved, "--cflags", "--libs", "pyhybrid")
    assert Path(include.removeprefix("-I")).samefile(moved / "include")
    assert Path(library.removeprefix("-L")).samefile(moved / "lib")
    assert name == "-lhybrid"
    (source,) = pkg_config(moved, "--variable=fortran_source", "pyhybrid")
    assert Path(source).samefile(moved / "fortran/hybrid.f90")
    assert pkg_config(moved, "--modversion", "pyhybrid") == [_abi.version()]


def test_pkg_config_has_no_private_parts(moved):
    assert pkg_config(moved, "--static", "--libs", "pyhybrid") == pkg_config(
        moved, "--libs", "pyhybrid"
    )
    assert pkg_config(moved, "--print-requires-private", "pyhybrid") == []
    assert pkg_config(moved, "--libs", "pyhybrid-stub")[1] == "-lhybrid_stub"


def test_cmake_of_a_moved_folder(moved, tmp_path):
    for tool in ("cmake", "make", "gfortran"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool}")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(m LANGUAGES C)\n"
        "find_package(pyhybrid REQUIRED)\n"
        "get_target_property(file pyhybrid::hybrid IMPORTED_LOCATION)\n"
        'message(STATUS "=${file}=${pyhybrid_FORTRAN_SOURCE}=")\n'
    )
    command = ["cmake", "-B", "build", f"-Dpyhybrid_DIR={moved}/lib/cmake/pyhybrid"]
    for stub, name in (("OFF", "libhybrid.so"), ("ON", "libhybrid_stub.so")):
        done = subprocess.run(
            [*command, f"-Dpyhybrid_STUB={stub}"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        assert f"={moved}/lib/{name}={moved}/fortran/hybrid.f90=" in done.stdout


def test_cmake_without_the_library(moved, tmp_path):
    if not shutil.which("cmake"):
        pytest.skip("no cmake")
    (moved / "lib/libhybrid.so").unlink()
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(m LANGUAGES NONE)\n"
        "find_package(pyhybrid REQUIRED)\n"
    )
    command = ["cmake", "-B", "build", f"-Dpyhybrid_DIR={moved}/lib/cmake/pyhybrid"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and "libhybrid.so, found none" in " ".join(done.stderr.split())
