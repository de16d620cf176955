# SPDX-License-Identifier: BSD-3-Clause
"""The command ``pyhybrid``."""

import dataclasses
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pyhybrid import Field, _abi
from pyhybrid.cli import main


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_info_prints_the_card(plain):
    result = run("info", plain)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["emulator", "test"]
    assert "inputs (5 values a sample)" in lines
    row = next(line for line in lines if "air_temperature" in line)
    assert row.split() == ["air_temperature", "[K]", "(column,", "level=4)", "state", "real"]


def test_info_prints_provenance_and_scores(python_plugin, make_card, write_emulator):
    card = make_card(provenance={"author": "A. Nonymous"}, scores={"r2": {"heating": 0.99}})
    lines = run("info", write_emulator(card)).stdout.splitlines()
    assert "  author: A. Nonymous" in lines
    assert '  r2: {"heating": 0.99}' in lines


def test_info_prints_normalisations_and_the_tolerance(python_plugin, make_card, write_emulator):
    plain = make_card()
    scale = {"offset": [200, 210, 220, 230], "scale": 30}
    first = dataclasses.replace(plain.inputs[0], normalisation=scale)
    last = dataclasses.replace(plain.outputs[1], normalisation={"offset": 240, "scale": 30})
    outputs = (plain.outputs[0], last)
    card = make_card(inputs=(first, *plain.inputs[1:]), outputs=outputs, tolerance=1e-3)
    lines = run("info", write_emulator(card)).stdout.splitlines()
    assert lines[5].split() == ["tolerance", "0.001"]
    row = next(line for line in lines if "air_temperature" in line)
    assert row.endswith("(x - [200 to 230]) / 30")
    assert next(line for line in lines if " flux " in line).endswith("y * 30 + 240")


def test_info_says_how_noise_is_drawn(python_plugin, make_card, write_emulator):
    column, inputs = ("column",), make_card().inputs
    noise = Field("wind", "1", "noise", "real", column, correlation_time=3600)
    phase = Field("phase", "1", "noise", "real", column, distribution="uniform")
    card = make_card(inputs=(*inputs, noise, phase))
    lines = run("info", write_emulator(card)).stdout.splitlines()
    (wind,) = [line.split() for line in lines if line.startswith("  wind")]
    assert wind == "wind [1] (column) noise real normal, correlated over 3600 s".split()
    assert [line for line in lines if line.startswith("  phase")][0].endswith(" uniform")


def test_info_says_what_runs_it(plain):
    (line,) = [one for one in run("info", plain).stdout.splitlines() if one.startswith("backend")]
    assert line.split() == ["backend", "python"]


def test_info_of_a_network_file(builtin_plugin, make_card, tmp_path):
    torch = pytest.importorskip("torch")
    from pyhybrid import export

    layers = [torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 5)]
    path = export(torch.nn.Sequential(*layers).double(), make_card(), tmp_path / "n.safetensors")
    lines = run("info", path).stdout.splitlines()
    (backend,) = [line for line in lines if line.startswith("backend ")]
    assert backend.startswith("backend      builtin, matrix products by ")
    (network,) = [line for line in lines if line.startswith("network ")]
    assert network == f"network      2 dense, 1 relu; {5 * 8 + 8 + 8 * 5 + 5} weights and constants"


def test_info_as_json_is_the_card(plain, make_card):
    result = run("info", plain, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(make_card().to_json())


def test_info_of_a_missing_file(tmp_path):
    result = run("info", tmp_path / "none.py")
    assert result.exit_code == 1
    assert "none.py': expected a file, found none" in result.stderr
    assert result.stdout == ""


def test_info_of_a_bad_card(python_plugin, make_card, write_emulator):
    table = json.loads(make_card().to_json())
    result = run("info", write_emulator({key: table[key] for key in table if key != "kind"}))
    assert result.exit_code == 1
    assert "kind: expected" in result.stderr and "found nothing" in result.stderr


@pytest.mark.parametrize("arguments", [["info"], ["info", "a", "b"], ["inof"], ["info", "a", "-x"]])
def test_wrong_usage(arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("words", [["version"], ["--version"], ["--version", "nonsense"]])
def test_version(words):
    result = run(*words)
    assert result.exit_code == 0
    assert result.stdout.strip() == _abi.version()


@pytest.mark.parametrize("words", [["version"], ["--version"]])
def test_version_of_a_library_that_is_not_there(tmp_path, words):
    program = ["-Pc", "from pyhybrid.cli import main; main()", *words]
    done = subprocess.run([sys.executable, *program], capture_output=True, text=True,
                          env=os.environ | {"PYHYBRID_LIBRARY_DIR": str(tmp_path)})  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ") and len(done.stderr.splitlines()) == 1
