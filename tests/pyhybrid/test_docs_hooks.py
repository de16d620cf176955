# SPDX-License-Identifier: BSD-3-Clause
"""The hooks that the documentation shows, compiled and run."""

import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hook_table import Hook
from test_docs import DOCS

import pyhybrid

HEATING = "tendency_of_air_temperature"
PYTHON = pyhybrid.library_dir() / "libhybrid_python.so"
COLUMNS = np.linspace(200.0, 300.0, 50).reshape(5, 10)  # [K] (column, level)


def block(language):
    page = (DOCS / "hooks.md").read_text(encoding="utf-8")
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return text


@pytest.fixture
def mean_bias(python_plugin, tmp_path):
    path = tmp_path / "mean_bias.py"
    path.write_text(block("python"))
    return lambda **options: Hook(PYTHON, HEATING, file=str(path), **options)


@pytest.fixture
def relax(tmp_path):
    (tmp_path / "relax.c").write_text(block("c"))
    strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{pyhybrid.include_dir()}"]
    subprocess.run(["cc", "-shared", "-fPIC", *strict, "-o", "librelax.so", "relax.c"],
                   cwd=tmp_path, check=True)
    return lambda **options: Hook(tmp_path / "librelax.so", HEATING, **options)


def test_configuration():
    text = block("toml")
    with pyhybrid.Domain(text=text) as domain, domain.scheme("radiation") as radiation:
        assert radiation.mode == "native"
    python, c = tomllib.loads(text)["scheme"]["radiation"]["hook"]
    assert Path(python["file"]).suffix == ".py" and Path(c["library"]).suffix == ".so"


def test_python_hook(mean_bias):
    days = tomllib.loads(block("toml"))["scheme"]["radiation"]["hook"][0]["days"]
    hook = mean_bias(days=days)
    assert hook.unknown == [] and hook.fields() == ["air_temperature"]
    assert (hook.apply(COLUMNS) == 0).all()
    error = np.broadcast_to(np.arange(10.0), (5, 10))
    for _ in range(3):
        hook.learn(error, dt=days * 43200.0)
    assert (hook.apply(COLUMNS) == 0.875 * error).all()  # half of the rest each time
    assert (hook.apply(COLUMNS - 200.0) == 0).all()  # too cold
    other = mean_bias()
    other.restore(hook.state())
    assert (other.apply(COLUMNS) == 0.875 * error).all()


def test_python_hook_refuses(mean_bias):
    with pytest.raises(RuntimeError, match="unexpected keyword argument 'dasy'"):
        mean_bias(dasy=3.0)
    hook = mean_bias()
    hook.learn(np.ones((5, 4)), dt=600.0)
    with pytest.raises(RuntimeError, match="could not be broadcast together"):
        hook.apply(COLUMNS)
    with pytest.raises(RuntimeError, match="could not be broadcast together"):
        hook.learn(np.ones((5, 3)), dt=600.0)


def test_c_hook(relax):
    hook = relax(rate=1e-7)
    assert hook.unknown == [] and hook.fields() == ["air_temperature"]
    np.testing.assert_array_equal(hook.apply(COLUMNS), 1e-7 * (250.0 - COLUMNS))
    assert relax(rate=1e-7, raet=1.0).unknown == ["raet"]


@pytest.mark.parametrize("rate", [-1.0, float("nan"), "fast"])
def test_c_hook_refuses(relax, rate):
    with pytest.raises(RuntimeError, match="rate: expected 0 or more, found"):
        relax(rate=rate)
