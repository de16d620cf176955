# SPDX-License-Identifier: BSD-3-Clause
"""What the libraries need and what they show."""

import re
import subprocess
from pathlib import Path

import pytest
from small_emulators import require_plugin

import pyhybrid

SYSTEM = re.compile(r"(libc|libm|libdl|libpthread|libgcc_s|libstdc\+\+|ld-linux-.*)\.so\.\d")
OURS = ("torch", "python", "netcdf", "hdf5", "blas", "mkl", "openblas", "numpy")
PLUGINS = {
    "libhybrid_builtin.so": {"hyb_plugin"},
    "libhybrid_torch.so": {"hyb_plugin"},
    "libhybrid_bench_torch.so": {"hyb_bench_plain"},
    "libhybrid_python.so": {"hyb_plugin", "hyb_hook_plugin"},
    "libhybrid_python_interpreter.so": {"hyb_python_start"},
    "libhybrid_netcdf.so": {"hyb_plugin"},
    "libhybrid_null.so": {"hyb_plugin"},
}
MODEL = Path(__file__).parents[2] / "build/exoplasim/real64/plasim_hybrid.x"


def output_of(*command):
    return subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True
    ).stdout


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "-d", path))


def exported(path):
    lines = output_of("nm", "-D", "--defined-only", path).splitlines()
    return {line.split()[-1] for line in lines}


def imported(path):
    lines = output_of("nm", "-D", "--undefined-only", path).splitlines()
    return {line.split()[-1] for line in lines}


def declared(header):
    """The functions that a header offers."""
    text = (pyhybrid.include_dir() / header).read_text()
    return set(re.findall(r"^HYB_API[^;]*?\b(hyb_\w+)\(", text, re.MULTILINE))


@pytest.fixture
def library():
    return pyhybrid.library_dir() / "libhybrid.so"


def test_library_needs_the_system_only(library):
    strange = [name for name in needed(library) if not SYSTEM.match(name)]
    assert strange == []


def test_library_imports_of_glibc_and_the_compiler_only(library):
    versioned = re.compile(r".*@(GLIBC|GLIBCXX|CXXABI|GCC)_[\d.]+$")
    weak = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable"}
    strange = {name for name in imported(library) if not versioned.match(name)}
    assert strange <= weak | {"_ITM_registerTMCloneTable"}


def test_library_exports_the_functions_of_its_header(library):
    functions = declared("hybrid.h")
    assert len(functions) > 20
    assert exported(library) == functions


@pytest.mark.parametrize("name", PLUGINS)
def test_plugins_export_one_function(name):
    require_plugin(name.removeprefix("libhybrid_").removesuffix(".so"))
    assert exported(pyhybrid.library_dir() / name) == PLUGINS[name]


@pytest.mark.parametrize("name", ["libhybrid.so", *PLUGINS])
def test_no_library_can_end_the_process(name):
    """Other ranks would wait for it. The stand-in of libxsmm for the runtime of Fortran can, and
    is called by its wrappers around a BLAS, which the engine has no use for."""
    if name != "libhybrid.so":
        require_plugin(name.removeprefix("libhybrid_").removesuffix(".so"))
    path = pyhybrid.library_dir() / name
    ending = {"exit", "_exit", "_Exit", "quick_exit", "abort", "raise", "kill", "pthread_exit"}
    found = {symbol.split("@")[0] for symbol in imported(path)} & ending
    stand_in = "_gfortran_stop_string" in output_of("nm", path)
    assert found == ({"exit"} if stand_in else set())


def test_engine_needs_the_system_only():
    """Neither Torch nor Python, and no matrix product of anybody's."""
    require_plugin("builtin")
    path = pyhybrid.library_dir() / "libhybrid_builtin.so"
    assert [name for name in needed(path) if not SYSTEM.match(name)] == []
    assert [name for name in imported(path) if re.search("gemm|blas|libxsmm", name)] == []


def test_every_plugin_is_known_here():
    found = {path.name for path in pyhybrid.library_dir().glob("libhybrid_*.so")}
    assert found <= PLUGINS.keys() | {"libhybrid_stub.so"}


@pytest.mark.parametrize("name", PLUGINS)
def test_plugins_do_not_need_the_library(name):
    """They are opened by it, whichever copy of it a host has."""
    require_plugin(name.removeprefix("libhybrid_").removesuffix(".so"))
    assert not [one for one in needed(pyhybrid.library_dir() / name) if "libhybrid" in one]


def test_python_is_that_of_the_process():
    require_plugin("python")
    for name in ("libhybrid_python.so", "libhybrid_python_interpreter.so"):
        assert not [one for one in needed(pyhybrid.library_dir() / name) if "python3" in one]


def test_host_needs_nothing_but_the_library(build_host):
    for source in ("columns.c", "columns.f90"):
        assert not foreign(build_host(source))


def test_exoplasim_needs_nothing_but_the_library():
    if not MODEL.is_file():
        pytest.skip("ExoPlaSim was not built")
    assert "libhybrid.so" in needed(MODEL)
    assert not foreign(MODEL)


def foreign(program):
    """What ldd finds of the libraries that only plug-ins may bring, by name of the file."""
    names = re.findall(r"^\s*(\S+)", output_of("ldd", program), re.MULTILINE)
    return [name for name in names if any(word in Path(name).name.lower() for word in OURS)]
