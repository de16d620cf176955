# SPDX-License-Identifier: BSD-3-Clause
"""Derivatives of functions that are known, and what outputs hang on."""

import json
import sys

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner
from recorded_runs import card

from pyhybrid import Card, Field
from pyhybrid.cli import main
from pyhybrid.validation import validating

LINEAR = """\
import netCDF4
import numpy as np

def emulate(x):
    y = np.zeros((x.shape[0], 7))
    y[:, 0] = 3e-12 * x[:, 0]
    y[:, 1] = -2e-12 * x[:, 3]
    y[:, 5] = 1e-9 * x[:, 4] ** 2 + 5.0 * x[:, 7]
    return y
"""
NATIVE = """\
import netCDF4
import numpy as np

def routine(fields):
    t, dried = fields["temperature"], fields["drying"]
    drying, rain = np.zeros_like(t), 1e-9 * t[:, 4] ** 2 + 5.0 * dried[:, 2]
    drying[:, 0], drying[:, 1] = 3e-12 * t[:, 0], -2e-12 * t[:, 3]
    return {{"drying": {scale} * drying, "rain": rain, "deep": np.zeros(len(t), "i4")}}

def incomplete(fields):
    return {{"drying": fields["drying"]}}

def wrong_shape(fields):
    return {{**routine(fields), "rain": fields["drying"]}}

def failing(fields):
    raise ValueError("negative humidity")
"""


@pytest.fixture
def linear(python_plugin, write_emulator):
    return write_emulator(card(), LINEAR)


@pytest.fixture
def native(tmp_path, monkeypatch):
    """Writes a module with a routine; a name of its own, as Python keeps modules."""

    def make(name, scale=1.0):
        (tmp_path / f"{name}.py").write_text(NATIVE.format(scale=scale))
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))
        return name

    return make


