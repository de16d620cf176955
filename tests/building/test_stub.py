# SPDX-License-Identifier: BSD-3-Clause
"""The library of native mode alone."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from building_hosts import RESULT, require, section

import pyhybrid
from pyhybrid import paths
from pyhybrid._abi.header import enumeration, ffi

STATUS = enumeration("hyb_status")


@pytest.fixture(scope="module")
def stub():
    return ffi().dlopen(str(pyhybrid.library_dir() / "libhybrid_stub.so"))


def symbols(path, *flags):
    require("nm")
    command = ["nm", "--defined-only", "--extern-only", *flags, str(path)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[-1] for line in lines if " T " in line}


def test_same_symbols_as_the_library():
    folder = pyhybrid.library_dir()
    expected = symbols(folder / "libhybrid.so", "-D")
    assert len(expected) > 20 and all(name.startswith("hyb_") for name in expected)
    assert symbols(folder / "libhybrid_stub.so", "-D") == expected
    assert symbols(folder / "libhybrid_stub.a") == expected


def test_needs_the_c_library_only():
    require("readelf")
    path = pyhybrid.library_dir() / "libhybrid_stub.so"
    command = ["readelf", "-d", str(path)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", text))
    assert {name for name in needed if not name.startswith("ld-linux")} == {"libc.so.6"}
    assert re.findall(r"\(SONAME\).*\[(.*)\]", text) == ["libhybrid_stub.so"]


def test_host_of_the_page(build):
    """Of four copied files, a C and a Fortran compiler."""
    require("cc", "gfortran")
    host = build()
    assert host.run(section("The stub library").commands).splitlines()[-1] == RESULT
    assert not (host.folder / "convection.nc").exists()


@pytest.mark.parametrize("link", ["-lhybrid_stub", "-l:libhybrid_stub.a"])
def test_host_linked_with_the_installed_one(build, link):
    require("gfortran")
    host = build()
    host.run(
        'gfortran -o model "$(pyhybrid config --fortran-source)" host_state.f90 radiation.f90 '
        "convection.f90 physics.f90 model.f90 "
        f"-L{pyhybrid.library_dir()} {link} -Wl,-rpath,{pyhybrid.library_dir()}"
    )
    refused = host.attempt("./model")
    assert refused.returncode != 0
    message = "hybrid.toml, line 5: mode: expected 'native', the only mode of the stub library, "
    assert f"{message}found 'record': link libhybrid" in refused.stderr
    (host.folder / "hybrid.toml").write_text("")
    assert host.run("./model").splitlines()[-1] == RESULT


@pytest.mark.parametrize("version, fits", [("0.0.9", False), ("0.10.0", False), (None, True)])
def test_library_of_another_release_is_refused(build, version, fits):
    """By a host that was linked with this one, and meets the other where it runs."""
    require("cc", "gfortran")
    host = build()
    (host.folder / "hybrid.toml").write_text("")
    text = (pyhybrid.include_dir() / "hybrid_version.h").read_text()
    mine = re.search(r'"([\d.]+)"', text)[1]
    (host.folder / "hybrid_version.h").write_text(text.replace(mine, version or mine))
    host.run(
        'cp "$(dirname "$(pyhybrid config --stub-source)")"/hybrid_stub* .\n'
        'cp "$(pyhybrid config --prefix)"/include/hybrid.h .\n'
        "mkdir other; cc -shared -fPIC hybrid_stub.c -o other/libhybrid_stub.so\n"
        'gfortran -o model "$(pyhybrid config --fortran-source)" host_state.f90 radiation.f90 '
        f"convection.f90 physics.f90 model.f90 -L{pyhybrid.library_dir()} -lhybrid_stub"
    )
    done = host.attempt("./model", LD_LIBRARY_PATH=str(host.folder / "other"))
    release = mine.rpartition(".")[0]
    refusal = f"expected libhybrid {release}.x, as hybrid.f90 is, found {version}: does LD_LIBRARY"
    assert (done.returncode == 0) is fits and (refusal in done.stderr) is not fits, done.stderr


def test_source_compiles_without_warnings(tmp_path):
    require("cc")
    command = "cc -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -c".split()
    source = [f"-I{pyhybrid.include_dir()}", str(paths.stub_source())]
    subprocess.run([*command, *source], check=True, cwd=tmp_path)


# ---- Configurations


def created(stub, text):
    """The status, and the message if it is one of failure."""
    domain = ffi().new("hyb_domain **")
    null = ffi().NULL
    status = stub.hyb_domain_create_text(text.encode(), null, null, domain)
    assert (status == 0) == (domain[0] != null)
    stub.hyb_domain_destroy(domain[0])
    return status, ffi().string(stub.hyb_last_error()).decode() if status else ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# mode = 'emulate'\n[scheme.a]\nmode = \"native\"  # not 'record'\n",
        'scheme.a.mode = "native"',
        'log = """\nmode = "emulate"\n"""',
        "log = '''\nmode = 'emulate' '\n'''",
        "log = \"a \\\" mode='emulate' # \"\nmode = 'native'",
        "[scheme.a.field]\nmode = { unit = '1' }",
        "a = ''\nb = \"\"\n[scheme.a]\nmode='''native'''",
        "'mo\\u0064e' = 'emulate'",
    ],
)
def test_native_configurations(stub, text):
    assert created(stub, text) == (0, "")


@pytest.mark.parametrize(
    "text, line, found",
    [
        ("[scheme.a]\nmode = 'emulate'", 2, "emulate"),
        ("scheme.a.mode='record'", 1, "record"),
        ("scheme = { a = { 'mode' = 'shadow' } }", 1, "shadow"),
        ('a = """\n\n"""\n"mode" = "replay"', 4, "replay"),
        ('"mo\\u0064e" = "emulate"', 1, "emulate"),
        ("mode = 3", 1, "3"),
        ("mode =", 1, ""),
        ("mode = 'Native'", 1, "Native"),
        ("# " + "x" * 100000 + "\nmode = 'blend'", 2, "blend"),
    ],
)
def test_other_configurations_are_refused(stub, text, line, found):
    status, message = created(stub, text)
    assert status == STATUS["HYB_ERROR_CONFIG"]
    assert message.startswith(f"hyb_domain_create_text: configuration, line {line}: ")
    assert message.endswith(f"found '{found}': link libhybrid")


def test_whatever_is_cut_off_is_read_to_its_end(stub):
    text = '[scheme."a"]\nlog = \'\'\'x\'\'\'\nmode = "native" # """\nb = "\\"c"\n'
    for length in range(len(text) + 1):
        created(stub, text[:length])


