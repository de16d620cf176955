# SPDX-License-Identifier: BSD-3-Clause
"""Wheel and source distribution of this checkout, from what `make build` has configured."""

import fcntl
import re
import subprocess
import sys
from pathlib import Path

import pytest
from building_hosts import ROOT, environment, require

BUILD = ROOT / "build" / "meson"
_SETTINGS = {"build-dir": "build/meson", "setup-args": ["-Dtests=true"]}  # as in the Makefile


def configured_python():
    """The Python of that configuration: another one would configure and compile all of it anew."""
    require("ninja")
    file = BUILD / "meson-python-native-file.ini"
    if not file.is_file():
        pytest.skip("no build/meson: make build")
    (python,) = re.findall(r"^python = '(.*)'$", file.read_text(), re.MULTILINE)
    if Path(python).parent != Path(sys.executable).parent:
        pytest.skip(f"build/meson is of {python}: make build with this Python")
    return python


def made(kind, folder):
    """The file of meson-python's hook ``build_{kind}``; the configuration is what it was."""
    options = BUILD / "meson-info" / "intro-buildoptions.json"
    python = configured_python()
    program = f"import mesonpy; mesonpy.build_{kind}({str(folder)!r}, {_SETTINGS!r})"
    with options.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # where tests run twice, as meson refuses the second
        before = options.read_bytes()
        done = subprocess.run(
            [python, "-c", program], cwd=ROOT, env=environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert options.read_bytes() == before
    (file,) = folder.iterdir()
    return file


def introspected(what):
    """Meson's own account of the configuration, as JSON."""
    command = [sys.executable, "-m", "mesonbuild.mesonmain", "introspect", f"--{what}", str(BUILD)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def headers_read():
    """Files that compilers opened, as ninja keeps them; paths relative to the build folder."""
    command = ["ninja", "-C", str(BUILD), "-t", "deps"]
    text = subprocess.run(
        command, env=environment(), check=True, capture_output=True, text=True
    ).stdout
    return set(re.findall(r"^    (.+)$", text, re.MULTILINE))
