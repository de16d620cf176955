# SPDX-License-Identifier: BSD-3-Clause
"""Planted faults and biases in ExoPlaSim: guards, audit and bias corrections in the whole model."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bias_scores import correlation, judged, pattern, rms
from biases import hooks
from errors import PRESSURE, FluxErrors, read_errors
from exoplasim_files import EMULATORS, MODEL, ROOT, emulated
from faults import (
    COLUMNS,
    COUNTING,
    SCALED,
    Parts,
    alarm,
    caught,
    clean_figures,
    drifting,
    land_columns,
    nan_weights,
    nonsense,
    objections,
    planned_runs,
)
from host_builds import copy_with
from model import GLUE, build
from planted import network_of, rows_of
from planted_biases import HEATING, LEVEL, flux_of_heating, glue, plant
from runs import SCHEMES, STEPS_PER_DAY, Run, configuration, emulator_file
from safetensors.numpy import load_file
from schedule import run_all
from train import write_ranges

import pyhybrid

DAILY = {"report_steps": STEPS_PER_DAY}


@pytest.fixture(scope="module")
def parts(boundary, hybrid, spun_up, tmp_path_factory):
    return Parts(tmp_path_factory.mktemp("faults"), EMULATORS, 1, spun_up)


@pytest.fixture(scope="module")
def runs(parts, boundary):
    """A day of each run."""
    runs = planned_runs(parts)
    run_all(runs.values(), boundary, 1, "runs")
    return runs


def test_clean_columns_are_left_alone(runs):
    for name in ("clean", "shadow"):
        for scheme, one in clean_figures(runs[name]).items():
            assert one["columns"] == COLUMNS * STEPS_PER_DAY, scheme
            assert one["part_of_columns"] <= 0.0005 and one["alarms"] == 0, scheme


@pytest.mark.parametrize(
    "name, guard", [("nan_weights", "finite"), ("scaled_input", "surface_air_pressure")]
)
def test_all_bad_is_native_to_the_byte(runs, name, guard):
    found = caught(runs[name], COLUMNS, guard)
    assert found["caught"] == found["rejected"] == found["bad"] == COLUMNS * STEPS_PER_DAY
    assert runs[name].restart.read_bytes() == runs["native"].restart.read_bytes()


def test_bad_over_land_is_caught_over_land(runs):
    land = land_columns(runs["nonsense"])
    assert 0.2 * COLUMNS < land < 0.5 * COLUMNS
    found = caught(runs["nonsense"], land, "upwelling_longwave_flux_in_air")
    assert found["caught"] == found["rejected"] == found["bad"]
    assert runs["nonsense"].restart.read_bytes() != runs["native"].restart.read_bytes()
    levels = {one["level"] for one in found["guards"]}
    assert levels == {5}


def test_without_guards_a_fault_is_in_the_results(run, spun_up, parts):
    """So that the others cannot pass by accident."""
    table = nonsense(parts)["longwave"] | {"guard": {"finite": "pass"}}
    try:
        done = run("unguarded", {"longwave": table}, restart_from=spun_up)
    except RuntimeError:
        return  # fluxes of a thousand times their size may well end the run
    assert done.statistics["schemes"]["longwave"]["rejected"] == 0


def test_a_drift_raises_the_alarm(parts, boundary):
    """Faster than in the long runs: all steps are audited, ten tell what is usual."""
    tables = drifting(parts)
    audit = {"steps": 1.0, "alarm": {"policy": "native", "learn": 10}}
    tables["longwave"]["audit"] = audit
    executable = build(MODEL, glue=copy_with(GLUE, parts.output / "drifting", COUNTING))
    folder = parts.output / "drifting_run"
    run = Run(folder, executable, 3, parts.start, tables, domain=DAILY).run(boundary)
    found = alarm(run)
    assert found["alarms"] == 1 and found["raised"]
    assert found["first_day"] is not None and 0 < found["part_native"] < 1


def test_objections_are_what_is_wrong(runs):
    good = {"part_of_columns": 0.0, "alarms": 0}
    bad = {"bad": 10, "caught": 9, "rejected": 9, "same_as_native": False}
    found = {
        "clean": {"longwave": good},
        "shadow": {"longwave": {**good, "part_of_columns": 0.001}},
        "nan_weights": bad,
        "scaled_input": {**bad, "caught": 10, "rejected": 10, "same_as_native": True},
        "nonsense": {"bad": 10, "caught": 10, "rejected": 10},
        "drift": {"alarms": 0},
    }
    told = {name: len(reasons) for name, reasons in objections(found).items()}
    assert told == {
        "clean": 0, "shadow": 1, "nan_weights": 2, "scaled_input": 0, "nonsense": 0, "drift": 1
    }  # fmt: skip


# ---- What is planted


@pytest.mark.parametrize("scheme", ["longwave", "shortwave"])
def test_network_of_a_file_is_that_of_the_file(scheme):
    import torch

    network, card = network_of(EMULATORS, scheme)
    rng = np.random.default_rng(1)
    limits = [card.training_range[field.name] for field in card.inputs]
    low, high = (
        np.concatenate([np.atleast_1d(one[key]) for one in limits]) for key in ("min", "max")
    )
    x = (low + (high - low) * rng.uniform(size=(64, len(low)))).astype(np.float32)
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(x)).numpy()
    with pyhybrid.Emulator(emulator_file(EMULATORS, scheme)) as emulator:
        found = emulator.run(x)
    np.testing.assert_allclose(found, expected, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_shipped_cards_know_the_ranges_of_all_fields(scheme):
    with pyhybrid.Emulator(emulator_file(EMULATORS, scheme)) as emulator:
        card = emulator.card
    assert card.training_range.keys() == {field.name for field in (*card.inputs, *card.outputs)}
    both = {field.name for field in card.inputs} & {field.name for field in card.outputs}
    assert all("output" in card.training_range[name] for name in both)
    assert "recorded steps" in card.provenance["training_range"]


def test_ranges_of_a_recording_are_written_beside_the_weights(run, spun_up, tmp_path):
    table = {"longwave": {"mode": "record", "record": {"steps": 0.2, "kind": "real32"}}}
    recorded = run("recorded", table, restart_from=spun_up).folder / "longwave.0.nc"
    source = emulator_file(EMULATORS, "longwave")
    copied = Path(shutil.copy(source, tmp_path))
    write_ranges(copied, recorded)
    with pyhybrid.Emulator(source) as one, pyhybrid.Emulator(copied) as other:
        long, short = one.card.training_range, other.card.training_range
    assert short.keys() == long.keys()
    for name, limits in short.items():  # a day of those that the other has
        margin = 0.05 * (np.array(long[name]["max"]) - long[name]["min"])
        assert (np.array(limits["min"]) >= long[name]["min"] - margin).all(), name
        assert (np.array(limits["max"]) <= long[name]["max"] + margin).all(), name
    for name, weights in load_file(source).items():
        assert load_file(copied)[name].tobytes() == weights.tobytes()


def test_an_edit_that_does_not_fit_is_told(tmp_path):
    with pytest.raises(ValueError, match="expected 'no such text' once, found it 0 times"):
        copy_with(GLUE, tmp_path, {"longwave.f90": {"no such text": ""}})
    with pytest.raises(ValueError, match="found it [0-9]+ times"):
        copy_with(GLUE, tmp_path, {"longwave.f90": {"call": ""}})


def test_an_output_that_is_not_there():
    _, card = network_of(EMULATORS, "longwave")
    with pytest.raises(ValueError, match="expected an output rain, found none"):
        rows_of(card, "rain")


def test_tables_of_hooks_are_arrays_of_tables():
    text = configuration({"longwave": {"mode": "emulate", "hook": hooks("ridge", "longwave")}})
    assert text.count("[[scheme.longwave.hook]]") == 3
    assert 'output_predictors = ["upwelling_longwave_flux_in_air"]' in text
    assert hooks("uncorrected", "longwave") == []


# ---- Biases


@pytest.fixture(scope="module")
def corrected(parts, boundary):
    """Four days with a constant heating of one level, as it is and with a running mean."""
    planted = plant(parts.output / "emulators", EMULATORS)["level"]
    executable = build(MODEL, glue=glue(parts.output / "measured"))
    errors = {}
    for kind in ("uncorrected", "running_mean"):
        tables = emulated("longwave", audit={"steps": 0.5}, hook=hooks(kind, "longwave"))
        tables["longwave"]["emulator"] = str(planted.paths["longwave"])
        folder = parts.output / kind
        Run(folder, executable, 4, parts.start, tables).run(boundary)
        errors[kind] = read_errors(folder, "longwave")
    return errors


def test_a_planted_heating_is_what_was_planted(corrected):
    errors = corrected["uncorrected"]
    assert errors.steps.sum() > 40
    heating = errors.climatology(errors.error, 1).mean((0, 1))
    assert heating[LEVEL - 1] == pytest.approx(HEATING, rel=0.05)
    assert np.abs(np.delete(heating, LEVEL - 1)).max() < 0.1 * HEATING


def test_a_running_mean_removes_it(corrected):
    known = pattern("level", "longwave", corrected["uncorrected"], 3)
    row = judged(corrected, known, 3)["running_mean"]
    assert row["removed"] >= 0.8 and row["correlation"] >= 0.9


def test_flux_of_heating_warms_one_level_by_a_kelvin_a_day():
    flux = np.zeros((1, 1, 11, 2))
    flux[0, 0, :LEVEL] = PRESSURE * flux_of_heating(LEVEL)
    errors = FluxErrors(np.ones(1), flux, flux, flux)
    expected = np.zeros((1, 2, 10))
    expected[..., LEVEL - 1] = 1
    np.testing.assert_allclose(errors.climatology(flux, 1), expected, rtol=1e-5, atol=1e-6)


def test_patterns_are_compared_with_their_means():
    field = np.random.default_rng(1).normal(size=(2, 32, 10))
    assert correlation(field, 3 * field) == pytest.approx(1)
    assert correlation(field, -field) == pytest.approx(-1)
    assert rms(np.full((2, 32, 10), 2.0)) == pytest.approx(2)


# ---- The long runs


@pytest.mark.slow
@pytest.mark.parametrize("job, days", [("faults", 30), ("biases", 30)])
def test_long(hybrid, tmp_path, job, days):
    command = [sys.executable, "examples/exoplasim", job, "--days", str(days), "--output", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert not any(json.loads((tmp_path / "summary.json").read_text())["rejected"].values())


def test_call_sites_of_faults_fit(tmp_path):
    for name, edits in (("scaled", SCALED), ("counting", COUNTING)):
        assert copy_with(GLUE, tmp_path / name, edits).is_dir()


def test_nan_weights_are_in_the_file_only_once(parts):
    path = nan_weights(parts)["longwave"]["emulator"]
    assert sum(int(np.isnan(one).sum()) for one in load_file(path).values()) == 1
