# SPDX-License-Identifier: BSD-3-Clause
"""ExoPlaSim's variants, built once, and a restart that runs have in common."""

import shutil
from importlib.util import find_spec

import pytest
from exoplasim_files import MODEL
from model import SERIAL, SINGLE_PRECISION, TWO_RANKS, build, fetch
from runs import SCHEMES, Run

if not find_spec("torch"):
    collect_ignore = ["test_demo.py", "test_exoplasim.py", "test_runs.py", "test_verdict.py"]


@pytest.fixture(scope="session")
def boundary():
    if not shutil.which("gfortran"):
        pytest.skip("no gfortran")
    return fetch(MODEL) / "dat" / "T21"


@pytest.fixture(scope="session")
def hybrid(boundary):
    """The executable that is linked with the glue."""
    return build(MODEL, SERIAL)


@pytest.fixture(scope="session")
def unmodified(hybrid):
    """The executable as the package's makefile builds it."""
    return hybrid.with_name("plasim_unmodified.x")


@pytest.fixture(scope="session")
def hybrid_real32(boundary):
    return build(MODEL, SINGLE_PRECISION)


@pytest.fixture(scope="session")
def hybrid_two_ranks(boundary):
    if not shutil.which("mpif90"):
        pytest.skip("no mpif90")
    return build(MODEL, TWO_RANKS)


@pytest.fixture
def run(boundary, hybrid, tmp_path):
    """Runs the model in a folder of that name, which goes when the test has passed."""
    folders = []

    def run(name, schemes=None, days=1, executable=hybrid, **options):
        folders.append(tmp_path / name)
        return Run(folders[-1], executable, days, schemes=schemes or {}, **options).run(boundary)

    yield run
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def spun_up(boundary, hybrid, tmp_path_factory):
    """The state after 30 days from rest."""
    folder = tmp_path_factory.mktemp("exoplasim") / "spin_up"
    return Run(folder, hybrid, 30).run(boundary).restart


@pytest.fixture(params=[*SCHEMES, "all"])
def chosen(request):
    """Each scheme alone, and all of them."""
    return SCHEMES if request.param == "all" else (request.param,)
