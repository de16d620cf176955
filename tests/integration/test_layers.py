# SPDX-License-Identifier: BSD-3-Clause
"""Every #include, use and import points downwards, as in section 4 of the design."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pyhybrid

ROOT = Path(__file__).parents[2]
PUBLIC = {"hybrid.h", "hybrid_plugin.h", "hybrid_version.h"}
GENERATED = {"python_build.h", "sources.h"}
FOREIGN = {  # which folders alone may see these headers; benchmarks call libtorch as others do
    r"torch|ATen|c10|caffe2": {"bridge/backends/torch", "bridge/bench"},
    r"Python\.h|numpy": {"bridge/backends/python"},
    r"netcdf|hdf5": {"bridge/netcdf"},
    r"toml": {"bridge/src"},
    r"hwy": {"bridge/engine/vector"},
    r"libxsmm": {"bridge/engine"},
    r"nlohmann": {"bridge/src", "bridge/engine", "bridge/backends/torch", "bridge/bench"},
}
FOLDERS = [
    "bridge/src",
    "bridge/src/constraints",
    "bridge/src/guards",
    "bridge/src/hooks",
    "bridge/src/noise",
    "bridge/engine",
    "bridge/engine/steps",
    "bridge/engine/vector",
    "bridge/netcdf",
    "bridge/backends/torch",
    "bridge/backends/python",
    "bridge/backends/null",
    "bridge/bench",
    "bridge/plugin",
    "bridge/stub",
]
# What plug-ins share; headers only. The core writes words into messages as they do, no more.
QUOTES = "plugin/quotes.hpp"
SHARED = {"plugin/contents.hpp", "plugin/failure.hpp", QUOTES}
ROOMS = ("bridge/src", "bridge/engine")  # whose folders know each other
# The core and its hosts know no plug-ins. The benchmarks measure the engine's products of matrices
# by themselves.
KNOWN = {
    "bridge/bench": {"hybrid.h", "gemm.hpp"},
    "bridge/src": PUBLIC | {QUOTES},
    "bridge/stub": {"hybrid.h"},
}


def includes(text):
    """Pairs of the bracket, < or ", and the header."""
    return re.findall(r"^\s*#\s*include\s*([<\"])([^>\"]+)", text, re.MULTILINE)


def foreign(folder, header):
    """The folders that the header belongs to, if they are other ones."""
    owners = [owners for words, owners in FOREIGN.items() if re.match(words, header)]
    return [one for one in owners if not {folder, room_of(folder)} & one]


def room_of(folder):
    """The folder, or the one that it is a part of."""
    return next((room for room in ROOMS if folder.startswith(f"{room}/")), folder)


def upward(folder, bracket, header):
    """Whether a file of the folder must not include the header."""
    if bracket == "<":
        return bool(foreign(folder, header))
    known = GENERATED | KNOWN.get(room_of(folder), PUBLIC | SHARED)
    return header not in known and not in_own_room(folder, header)


