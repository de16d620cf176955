# SPDX-License-Identifier: BSD-3-Clause
"""A small host built by each build system as the how-to page says, and run."""

import itertools
import re
import shutil
import tomllib
from importlib.metadata import version

import pytest
from building_hosts import PAGE, RESULT, ROOT, check_run, require, section

from pyhybrid import _abi

FRAGMENT = "A Makefile: pyhybrid.mk"
SUBPROJECT = "meson: pyhybrid as a subproject"
TOOLS = {
    FRAGMENT: ("make",),
    "A Makefile: pyhybrid config": ("make",),
    "CMake": ("cmake", "make"),
    "meson": ("pkg-config", "ninja"),
}
# The second compiler takes seconds, so the Makefiles that differ little are tested by test-all.
SLOW = {("A Makefile: pyhybrid config", "flang-22"), ("meson", "flang-22")}
MATRIX = [
    pytest.param(*case, marks=[pytest.mark.slow] if case in SLOW else [])
    for case in itertools.product(TOOLS, ["gfortran", "flang-22"])
]


@pytest.mark.parametrize("title, compiler", MATRIX)
def test_host(build, title, compiler):
    require(compiler, *TOOLS[title])
    host = build(title)
    check_run(host.folder, host.run(section(title).commands, compiler))


def test_host_in_c(build):
    require("make", "pkg-config", "cc")
    printed = build("pkg-config").run(section("pkg-config").commands)
    assert printed.splitlines()[-1] == f"libhybrid {_abi.version()}"


def test_host_with_ranks(build):
    require("make", "mpif90", "mpirun")
    host = build("MPI")
    toml = (host.folder / "hybrid.toml").read_text()
    (host.folder / "hybrid.toml").write_text(toml.replace("convection.nc", "convection.{rank}.nc"))
    assert host.run(section("MPI").commands).splitlines()[-1] == "temperature 264.6901  ranks 2"
    for rank in (0, 1):
        assert (host.folder / f"convection.{rank}.nc").is_file()


@pytest.mark.slow
def test_subproject(build):
    """Builds the core once more, by the host's own build."""
    require("gfortran", "ninja", "c++")
    host = build(SUBPROJECT)
    printed = host.run(section(SUBPROJECT).commands)
    assert printed.splitlines()[-1] == RESULT


def test_routine_replaced_without_editing(build):
    require("make", "gfortran", "objcopy")
    title = "Replacing a routine without editing the host"
    host = build(title, host="unedited")
    assert host.run(section(title).commands).splitlines()[-1] == "temperature  253.00"
    symbols = host.run("nm model")
    assert re.search(r" [TW] kuo_\n", symbols) and " T native_kuo_" in symbols


WITH_CMAKE = "Replacing a routine: CMake"
OBJECT_LIBRARY = {
    "physics STATIC old_physics.f90": "physics OBJECT old_physics.f90 other.f90",
    "$<TARGET_FILE:physics>(old_physics.f90.o)":
        "$<FILTER:$<TARGET_OBJECTS:physics>,INCLUDE,old_physics>",
    "PRIVATE physics pyhybrid::fortran)": "PRIVATE pyhybrid::fortran)\n"
    'target_sources(model PRIVATE "$<FILTER:$<TARGET_OBJECTS:physics>,EXCLUDE,old_physics>")',
}  # fmt: skip


@pytest.mark.parametrize("changes", [{}, OBJECT_LIBRARY], ids=["static", "object"])
def test_routine_replaced_by_cmake(build, changes):
    require("cmake", "make", "gfortran", "objcopy")
    host = build(WITH_CMAKE, host="unedited")
    (host.folder / "other.f90").write_text("subroutine other()\nend subroutine other\n")
    lists = host.folder / "CMakeLists.txt"
    text = lists.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    lists.write_text(text)
    assert host.run(section(WITH_CMAKE).commands).splitlines()[-1] == "temperature  253.00"
    symbols = host.run("nm build/model")
    assert re.search(r" T kuo_\n", symbols) and " T native_kuo_" in symbols
    assert ("other_" in symbols) == bool(changes)
    glue = host.folder / "glue/kuo_glue.f90"
    glue.write_text(glue.read_text().replace("  call set_up()\n", "  call set_up()\n  stop 7\n", 1))
    assert host.attempt("cmake --build build && build/model").returncode == 7  # it is in use
    host.run("cmake --build build --target clean")
    assert "stop 7" in glue.read_text()


