# SPDX-License-Identifier: BSD-3-Clause
"""A host with libhybrid.so alone, and with plug-ins that are not what they should be."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version

import pytest
from small_emulators import card_text

import pyhybrid

STUB = """\
#include <hybrid_plugin.h>
{before}
static const hyb_backend table = {{{{{size}, {version}, {type}, "null", "{release}"}}, 0, 0, 0, 0}};
const hyb_plugin_table *hyb_plugin(void) {{ {body} }}
"""
GOOD = {
    "before": "",
    "size": "sizeof table",
    "version": "HYB_PLUGIN_VERSION",
    "type": "HYB_PLUGIN_BACKEND",
    "release": version("pyhybrid"),
    "body": "return &table.head;",
}
BACKENDS = {"torchscript": "pt", "python": "py", "null": "json"}


@pytest.fixture
def alone(tmp_path):
    """A folder with nothing but a copy of libhybrid.so."""
    folder = tmp_path / "alone"
    folder.mkdir()
    shutil.copy(pyhybrid.library_dir() / "libhybrid.so", folder)
    return folder


@pytest.fixture(params=["mistakes.c", "mistakes.f90"])
def run(request, build_host, alone, write_config):
    """Runs a host with that copy: status and message."""
    host = build_host(request.param)

    def run(mistake, lines):
        environment = {k: v for k, v in os.environ.items() if k != "HYBRID_PLUGIN_PATH"}
        done = subprocess.run(
            [host, mistake, write_config(lines)],
            cwd=alone,
            env={**environment, "LD_LIBRARY_PATH": str(alone)},
            capture_output=True,
            text=True,
            check=True,
        )
        status, *message = done.stdout.splitlines()
        assert status == "0" or message.pop() == "lives on"
        return int(status), "\n".join(message).strip()

    return run


@pytest.fixture
def compile_plugin(alone):
    """Compiles a plug-in "null" from C beside the copy of libhybrid.so."""

    def compile_plugin(text):
        source = alone / "stub.c"
        source.write_text(text)
        command = ["cc", "-shared", "-fPIC", f"-I{pyhybrid.include_dir()}", str(source)]
        subprocess.run([*command, "-o", str(alone / "libhybrid_null.so")], check=True)

    return compile_plugin


def refused(run, lines, pattern):
    status, message = run("block", lines)
    assert status == 8, message  # HYB_ERROR_PLUGIN
    assert re.search(pattern, message), message


def null_lines(tmp_path):
    card = tmp_path / "card.json"
    card.write_text(card_text())
    return f"mode = 'emulate'\nemulator = '{card}'\nbackend = 'null'"


def test_native_mode_runs(run):
    assert run("block", "mode = 'native'") == (0, "")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_is_missing(run, tmp_path, alone, backend):
    path = tmp_path / f"emulator.{BACKENDS[backend]}"
    path.write_text("")
    lines = f"mode = 'emulate'\nemulator = '{path}'\nbackend = '{backend}'"
    refused(run, lines, rf"plug-in libhybrid_\w+.so: expected a file in .*{alone}.*, found none")


@pytest.mark.parametrize("lines", ["mode = 'record'", "mode = 'replay'\nreplay.path = 'x.nc'"])
def test_recordings_are_missing(run, lines):
    refused(run, lines, "plug-in libhybrid_netcdf.so: expected a file in .*, found none")


@pytest.mark.parametrize(
    "changed, pattern",
    [
        ({"version": "HYB_PLUGIN_VERSION + 1"}, "plug-in version: expected 2, found 3"),
        ({"version": "0"}, "plug-in version: expected 2, found 0"),
        ({"size": "16"}, "size of its table: expected [0-9]+ or more, found 16"),
        ({"type": "HYB_PLUGIN_STORAGE"}, "type: expected 1, found 2"),
        ({"body": "(void)table; return 0;"}, "expected a table of functions, found null"),
        ({"before": "#define hyb_plugin hyb_plug"}, "expected a function hyb_plugin, found none"),
        ({"before": "int nowhere(void);", "body": "nowhere(); return 0;"}, "nowhere"),
    ],
    ids=["newer", "older", "small", "storage", "null", "no function", "not loadable"],
)
def test_plugins_that_do_not_fit(run, tmp_path, compile_plugin, changed, pattern):
    compile_plugin(STUB.format(**GOOD | changed))
    refused(run, null_lines(tmp_path), f"libhybrid_null.so.*{pattern}")


def test_file_that_is_no_library(run, tmp_path, alone):
    (alone / "libhybrid_null.so").write_text("not an ELF file")
    refused(run, null_lines(tmp_path), "libhybrid_null.so")


def test_plugin_that_fits(run, tmp_path, alone):
    shutil.copy(pyhybrid.library_dir() / "libhybrid_null.so", alone)
    assert run("block", null_lines(tmp_path)) == (0, "")


def test_configured_folder_comes_first(run, tmp_path, compile_plugin, alone):
    """The plug-in beside the library is of another version; the configured one fits."""
    compile_plugin(STUB.format(**GOOD | {"version": "7"}))
    folder = pyhybrid.library_dir()
    lines = f"{null_lines(tmp_path)}\n[domain]\nplugins = '{folder}'"
    assert run("block", lines) == (0, "")
