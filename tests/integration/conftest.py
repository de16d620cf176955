# SPDX-License-Identifier: BSD-3-Clause
"""Small hosts in C and Fortran, and the emulators they run."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Card, Field

HOSTS = Path(__file__).parent / "hosts"
NCOL, NLEV = 100, 4

LEVELS = (("column", "level"), NLEV)
COLUMN = (("column",),)
CARD = Card(
    name="test",
    sample="column",
    kind="real64",
    inputs=(
        Field("air_temperature", "K", "state", "real", *LEVELS),
        Field("surface_air_pressure", "Pa", "state", "real", *COLUMN),
    ),
    outputs=(
        Field("heating", "K s-1", "tendency", "real", *LEVELS),
        Field("warming", "K s-1", "increment", "real", *LEVELS),
        Field("flux", "W m-2", "state", "real", *COLUMN),
    ),
)

# Not exact in floating point: sums of products show another order of adding them.
_PROGRAM = """\
import numpy as np

_W = np.random.default_rng(7).normal(size=(5, 48))
_V = np.random.default_rng(8).normal(size=(48, 9))


def emulate(x):
    scaled = (x - [250, 250, 250, 250, 1e5]) / [20, 20, 20, 20, 5e3]
    return np.tanh(scaled @ _W) @ _V
"""


def _network():
    import torch

    torch.manual_seed(3)
    scale = torch.nn.Linear(5, 5)
    with torch.no_grad():
        scale.weight.copy_(torch.diag(torch.tensor([0.05, 0.05, 0.05, 0.05, 2e-4])))
        scale.bias.copy_(torch.tensor([-12.5, -12.5, -12.5, -12.5, -20.0]))
    layers = (scale, torch.nn.Linear(5, 48), torch.nn.Tanh(), torch.nn.Linear(48, 9))
    return torch.nn.Sequential(*layers)


def card_text(card=CARD, **changed):
    """The card as JSON, with entries replaced."""
    return json.dumps(json.loads(card.to_json()) | changed)


def require_plugin(name):
    if not (pyhybrid.library_dir() / f"libhybrid_{name}.so").is_file():
        pytest.skip(f"libhybrid_{name}.so was not built")


def write_python_emulator(path, program=_PROGRAM, card=CARD):
    path.write_text(f"card = {json.loads(card.to_json())!r}\n{program}")
    return path


@pytest.fixture(scope="session")
def torch_emulator(tmp_path_factory):
    """A real32 network in a .pt file."""
    require_plugin("torch")
    pytest.importorskip("torch")
    card = Card.from_json(card_text(kind="real32"))
    return pyhybrid.export(_network(), card, tmp_path_factory.mktemp("torch") / "test.pt")


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


def emulate(path, columns=32):
    return f"mode = 'emulate'\nemulator = '{path}'\nbatch = {{ columns = {columns} }}"


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