# ---- Failures


def test_fragment_without_the_library(build, tmp_path):
    """A package that was taken apart says what is missing."""
    require("make")
    host = build(FRAGMENT)
    fragment = host.run("pyhybrid config --makefile").strip()
    (tmp_path / "share").mkdir()
    copied = tmp_path / "share" / "pyhybrid.mk"
    shutil.copy(fragment, copied)
    done = host.attempt(f"make -f {copied} hybrid.o")
    assert done.returncode != 0
    assert f"expected a file {tmp_path}/fortran/hybrid.f90, found none" in done.stderr


def test_fragment_keeps_the_default_goal(build):
    require("make")
    host = build()
    text = "include $(shell pyhybrid config --makefile)\nfirst:\n\t@echo first\n"
    (host.folder / "Makefile").write_text(text)
    assert host.run("make") == "first\n"


def test_fragment_takes_the_hosts_own_variables(build):
    require("make", "gfortran")
    host = build()
    text = "HYBRID_FC = gfortran\nHYBRID_FFLAGS = -O0 -g\nHYBRID_STUB = 1\n"
    text += "include $(shell pyhybrid config --makefile)\nlibs:\n\t@echo $(HYBRID_LIBS)\n"
    (host.folder / "Makefile").write_text(text)
    assert "gfortran -O0 -g -c -o hybrid.o" in host.run("make -n hybrid.o FC=none")
    assert "-lhybrid_stub " in host.run("make libs")


@pytest.mark.parametrize("given, compiler", [
    ("F90 = flang\n", "flang"), ("FC = ifx\nF90 = flang\n", "ifx"),
    ("F90 = flang\nHYBRID_FC = ftn\n", "ftn"),
])  # fmt: skip
def test_fragment_takes_a_compiler_that_somebody_chose(build, given, compiler):
    require("make")
    done = make_without_fc(build(), given, "-n hybrid.o")
    assert done.returncode == 0 and done.stdout.startswith(f"{compiler} ")


@pytest.mark.parametrize("options", ["", "-R"])
def test_fragment_does_not_take_makes_own_compiler(build, options):
    """Which is f77: it would not know what is wrong with hybrid.f90."""
    require("make")
    host = build()
    done = make_without_fc(host, "", f"{options} hybrid.o")
    assert done.returncode != 0
    assert "FC: expected a compiler of Fortran 2008 (set FC or HYBRID_FC), found" in done.stderr
    assert not (host.folder / "hybrid.o").exists()
    assert make_without_fc(host, "", "other").stdout == "other\n"


def make_without_fc(host, text, arguments):
    """As for a user whose environment says nothing of compilers."""
    text += "include $(shell pyhybrid config --makefile)\nother:\n\t@echo other\n"
    (host.folder / "Makefile").write_text(text)
    return host.attempt(f"unset FC; make {arguments}", MAKEFLAGS="")


CMAKE = """\
cmake_minimum_required(VERSION 3.20)
project(model LANGUAGES {languages})
find_package(pyhybrid {wanted})
if(TARGET pyhybrid::fortran)
  message(FATAL_ERROR "a Fortran target without Fortran")
endif()
"""
MAJOR, MINOR, _ = version("pyhybrid").split(".")
NEXT_MINOR = f"{MAJOR}.{int(MINOR) + 1}"
CONFIGURE = 'cmake -B build -Dpyhybrid_DIR="$(pyhybrid config --cmake-dir)"'


