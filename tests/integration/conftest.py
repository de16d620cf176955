# SPDX-License-Identifier: BSD-3-Clause
"""Small hosts in C and Fortran, and the emulators they run."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from small_emulators import NCOL, NLEV, card_text, require_plugin, write_python_emulator

import pyhybrid
from pyhybrid import Card

HOSTS = Path(__file__).parent / "hosts"


def network():
    import torch

    torch.manual_seed(3)
    scale = torch.nn.Linear(5, 5)
    with torch.no_grad():
        scale.weight.copy_(torch.diag(torch.tensor([0.05, 0.05, 0.05, 0.05, 2e-4])))
        scale.bias.copy_(torch.tensor([-12.5, -12.5, -12.5, -12.5, -20.0]))
    layers = (scale, torch.nn.Linear(5, 48), torch.nn.Tanh(), torch.nn.Linear(48, 9))
    return torch.nn.Sequential(*layers)


@pytest.fixture(scope="session")
def torch_emulator(tmp_path_factory):
    """A real32 network in a .pt file."""
    require_plugin("torch")
    pytest.importorskip("torch")
    card = Card.from_json(card_text(kind="real32"))
    return pyhybrid.export(network(), card, tmp_path_factory.mktemp("torch") / "test.pt")


@pytest.fixture(scope="session")
def python_emulator(tmp_path_factory):
    """The like of it in real64 and numpy."""
    require_plugin("python")
    return write_python_emulator(tmp_path_factory.mktemp("python") / "test.py")


@pytest.fixture(params=["torch", "python"])
def emulator(request):
    """Both of them."""
    return request.getfixturevalue(f"{request.param}_emulator")


@pytest.fixture
def null_emulator(tmp_path):
    """A card without a network: all outputs are zero."""
    path = tmp_path / "null.json"
    path.write_text(card_text())
    return path


@pytest.fixture
def write_config(tmp_path):
    """Writes hybrid.toml with a table [scheme.radiation]."""

    def write(lines, name="hybrid.toml"):
        path = tmp_path / name
        path.write_text(f"[scheme.radiation]\n{lines}\n")
        return path

    return write


@pytest.fixture
def columns():
    """Inputs of NCOL columns."""
    random = np.random.default_rng(0)
    return {
        "air_temperature": random.uniform(210, 300, (NCOL, NLEV)),
        "surface_air_pressure": random.uniform(9e4, 1.05e5, NCOL),
    }


@pytest.fixture(scope="session")
def build_host(tmp_path_factory):
    """Builds a host from files in hosts/, in C or, with hybrid.f90, in Fortran."""
    built = {}

    def build(*names, flags=()):
        key = (*names, *flags)
        if key not in built:
            built[key] = _build(tmp_path_factory.mktemp("host"), names, flags)
        return built[key]

    return build


def _build(folder, names, flags):
    sources = [str(HOSTS / name) for name in names]
    library = pyhybrid.library_dir()
    link = [f"-L{library}", "-lhybrid", f"-Wl,-rpath,{library}"]
    if names[0].endswith(".f90"):
        if not shutil.which("gfortran"):
            pytest.skip("no gfortran")
        compiler = ["gfortran", "-O2", "-fopenmp", "-Wall", "-Wextra", "-Werror"]
        sources.insert(0, str(pyhybrid.fortran_source()))
    else:
        compiler = ["cc", "-std=c11", "-O2", "-fopenmp", "-Wall", "-Wextra", "-Werror"]
        compiler.append(f"-I{pyhybrid.include_dir()}")
    command = [*compiler, *flags, *sources, "-o", "host", *link]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "host"
