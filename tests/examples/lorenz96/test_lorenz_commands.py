# SPDX-License-Identifier: BSD-3-Clause
"""The commands of the example, and the configurations that they make."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import numpy as np
import pytest
from lorenz_cases import ROOT, large, shipped
from lorenz_host import HOST
from lorenz_mending import LEARNING, learning, nudging
from lorenz_runs import table
from lorenz_schemes import EFFECT, WRONG

FEW = ("--members", "4", "--mtu", "2")


def command(*words) -> subprocess.CompletedProcess:
    """Run where the model is built."""
    call = [sys.executable, str(HOST.parent), *map(str, words)]
    return subprocess.run(call, cwd=ROOT.parents[1], capture_output=True, text=True)


def test_run_draws_and_tells(fast, tmp_path):
    done = command("run", *FEW, "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "mean of X: " in done.stdout and "variance of X: " in done.stdout
    assert (tmp_path / "4_members" / "native" / "x.png").is_file()


def test_run_with_an_emulator_and_with_a_table(fast, tmp_path):
    emulator = HOST.parent / "emulators" / "stochastic.safetensors"
    (tmp_path / "hybrid.toml").write_text(shipped("stochastic"))
    one = command("run", *FEW, "--output", tmp_path, "--emulator", emulator)
    other = command("run", *FEW, "--output", tmp_path, "--hybrid", tmp_path / "hybrid.toml")
    assert one.returncode == other.returncode == 0, one.stderr + other.stderr
    folders = [tmp_path / "4_members" / name for name in ("stochastic", "configured")]
    assert np.array_equal(*(large(folder / "restart.nc") for folder in folders))


@pytest.mark.parametrize(
    "words, message",
    [
        (("run", "--members", "0"), "0 is not in the range x>=2"),
        (("run", "--emulator", "none.safetensors"), "does not exist"),
        (("run", *FEW, "--emulator", "TEXT", "--hybrid", "TEXT"), "found both"),
        (("run", *FEW, "--output", "FOLDER", "--emulator", "TEXT"), "a.txt"),
        (("run", *FEW, "--output", "FOLDER", "--hybrid", "TEXT"), "hybrid.toml"),
        (("run", *FEW, "--output", "TEXT"), "a.txt"),
        (("train", "TEXT"), "a.txt"),
        (("compare", "--emulators", "none"), "does not exist"),
        (("compare", *FEW, "--output", "FOLDER", "--emulators", "FOLDER"), "deterministic.safet"),
        (("dream",), "No such command 'dream'"),
    ],
    ids=str,
)
def test_mistakes_are_told_without_a_traceback(fast, tmp_path, words, message):
    (tmp_path / "a.txt").write_text("neither TOML nor an emulator")
    places = {"FOLDER": tmp_path, "TEXT": tmp_path / "a.txt"}
    done = command(*(places.get(word, word) for word in words))
    assert done.returncode != 0
    assert message in done.stderr and "Traceback" not in done.stderr


def test_a_compiler_that_fails_is_told(tmp_path, monkeypatch):
    from lorenz_host import build

    monkeypatch.setenv("FFLAGS", "-no-such-flag")
    with pytest.raises(RuntimeError, match="make .*failed:"):
        build(tmp_path)



# ---- Mending


def hook_of(tmp_path, lines) -> tuple[dict, dict]:
    """The scheme's table with such lines, and its only hook."""
    text = table("emulate", tmp_path / "wrong.safetensors", *lines)
    scheme = tomllib.loads(text)["scheme"]["subgrid"]
    (hook,) = scheme["hook"]
    return scheme, hook


@pytest.mark.parametrize("bias", WRONG)
@pytest.mark.parametrize("kind", LEARNING)
def test_learning_corrections_are_tables_of_the_scheme(tmp_path, kind, bias):
    scheme, hook = hook_of(tmp_path, learning(kind, WRONG[bias]))
    assert (hook["kind"], hook["fields"], hook["learn"]) == (kind, [EFFECT], "audit")
    assert scheme["audit"] == {"steps": 0.05}
    assert hook.get("bins_per_day") == (8 if bias == "diurnal" else None)
    if kind == "ridge":  # not on what is noisy
        assert ("output_predictors" in hook) == (WRONG[bias].base == "deterministic")


def test_nudging_needs_no_audit(tmp_path):
    scheme, hook = hook_of(tmp_path, nudging(tmp_path / "output.nc"))
    assert "audit" not in scheme and "learn" not in hook
    assert hook["path"] == str(tmp_path / "output.nc")