@pytest.mark.parametrize(
    "wanted, languages, message",
    [
        ("9 REQUIRED", "C", "compatible with requested version"),
        (f"{NEXT_MINOR} REQUIRED", "C", "compatible with requested version"),
        ("REQUIRED COMPONENTS Fortran", "C", r"component Fortran: expected\s+Fortran, with that"),
        ("REQUIRED COMPONENTS fotran", "C", r"component fotran: expected\s+Fortran"),
    ],
)
def test_cmake_refuses(build, wanted, languages, message):
    require("cmake", "make", "cc")
    host = build()
    (host.folder / "CMakeLists.txt").write_text(CMAKE.format(wanted=wanted, languages=languages))
    done = host.attempt(CONFIGURE)
    assert done.returncode != 0
    assert re.search(message, done.stderr)


def test_cmake_without_fortran(build):
    require("cmake", "make", "cc")
    host = build()
    wanted = f"{version('pyhybrid')} REQUIRED"
    text = CMAKE.format(wanted=wanted, languages="C")
    text += "add_executable(model model.c)\ntarget_link_libraries(model pyhybrid::hybrid)\n"
    (host.folder / "CMakeLists.txt").write_text(text)
    printed = host.run(f"{CONFIGURE}\ncmake --build build\nbuild/model")
    assert printed.splitlines()[-1].startswith("libhybrid ")


def test_cmake_targets_in_two_folders(build):
    """Found twice, linked in another folder than it was found in."""
    require("cmake", "make", "gfortran")
    host = build()
    sources = "host_state.f90 radiation.f90 convection.f90 physics.f90"
    files = {
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(model LANGUAGES Fortran)\n"
        "find_package(pyhybrid REQUIRED)\nadd_subdirectory(physics)\nadd_subdirectory(main)\n",
        "physics/CMakeLists.txt": "find_package(pyhybrid REQUIRED)\n"
        f"set(s {sources})\nlist(TRANSFORM s PREPEND ../)\n"
        "add_library(physics STATIC ${s})\ntarget_link_libraries(physics pyhybrid::fortran)\n"
        "target_include_directories(physics INTERFACE ${CMAKE_CURRENT_BINARY_DIR})\n",
        "main/CMakeLists.txt": "add_executable(model ../model.f90)\n"
        "target_link_libraries(model physics)\n",
    }
    for name, text in files.items():
        (host.folder / name).parent.mkdir(exist_ok=True)
        (host.folder / name).write_text(text)
    printed = host.run(f"{CONFIGURE}\ncmake --build build\nbuild/main/model")
    assert printed.splitlines()[-1] == RESULT


# ---- The page


def test_every_snippet_of_the_page_is_run_here():
    """A section with commands belongs to a test of this folder, or of the package."""
    titles = re.findall(r"^## (.*)$", PAGE.read_text(), re.MULTILINE)
    with_commands = {title for title in titles if section(title).commands}
    elsewhere = {"The stub library", "The Torch of your own"}
    unrun = {"Install"}  # Debian packages, and minutes of compiling
    here = {*TOOLS, "pkg-config", "MPI", SUBPROJECT}
    replacing = {"Replacing a routine without editing the host", WITH_CMAKE}
    assert with_commands == here | elsewhere | unrun | replacing


RECIPES = {
    "environment.yml": str,
    "spack/packages/py_pyhybrid/package.py": lambda name: name if name == "meson" else f"py-{name}",
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipes_are_marked_untested_and_need_what_the_package_needs(recipe):
    text = (ROOT / "bridge/packaging" / recipe).read_text()
    assert "Untested" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for requirement in needed:
        name = re.match(r"[\w-]+", requirement)[0]
        if name != "ninja" or recipe.endswith(".yml"):  # of Spack's meson package
            assert RECIPES[recipe](name) in text, name
    if recipe.endswith(".py"):
        compile(text, recipe, "exec")
        assert f'version("{version("pyhybrid")}")' in text
