# SPDX-License-Identifier: BSD-3-Clause
"""What `meson install` puts under a prefix: files that find each other there."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from building_hosts import ROOT, require


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Where `meson install` puts each file, told before anything is compiled."""
    require("meson", "ninja", "c++")
    folder = tmp_path_factory.mktemp("prefix")
    options = [f"-D{part}=disabled" for part in ("torch", "python", "builtin", "netcdf", "native")]
    setup = ["meson", "setup", folder / "build", ROOT, f"--prefix={folder}/opt", "-Dtests=false"]
    subprocess.run([*setup, *options], check=True, capture_output=True)
    introspect = ["meson", "introspect", "--installed", folder / "build"]
    text = subprocess.run(introspect, check=True, capture_output=True, text=True).stdout
    return {
        Path(target).name: (Path(made), Path(target)) for made, target in json.loads(text).items()
    }


def test_pkg_config_file_under_a_prefix(plan):
    made, target = plan["pyhybrid.pc"]
    variables = dict(re.findall(r"^(\w+)=\$\{pcfiledir\}(\S+)$", made.read_text(), re.MULTILINE))
    places = {name: Path(f"{target.parent}{path}").resolve() for name, path in variables.items()}
    assert places["libdir"] == plan["libhybrid.so"][1].parent
    assert places["includedir"] == plan["hybrid.h"][1].parent
    assert places["fortran_source"] == plan["hybrid.f90"][1]
    assert places["makefile"] == plan["pyhybrid.mk"][1]
    assert places["prefix"] == places["includedir"].parent


@pytest.mark.parametrize("name", ["pyhybrid-config.cmake", "pyhybrid.mk"])
def test_other_files_under_a_prefix(plan, name):
    made, target = plan[name]
    paths = re.findall(r"(?:LIST_DIR\}|folder\))/([\w./-]+)", made.read_text())
    places = {(target.parent / path).resolve() for path in paths}
    face = plan["hybrid.f90"][1]
    assert places == {plan["libhybrid.so"][1].parent, plan["hybrid.h"][1].parent, face}
