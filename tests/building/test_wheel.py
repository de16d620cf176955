# SPDX-License-Identifier: BSD-3-Clause
"""The wheel: what is in it, and that it works wherever it is installed and moved to."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from building_hosts import ROOT, check_run, environment, require, section
from distributions import BUILD, made
from packaging.tags import Tag, sys_tags
from packaging.utils import parse_wheel_filename

NEEDED = """\
include/hybrid.h include/hybrid_plugin.h include/hybrid_version.h fortran/hybrid.f90
lib/libhybrid.so lib/libhybrid_stub.so lib/libhybrid_stub.a lib/pkgconfig/pyhybrid.pc
lib/pkgconfig/pyhybrid-stub.pc lib/cmake/pyhybrid/pyhybrid-config.cmake
lib/cmake/pyhybrid/pyhybrid-config-version.cmake share/pyhybrid.mk share/pyhybrid.wrap
share/stub/hybrid_stub.c share/sources/meson.build share/sources/backends/torch/meson.build py.typed
""".split()
STRANGE = r"(^|/)(tests?|conftest|examples|__pycache__)\b|\.(safetensors|pt2?|nc|o|mod|pyc)$"
SITE = Path(f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return made("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    """Where the wheel lies alone, without Torch beside it."""
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.fixture(scope="module")
def moved(wheel, tmp_path_factory):
    """An environment that got the wheel, and then another place."""
    old = tmp_path_factory.mktemp("old") / "environment"
    venv.create(old, symlinks=True)
    install = ["-m", "pip", "--python", old / "bin/python", "install", "--no-index", "--no-deps"]
    subprocess.run([sys.executable, *install, "--quiet", wheel], check=True)
    (old / SITE / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    if torch := find_spec("torch"):
        (old / SITE / "torch").symlink_to(Path(torch.origin).parent)
    told = subprocess.run([old / "bin/pyhybrid", "version"], check=True, capture_output=True)
    assert version("pyhybrid") in told.stdout.decode()
    return old.rename(tmp_path_factory.mktemp("new") / "environment")


def in_environment(folder):
    """Its Python is found, and its command; not the one that was installed by `make build`."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    command = programs / "pyhybrid"
    command.write_text(f'#!/bin/sh\nexec "{folder}/bin/python" -m pyhybrid "$@"\n')
    command.chmod(0o755)
    return f"{programs}{os.pathsep}{environment()['PATH']}"


def dynamic(file, word):
    """Entries of a library's dynamic section: RUNPATH, NEEDED and their like."""
    text = subprocess.run(["readelf", "-dW", file], check=True, capture_output=True, text=True)
    return re.findall(rf"\({word}\).*\[(.*)\]", text.stdout)


def is_elf(file):
    return file.is_file() and file.read_bytes()[:4] == b"\x7fELF"


def torch_is_beside():
    """Whether this environment's own site-packages have Torch, as those of a user would."""
    torch = find_spec("torch")
    return torch and Path(torch.origin).parents[1] == Path(sysconfig.get_path("platlib"))


# ---- What is in it


def test_is_of_this_python_and_no_promise_for_other_systems(wheel):
    name, release, _, tags = parse_wheel_filename(wheel.name)
    here = next(iter(sys_tags()))
    assert (name, str(release)) == ("pyhybrid", version("pyhybrid"))
    assert tags == {Tag(here.interpreter, here.abi, f"linux_{platform.machine()}")}


def test_has_what_a_host_needs_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"pyhybrid/{path}" for path in NEEDED} <= names
    plugins = {file.name for file in BUILD.glob("bridge/**/libhybrid_*.so")}
    assert {f"pyhybrid/lib/{name}" for name in plugins} <= names
    assert {name.split("/")[0] for name in names} == {
        "pyhybrid", f"pyhybrid-{version('pyhybrid')}.dist-info",
    }  # fmt: skip
    assert [name for name in sorted(names) if re.search(STRANGE, name)] == []


def test_has_every_module(wheel):
    """One that no meson.build names would be missed by users only."""
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "pyhybrid").rglob("*.py")}
    build_only = {name for name in modules if re.search(r"/native/(?!__init__)", name)}
    assert modules - build_only <= names


def test_texts_name_no_folder_of_this_machine(unpacked):
    folders = [str(folder).encode() for folder in (ROOT, BUILD, sys.prefix)]
    texts = [file for file in unpacked.rglob("*") if file.is_file() and not is_elf(file)]
    assert len(texts) > 100
    assert [file for file in texts for folder in folders if folder in file.read_bytes()] == []


def test_libraries_are_found_from_their_own_place(unpacked):
    require("readelf")
    if find_spec("torch") and not torch_is_beside():
        pytest.skip("Torch is not in this environment's own site-packages")
    libraries = [file for file in unpacked.rglob("*") if is_elf(file)]
    assert len(libraries) > 3
    for file in libraries:
        for path in [*dynamic(file, "RUNPATH"), *dynamic(file, "RPATH")]:
            assert path in {"$ORIGIN", "$ORIGIN/../../torch/lib"}, file


