# SPDX-License-Identifier: BSD-3-Clause
"""One emulator, run from C, Fortran and Python: the same columns give the same bits."""

import os
import subprocess

import numpy as np
import pytest
from small_emulators import NCOL, NLEV, emulate

import pyhybrid
from pyhybrid import Domain

BLOCKS = (1, 7, 32, NCOL)
SHAPES = {"heating": NLEV, "warming": NLEV, "flux": 1}
HOSTS = {"c": "columns.c", "fortran": "columns.f90"}


def run_host(host, config, columns, folder, blocks=BLOCKS, threads=1):
    """Outputs of one run of a host, by name, for each size of blocks."""
    x = np.vstack([columns["air_temperature"].T, columns["surface_air_pressure"]])
    x.tofile(folder / "input")
    arguments = [config, folder / "input", folder / "output", NCOL, *blocks]
    done = subprocess.run(
        [host, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    y = np.fromfile(folder / "output").reshape(len(blocks), -1, NCOL)
    heating, warming, flux = np.split(y, [NLEV, 2 * NLEV], axis=1)
    return [
        {"heating": h.T, "warming": w.T, "flux": f[0]}
        for h, w, f in zip(heating, warming, flux, strict=True)
    ]


def predicted(emulator, columns, size=32):
    """What Python says; the hosts begin with 1 everywhere, which an increment is added to."""
    with pyhybrid.Emulator(emulator, batch={"columns": size}) as opened:
        outputs = opened.predict(columns)
    return outputs | {"warming": 1 + outputs["warming"]}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("language", HOSTS)
def test_hosts_give_the_bits_of_python(
    build_host, emulator, write_config, columns, tmp_path, language, threads
):
    host = build_host(HOSTS[language])
    expected = predicted(emulator, columns)
    assert np.isfinite(expected["heating"]).all() and expected["heating"].std() > 0.1
    config = write_config(emulate(emulator))
    for found in run_host(host, config, columns, tmp_path, threads=threads):
        assert_same(found, expected)


def test_verbs_give_the_bits_of_predict(emulator, columns):
    expected = predicted(emulator, columns)
    found = {name: np.ones_like(array) for name, array in expected.items()}
    with (
        Domain(text=f"[scheme.radiation]\n{emulate(emulator)}") as domain,
        domain.scheme("radiation") as scheme,
    ):
        for first in range(0, NCOL, 7):
            with scheme.open(len(columns["surface_air_pressure"][first : first + 7])) as call:
                for name, array in columns.items():
                    call.put(name, array[first : first + 7])
                call.run()
                for name, array in found.items():
                    call.get(name, array[first : first + 7])
    assert_same(found, expected)


def test_low_level_gives_the_bits_of_predict(emulator, columns):
    expected = predicted(emulator, columns)
    x = np.column_stack(list(columns.values()))
    with pyhybrid.Emulator(emulator, batch={"columns": 32}) as opened:
        kind = {"real32": np.float32, "real64": np.float64}[opened.card.kind]
        y = opened.run(x.astype(kind)).astype(np.float64)
    np.testing.assert_array_equal(y[:, :NLEV], expected["heating"])
    np.testing.assert_array_equal(1 + y[:, NLEV : 2 * NLEV], expected["warming"])
    np.testing.assert_array_equal(y[:, -1], expected["flux"])


def test_results_depend_on_the_emulator(torch_emulator, python_emulator, columns):
    """So that equal bits mean something."""
    one, other = predicted(torch_emulator, columns), predicted(python_emulator, columns)
    assert (one["heating"] != other["heating"]).any()


@pytest.mark.parametrize("language, source", [("c", "columns.c"), ("fortran", "columns.f90")])
def test_host_with_a_sgemm_of_its_own(
    build_host, emulator, write_config, columns, tmp_path, language, source
):
    """Its own matrix products abort; exported, they could take the place of ours."""
    host = build_host(source, "own_sgemm.c", flags=("-rdynamic",))
    symbols = subprocess.run(["nm", "-D", str(host)], check=True, capture_output=True, text=True)
    assert " T sgemm_" in symbols.stdout
    (found,) = run_host(host, write_config(emulate(emulator)), columns, tmp_path, (32,))
    assert_same(found, predicted(emulator, columns))