def in_own_room(folder, header):
    """Whether the header is of this folder, or of the room that it is a part of."""
    room = ROOT / room_of(folder)
    found = [(base / header).resolve() for base in (ROOT / folder, room)]
    return any(path.is_file() and path.is_relative_to(room) for path in found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_includes(folder):
    files = [
        path for path in (ROOT / folder).iterdir() if path.suffix in (".c", ".cpp", ".hpp", ".h")
    ]
    assert files
    wrong = [
        f"{path.name}: {header}"
        for path in files
        for bracket, header in includes(path.read_text())
        if upward(folder, bracket, header)
    ]
    assert wrong == []


def test_every_folder_is_looked_at():
    sources = [path for end in ("c", "cpp", "hpp") for path in ROOT.glob(f"bridge/**/*.{end}")]
    found = {path.parent.relative_to(ROOT).as_posix() for path in sources}
    assert found <= set(FOLDERS)


@pytest.mark.parametrize(
    "folder, bracket, header",
    [
        ("bridge/src", "<", "torch/script.h"),
        ("bridge/src", "<", "Python.h"),
        ("bridge/src", "<", "netcdf.h"),
        ("bridge/netcdf", "<", "nlohmann/json.hpp"),
        ("bridge/backends/python", "<", "ATen/ATen.h"),
        ("bridge/backends/torch", '"', "../../src/card.hpp"),
        ("bridge/backends/torch", '"', "card.hpp"),
        ("bridge/bench", '"', "hybrid_plugin.h"),
        ("bridge/netcdf", '"', "gemm.hpp"),
        ("bridge/src/noise", '"', "plugin/failure.hpp"),
        ("bridge/src/noise", '"', "gemm.hpp"),
        ("bridge/src", '"', "plugin/failure.hpp"),
        ("bridge/src/hooks", '"', "plugin/failure.hpp"),
        ("bridge/src/hooks", "<", "Python.h"),
        ("bridge/bench", '"', "plugin/failure.hpp"),
        ("bridge/stub", '"', "plugin/failure.hpp"),
        ("bridge/stub", '"', "text.hpp"),
    ],
)
def test_upward_includes_are_seen(folder, bracket, header):
    assert upward(folder, bracket, header)


@pytest.mark.parametrize("header", sorted(PUBLIC))
@pytest.mark.parametrize(
    "language", [("cc", "-std=c11", "-xc"), ("c++", "-std=c++17", "-xc++")], ids=["C11", "C++17"]
)
def test_headers_compile_alone(header, language):
    command = [*language, "-fsyntax-only", "-pedantic", "-Wall", "-Wextra", "-Werror", "-"]
    done = subprocess.run(
        [*command, f"-I{pyhybrid.include_dir()}"],
        input=f"#include <{header}>\n#include <{header}>\nint used;\n",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_contract_includes_next_to_nothing():
    text = (ROOT / "bridge/include/hybrid.h").read_text()
    assert {header for _, header in includes(text)} == {
        "stddef.h",
        "stdint.h",
        "hybrid_version.h",
    }


def test_fortran_face_uses_intrinsic_modules_and_the_contract_only():
    text = (ROOT / "fortran/hybrid/hybrid.f90").read_text()
    used = re.findall(r"^\s*use\b\s*(,\s*intrinsic)?[\s:]*(\w+)", text, re.MULTILINE)
    assert {module for _, module in used} <= {"iso_c_binding", "iso_fortran_env"}
    assert all(intrinsic for intrinsic, _ in used)
    bound = set(re.findall(r'bind\(c, name="(\w+)"\)', text))
    contract = (ROOT / "bridge/include/hybrid.h").read_text()
    unknown = {name for name in bound - {"strlen"} if f" {name}(" not in contract.replace("*", " ")}
    assert unknown == set() and len(bound) > 15


def imports(path):
    """Modules that a Python file names, relative ones with their dots."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pyhybrid").rglob("*.py")), ids=lambda path: path.name
)
def test_package_knows_no_tests_and_no_examples(path):
    local = {one.stem for folder in ("examples", "tests") for one in (ROOT / folder).rglob("*.py")}
    standard = set(sys.stdlib_module_names) | {"numpy", "torch"}
    found = {name.split(".")[0] for name in imports(path)} - standard
    assert not found & (local | {"tests", "examples"})


def test_lowest_layer_of_the_package_knows_no_other():
    for path in (ROOT / "pyhybrid/_abi").glob("*.py"):
        above = {name for name in imports(path) if name.startswith("..")}
        assert above <= {"..", ".._words", "..errors"}, path.name


@pytest.mark.parametrize("module", ["torch", "xarray", "netCDF4", "dask"])
def test_import_of_the_package_is_light(module):
    program = f"import sys, pyhybrid; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_examples_use_the_public_faces():
    for path in (ROOT / "examples").rglob("*.py"):
        hidden = [name for name in imports(path) if re.match(r"pyhybrid\..*\b_", name)]
        assert not hidden, path.name
    for path in (ROOT / "examples").rglob("*.f90"):
        assert not re.search(r"bind\(c,\s*name=.hyb_", path.read_text()), path.name


def test_library_never_prints_or_ends_the_process():
    """Every message goes to a status or to the log; the write of a file is not a print."""
    words = r"\b(std::cout|std::cerr|printf\(|puts\(|perror\(|exit\(|abort\(|std::terminate\()"
    allowed = {"bridge/backends/python/start.cpp"}
    for folder in set(FOLDERS) - {"bridge/bench"}:
        for path in [*(ROOT / folder).glob("*.*pp"), *(ROOT / folder).glob("*.[ch]")]:
            code = re.sub(r"//.*|/\*.*?\*/|\"(\\.|[^\"])*\"", "", path.read_text())
            found = [word for word in re.findall(words, code) if "snprintf" not in word]
            if path.relative_to(ROOT).as_posix() not in allowed:
                assert found == [], path.name


NATIVE = sorted((ROOT / "fortran/physics").rglob("*.[fF]90"))


def without_comments(path):
    return re.sub(r'!.*|"[^"]*"', "", path.read_text())


@pytest.mark.parametrize("path", NATIVE, ids=lambda path: path.name)
def test_native_schemes_know_nothing_of_the_bridge(path):
    code = path.read_text()
    used = re.findall(r"^\s*use\b\s*(?:,\s*intrinsic\s*::)?\s*(\w+)", code, re.MULTILINE)
    own = {one.stem for one in path.parent.iterdir()}
    intrinsic = {"ieee_exceptions", "iso_fortran_env"}
    assert set(used) <= own | intrinsic


@pytest.mark.parametrize("path", NATIVE, ids=lambda path: path.name)
def test_kernels_are_pure(path):
    """All but the driver and its checks: neither state, nor allocation, nor output, nor an end."""
    code = without_comments(path)
    if path.stem.endswith(("_driver", "_checks")):
        return
    procedures = re.findall(r"^ *(.*?)\b(?:subroutine|function) +\w+ *\(", code, re.MULTILINE)
    assert all(re.match("(pure|elemental)", before) for before in procedures)
    assert not re.search(r"\b(allocat\w*|save|print|write|stop|pointer)\b", code)