def test_library_needs_the_system_only(unpacked):
    require("readelf")
    needed = dynamic(unpacked / "pyhybrid/lib/libhybrid.so", "NEEDED")
    system = r"(lib(c|m|stdc\+\+|gcc_s|dl|pthread)|ld-linux.*)\.so"
    assert needed and [one for one in needed if not re.match(system, one)] == []


# ---- In an environment that was moved


@pytest.mark.parametrize(
    "title, tools",
    [
        ("A Makefile: pyhybrid config", ("make", "gfortran")),
        ("A Makefile: pyhybrid.mk", ("make", "gfortran")),
        ("CMake", ("cmake", "make", "gfortran")),
        ("pkg-config", ("make", "pkg-config", "cc")),
    ],
)
def test_host_is_built_and_runs(build, moved, title, tools):
    require(*tools, "ldd")
    host = build(title)
    printed = host.run(section(title).commands, PATH=in_environment(moved))
    if title == "pkg-config":
        assert printed.splitlines()[-1] == f"libhybrid {version('pyhybrid')}"
    else:
        check_run(host.folder, printed)
    linked = host.run(f"ldd {'build/' if title == 'CMake' else ''}model")
    (library,) = re.findall(r"libhybrid\.so => (\S+)", linked)
    assert Path(library).resolve() == moved / SITE / "pyhybrid/lib/libhybrid.so"


def test_doctor_finds_all_that_works_here(moved):
    built = {"netcdf": "netcdf", "torchscript": "torch"}
    required = [
        f"--require={name}" for name, file in built.items()
        if any(BUILD.glob(f"bridge/**/libhybrid_{file}.so"))
    ]  # fmt: skip
    command = [moved / "bin/python", "-m", "pyhybrid", "doctor", "--quick", "--json", "-"]
    done = subprocess.run([*command, *required], cwd=moved, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["works"]
    (library,) = [one for one in found["findings"] if one["name"] == "libhybrid.so"]
    assert library["about"].endswith(f"{moved / SITE}/pyhybrid/lib/libhybrid.so")


def test_torch_is_found_beside(moved):
    """By the host's loader, where no Python has loaded it before."""
    require("ldd")
    plugin = moved / SITE / "pyhybrid/lib/libhybrid_torch.so"
    if not plugin.is_file():
        pytest.skip("libhybrid_torch.so was not built")
    text = subprocess.run(["ldd", plugin], check=True, capture_output=True, text=True).stdout
    assert "not found" not in text
    (torch,) = re.findall(r"libtorch_cpu\.so => (\S+)", text)
    assert Path(torch).resolve() == Path(find_spec("torch").origin).parent / "lib/libtorch_cpu.so"
    assert torch.startswith(str(moved)) or not torch_is_beside()


# ---- With another Torch, or none


OTHER_RELEASE = """\
unsigned long long aoti_torch_abi_version(void) { return (2ull << 56) | (4ull << 48); }
"""
OPEN = "import sys; sys.path[:0] = [sys.argv[1]]; import pyhybrid; pyhybrid.Emulator('a.pt')"


def refusal(package, folder, **variables):
    """What is said where nothing but the plug-in of Torch is asked for Torch."""
    (folder / "a.pt").touch()
    done = subprocess.run(
        [sys.executable, "-c", OPEN, package], cwd=folder, env=environment() | variables,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def torch_plugin(unpacked):
    plugin = unpacked / "pyhybrid/lib/libhybrid_torch.so"
    if not plugin.is_file():
        pytest.skip("libhybrid_torch.so was not built")
    return plugin


def test_without_torch_says_what_to_install(unpacked, tmp_path):
    torch_plugin(unpacked)
    if not torch_is_beside():
        pytest.skip("Torch is found where it was at build time")
    said = refusal(unpacked, tmp_path)
    assert "libhybrid_torch.so: expected a loadable plug-in, found libtorch_cpu.so: " in said
    assert said.endswith("pip install 'pyhybrid[build,torch]' && pyhybrid build-backend torch")


def test_torch_of_another_release_is_refused(unpacked, tmp_path):
    """It loads, since what it needs is there; a stand-in for Torch says that it is 2.4."""
    require("cc", "patchelf")
    plugin = shutil.copy(torch_plugin(unpacked), tmp_path)
    (tmp_path / "other.c").write_text(OTHER_RELEASE)
    other = tmp_path / "libother.so"
    subprocess.run(["cc", "-shared", "-o", other, tmp_path / "other.c"], check=True)
    torch = Path(find_spec("torch").origin).parent / "lib"
    run_path = ["--set-rpath", f"{tmp_path}:{torch}"]
    subprocess.run(["patchelf", "--add-needed", other.name, *run_path, plugin], check=True)
    said = refusal(unpacked, tmp_path, HYBRID_PLUGIN_PATH=str(tmp_path))
    built = ".".join(version("torch").split(".")[:2])
    assert f"expected Torch {built}, for which it was built, found 2.4; what builds it" in said
    assert said.endswith("pyhybrid build-backend torch")