def invoke(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def numbers(*arguments):
    result = invoke(*arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["emulators"].values()
    return found


def test_the_same_function_has_the_same_derivatives(linear, recording, native):
    found = numbers(linear, recording, "--native", native("same_routine") + ":routine")["jacobian"]
    # differences over a hundredth of a deviation: 1e-16 of 250 K over 0.1 K, and more by cancelling
    assert found["relative_error"] < 1e-9 and found["correlation"] > 1 - 1e-12
    assert found["native_function_misses"] > 0.5  # it is not what was recorded, which is told
    assert found["field"]["drying"]["drying"]["rms"] == 0
    assert found["field"]["rain"]["drying"]["rms"] > 0


def test_a_scaled_function_is_off_by_its_scale(linear, recording, native):
    found = numbers(linear, recording, "--native", native("other_routine", 2.0) + ":routine")
    drying = found["jacobian"]["field"]["drying"]["temperature"]
    assert drying["relative_error"] == pytest.approx(0.5, rel=1e-6)
    assert drying["native_rms"] == pytest.approx(2 * drying["rms"], rel=1e-6)
    assert drying["correlation"] == pytest.approx(1, rel=1e-9)


def test_derivatives_are_those_of_the_formula(linear, recording, native):
    """In standard deviations: of drying at level 1 by the temperature there."""
    from pyhybrid.validation import Plan, validate
    from pyhybrid.validation.sensitivity import sensitivities

    validation = validate(Plan((linear,), (str(recording),)))
    (found,) = sensitivities(validation, native("third_routine") + ":routine", False, 5).values()
    jacobian = found.emulated
    rows = {(row.field, row.level): i for i, row in enumerate(jacobian.outputs)}
    inputs = {(row.field, row.level): i for i, row in enumerate(jacobian.inputs)}
    at = jacobian.values[:, rows["drying", 0], inputs["temperature", 0]]
    other = jacobian.values[:, rows["drying", 1], inputs["temperature", 3]]
    assert (at > 0).all() and np.ptp(at) < 1e-8 * at.max()  # linear: the same everywhere
    assert (other < 0).all()
    assert (jacobian.values[:, rows["drying", 0], inputs["temperature", 1]] == 0).all()


@pytest.mark.parametrize(
    "function, message",
    [
        ("incomplete", "expected a dict with 'drying', 'rain' and 'deep', found no 'rain'"),
        ("wrong_shape", r"'rain': expected shape"),
        ("failing", "expected no exception, found ValueError: negative humidity"),
        ("absent", "expected a function 'absent', found none"),
    ],
)
def test_a_native_function_that_is_none_is_a_message(linear, recording, native, function, message):
    name = native(f"routine_{function}")
    result = invoke(linear, recording, "--no-html", "--native", f"{name}:{function}")
    assert result.exit_code == 1 and message in result.output


def test_the_working_directory_hides_nothing_that_is_installed(tmp_path, monkeypatch):
    from pyhybrid.validation.sensitivity import routine_of

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "colorsys.py").write_text("def rgb_to_hsv():\n    return 'hidden'\n")
    (tmp_path / "only_here.py").write_text("def f():\n    return 'found'\n")
    assert routine_of("only_here:f")() == "found"
    assert routine_of("colorsys:rgb_to_hsv")(0, 0, 0) == (0, 0, 0)


@pytest.mark.parametrize("name", ["no_such_module:f", "nothing", ":f", "m:"])
def test_a_native_function_that_is_not_found_is_a_message(linear, recording, name):
    result = invoke(linear, recording, "--no-html", "--native", name)
    assert result.exit_code == 1 and "--native: expected" in result.output


def test_attributions_name_what_matters(linear, recording, tmp_path):
    pytest.importorskip("captum")
    page = tmp_path / "page.html"
    path = tmp_path / "numbers.json"
    result = invoke(linear, recording, "--attributions", "--html", page, "--json", path)
    assert result.exit_code == 0, result.output
    (found,) = json.loads(path.read_text())["emulators"].values()
    assert found["attribution"]["drying"]["drying"] == 0
    assert found["attribution"]["drying"]["temperature"] > 0
    assert found["attribution"]["rain"]["temperature"] > found["attribution"]["rain"]["drying"] > 0
    assert "What outputs hang on" in page.read_text()


def test_boxes_have_derivatives_of_their_own_level(
    python_plugin, write_emulator, recording, native, tmp_path
):
    level = ("column", "level")
    boxes = Card(
        "boxes", "box", "real64",
        (Field("temperature", "K", "state", "real", level),
         Field("mass", "kg m-2", "state", "real", level)),
        (Field("drying", "s-1", "increment", "real", level),),
    )  # fmt: skip
    program = "def emulate(x):\n    return 1e-12 * x[:, :1] + 0 * x[:, 1:]\n"
    emulator = write_emulator(boxes, program)
    (tmp_path / "box_routine.py").write_text(
        "def f(fields):\n    return {'drying': 1e-12 * fields['temperature']}\n"
    )
    native("unused")
    found = numbers(emulator, recording, "--native", "box_routine:f")["jacobian"]
    assert found["samples"] == 16 * 5 and found["relative_error"] < 1e-9
    assert found["field"]["drying"]["mass"]["rms"] == 0


@pytest.mark.parametrize("name", ["no_such_module:routine", "broken_module:routine", "json:none"])
def test_a_native_function_that_is_none_is_told_before_the_work(
    linear, recording, tmp_path, monkeypatch, name
):
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('half written')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(validating, "_score", None)  # any work would fail
    result = invoke(linear, recording, "--no-html", "--native", name)
    assert result.exit_code == 1 and "--native" in result.output


def test_captum_is_looked_for_before_the_work(linear, recording, monkeypatch):
    monkeypatch.setattr(validating, "_score", None)
    monkeypatch.setitem(sys.modules, "captum", None)
    result = invoke(linear, recording, "--no-html", "--attributions")
    assert result.exit_code == 1 and "expected captum" in result.output


def test_a_native_function_that_fails_takes_no_scores_along(linear, recording, native, tmp_path):
    page, file = tmp_path / "page.html", tmp_path / "numbers.json"
    result = invoke(linear, recording, "--native", native("breaking") + ":failing", "--html", page,
                    "--json", file)  # fmt: skip
    assert result.exit_code == 1 and "negative humidity" in result.stderr and page.is_file()
    found = json.loads(file.read_text())
    assert found["emulators"] and "negative humidity" in found["failed"][0]


def test_a_native_function_never_sees_what_was_not_recorded(linear, recording, native, tmp_path):
    """Both ends of a difference stay within the recorded values: no negative humidity."""
    module = native("bounded")
    with netCDF4.Dataset(recording) as file:
        known = {name: np.asarray(file["input"][name][:]) for name in ("temperature", "drying")}
    ends = {name: (one.min(0).tolist(), one.max(0).tolist()) for name, one in known.items()}
    text = (tmp_path / f"{module}.py").read_text() + f"\nENDS = {ends!r}\n" + """
def strict(fields):
    for name, (low, high) in ENDS.items():
        if (fields[name] < low).any() or (fields[name] > high).any():
            raise ValueError(f"{name} that was never recorded")
    return routine(fields)
"""
    (tmp_path / f"{module}.py").write_text(text)
    found = numbers(linear, recording, "--native", f"{module}:strict", "--sensitivity-samples",
                    known["drying"].shape[0])["jacobian"]  # fmt: skip
    assert found["samples"] == known["drying"].shape[0]
