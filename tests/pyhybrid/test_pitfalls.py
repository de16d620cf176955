# SPDX-License-Identifier: BSD-3-Clause
"""Traps of bridges between languages that no other test here stands for: docs/pitfalls.md."""

import re
from pathlib import Path

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Domain, _abi, errors

ROOT = Path(__file__).parents[2]
NCOL, NLEV = 6, 4  # of the plain emulator: heating = temperature / 3 + pressure


@pytest.fixture
def call(plain):
    """Opens blocks of the plain emulator."""
    text = f"[scheme.s]\nmode = 'emulate'\nemulator = '{plain}'"
    with Domain(text=text, column=range(1, NCOL + 1)) as domain, domain.scheme("s") as scheme:
        domain.step(1, dt=600)
        yield lambda: scheme.open(NCOL)


def heating(call, temperature, pressure, then=lambda: None):
    """Of one block; `then` is what the host does between put and run."""
    result, flux = np.full((NCOL, NLEV), -1.0), np.empty(NCOL)
    with call() as block:
        block.put("air_temperature", temperature)
        block.put("surface_air_pressure", pressure)
        then()
        block.run()
        block.get("heating", result)
        block.get("flux", flux)
    return result


def fields():
    temperature = np.arange(1.0, 1 + NCOL * NLEV).reshape(NCOL, NLEV)
    return temperature, np.zeros(NCOL)


ODD = {
    "transposed": lambda array: np.ascontiguousarray(array.T),
    "transposed view": lambda array: array.T,
    "one column": lambda array: array[:1],
    "one level": lambda array: array[:, :1],
    "same size": lambda array: array.reshape(NCOL // 2, NLEV * 2),
    "flat": lambda array: array.ravel(),
    "in front": lambda array: array[np.newaxis],
    "bytes swapped": lambda array: array.astype(">f8"),
    "halves": lambda array: array.astype(np.float16),
}
REFUSED = (errors.ShapeError, errors.CardError, errors.FieldError, TypeError)


@pytest.mark.parametrize("name", ODD)
def test_no_input_is_broadcast_reshaped_or_cast(call, name):
    temperature, _ = fields()
    block = call()
    with pytest.raises(REFUSED, match="expected .* found"):
        block.put("air_temperature", ODD[name](temperature))


@pytest.mark.parametrize("name", ODD)
def test_no_output_is_broadcast_reshaped_or_cast(call, name):
    temperature, pressure = fields()
    block = call()
    block.put("air_temperature", temperature)
    block.put("surface_air_pressure", pressure)
    block.run()
    out = ODD[name](np.full((NCOL, NLEV), -1.0))
    with pytest.raises(REFUSED, match="expected .* found"):
        block.get("heating", out)
    assert (out == -1).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_order_does_not_turn_a_square_block(plain, order):
    """Where extents cannot tell the axes apart, their names do; nothing is guessed."""
    text = f"[scheme.s]\nmode = 'emulate'\nemulator = '{plain}'"
    temperature = np.arange(1.0, 1 + NLEV * NLEV).reshape(NLEV, NLEV)
    given = np.array(temperature.T, order=order)
    result, flux = np.empty((NLEV, NLEV)), np.empty(NLEV)
    with Domain(text=text, column=range(1, NLEV + 1)) as domain, domain.scheme("s") as scheme:
        scheme.field("air_temperature", "K", dims="level column")
        domain.step(1, dt=600)
        with scheme.open(NLEV) as block:
            block.put("air_temperature", given)
            block.put("surface_air_pressure", np.zeros(NLEV))
            block.run()
            block.get("heating", result)
            block.get("flux", flux)
    np.testing.assert_array_equal(result, temperature / 3)


def test_values_are_those_that_were_put(call):
    """Whatever becomes of the host's array between put and run."""
    temperature, pressure = fields()
    expected = temperature / 3

    def reuse():
        temperature[:] = np.nan
        pressure[:] = np.nan

    np.testing.assert_array_equal(heating(call, temperature, pressure, reuse), expected)


def test_no_value_of_an_earlier_block_is_kept(call):
    """The same arrays, at the same addresses, with other values."""
    temperature, pressure = fields()
    for factor in (1, 2, 3):
        expected = temperature / 3
        np.testing.assert_array_equal(heating(call, temperature, pressure), expected, str(factor))
        temperature *= 2


def test_no_function_of_the_fortran_face_returns_a_handle():
    """Compilers differ in whether they finalise the result of a function."""
    source = pyhybrid.fortran_source().read_text()
    functions = re.findall(r"^\s*(.*\bfunction \w+.*)$", source, re.MULTILINE)
    results = set(re.findall(r"result\((\w+)\)", "\n".join(functions)))
    handles = re.findall(r"^\s*(?:type|class)\(hybrid_(?:domain|scheme|call)\).*::(.*)$", source,
                         re.MULTILINE)  # fmt: skip
    declared = {name.strip() for names in handles for name in names.split(",")}
    assert len(functions) > 20 and len(declared) > 2
    assert not declared & results
    assert not [one for one in functions if re.search(r"type\(hybrid_\w+\)\s+function", one)]


def test_the_version_is_written_once():
    """In meson.build; a recipe of Spack and Fortran's source cannot ask it and have to agree."""
    version = re.search(r"^\s*version: '([\d.]+)'", (ROOT / "meson.build").read_text(), re.M)[1]
    assert version == _abi.version()
    recipe = (ROOT / "bridge/packaging/spack/packages/py_pyhybrid/package.py").read_text()
    assert set(re.findall(r"\d+\.\d+\.\d+", recipe)) == {version}
    release = re.search(r':: release = "(\S+)"', pyhybrid.fortran_source().read_text())[1]
    assert release == version[: version.rindex(".") + 1]
    others = ("pyproject.toml", "CITATION.cff", "bridge/include/hybrid.h", "pyhybrid/__init__.py")
    for name in others:
        assert version not in (ROOT / name).read_text(), name