@pytest.mark.parametrize("path", ["none.toml", "."])
def test_files_that_cannot_be_read(stub, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    domain = ffi().new("hyb_domain **")
    status = stub.hyb_domain_create(path.encode(), ffi().NULL, ffi().NULL, domain)
    assert status == STATUS["HYB_ERROR_CONFIG"]
    assert (
        f"configuration '{path}': expected a file" in ffi().string(stub.hyb_last_error()).decode()
    )


# ---- The rest of what hyb_* do


def test_null_pointers_are_refused(stub):
    """Every function that takes one, but those that release."""
    null = ffi().NULL
    for name in sorted(symbols(pyhybrid.library_dir() / "libhybrid_stub.a")):
        function = getattr(stub, name)
        arguments = ffi().typeof(function).args
        if not arguments:
            continue
        status = function(*(null if kind.kind == "pointer" else 0 for kind in arguments))
        fine = name.endswith(("_destroy", "_close")) and "call" not in name
        assert (status == 0) == fine, name


def test_emulators_and_states_are_refused(stub):
    emulator = ffi().new("hyb_emulator **")
    assert stub.hyb_emulator_open(b"a.pt", ffi().NULL, emulator) == STATUS["HYB_ERROR_PLUGIN"]
    domain = ffi().new("hyb_domain **")
    assert stub.hyb_domain_create_text(b"", ffi().NULL, ffi().NULL, domain) == 0
    values = ffi().new("double[3]")
    status = stub.hyb_domain_state_set(domain[0], values, 3, ffi().NULL, 0, 0)
    assert status == STATUS["HYB_ERROR_SHAPE"]
    stub.hyb_domain_destroy(domain[0])


def test_restarts_warn(stub, tmp_path):
    said = []

    @ffi().callback("void(int32_t, const char *, void *)")
    def log(level, text, data):
        said.append((level, ffi().string(text).decode()))

    host = ffi().new("hyb_host *", {"size": ffi().sizeof("hyb_host"), "log": log})
    domain = ffi().new("hyb_domain **")
    assert stub.hyb_domain_create_text(b"", ffi().NULL, host, domain) == 0
    path = tmp_path / "restart.nc"
    assert stub.hyb_domain_save(domain[0], str(path).encode()) == 0
    assert stub.hyb_domain_load(domain[0], str(path).encode()) == 0
    stub.hyb_domain_destroy(domain[0])
    assert not path.exists()
    assert [level for level, _ in said] == [2, 2]
    assert "no file was written" in said[0][1] and "the file was not read" in said[1][1]


def test_sanitizers(tmp_path):
    """These tests once more, the stub compiled to find bad memory."""
    require("cc")
    flags = "-std=c11 -g -shared -fPIC -fvisibility=hidden -fsanitize=address,undefined".split()
    library = tmp_path / "package" / "libhybrid_stub.so"
    library.parent.mkdir()
    source = [f"-I{pyhybrid.include_dir()}", str(paths.stub_source()), "-o", str(library)]
    subprocess.run(["cc", *flags, *source], check=True)
    for name in ("libhybrid.so", "libhybrid_stub.a"):
        shutil.copy(pyhybrid.library_dir() / name, library.parent)
    preload = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True)
    environment = os.environ | {
        "LD_PRELOAD": preload.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYHYBRID_LIBRARY_DIR": str(library.parent),
    }
    wanted = "configurations or cut_off or cannot_be_read or null or refused or warn"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", wanted]
    done = subprocess.run(
        [*command, str(Path(__file__))],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
