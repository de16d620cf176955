# SPDX-License-Identifier: BSD-3-Clause
"""Planted faults in the column model: bad columns are native, all others emulated, to the bit."""

import json
from pathlib import Path

import numpy as np
import pytest
from column_faults import (
    caught,
    clean_figures,
    columns,
    objections,
    planned_runs,
    run_faults,
    started,
)
from column_host import HOST
from column_planted import COUNTING, SCALED, SCALED_COLUMNS, network_of
from column_recordings import CASES
from column_runs import STEPS_PER_DAY, ColumnRun
from host_builds import copy_with
from host_faults import with_nan
from host_runs import DOMAIN
from safetensors.numpy import load_file

import pyhybrid

EMULATOR = HOST.parent / "emulators" / "m7.safetensors"
DAYS = 2


@pytest.fixture(scope="module")
def native(fast, few_columns, tmp_path_factory) -> ColumnRun:
    folder = tmp_path_factory.mktemp("faults")
    options = {**CASES["validation"], "steps": DAYS * STEPS_PER_DAY}
    return ColumnRun(folder, fast, {"columns": few_columns, **options})


@pytest.fixture(scope="module")
def runs(native) -> dict[str, ColumnRun]:
    """Two days of each run but the drift, which takes longer, behind three of spin-up."""
    start = started(native, 3, members=0)
    start.options["steps"] = DAYS * STEPS_PER_DAY
    start.domain = f"{DOMAIN}report_steps = {STEPS_PER_DAY}\n"
    runs = planned_runs(start, EMULATOR)
    for name, run in runs.items():
        if name != "drift":
            run.run()
    return runs


@pytest.mark.parametrize("name", ["clean", "shadow"])
def test_clean_columns_are_left_alone(runs, name):
    found = clean_figures(runs[name])
    assert found["columns"] == DAYS * STEPS_PER_DAY * len(columns(runs[name]))
    assert found["part_of_columns"] <= 0.0005 and found["alarms"] == 0


def test_a_clean_run_is_not_native(runs):
    """So that bits of bad columns cannot agree by accident."""
    clean, native = columns(runs["clean"]), columns(runs["native"])
    assert (clean != native).any(axis=1).all()
    assert np.array_equal(columns(runs["shadow"]), native)


@pytest.mark.parametrize(
    "name, every", [("nan_weights", 1), ("nonsense", 1), ("scaled_input", SCALED_COLUMNS)]
)
def test_bad_columns_are_native_and_others_emulated(runs, name, every):
    found = caught(runs, name, every)
    assert found["rejected"] == found["bad"] > 0
    assert found["bad_like_native"] and found["others_like_clean"]


def test_a_guard_names_what_was_wrong(runs):
    (one, *_) = caught(runs, "scaled_input", SCALED_COLUMNS)["guards"]
    assert one["guard"] == "training_range" and one["field"] == "air_temperature"
    assert one["side"] == "input"


def test_network_of_the_file_is_that_of_the_file(tmp_path):
    network, card = network_of(EMULATOR)
    assert card.nfeature == 32 and network.hidden[0].out_features == 32
    tensors = load_file(EMULATOR)
    np.testing.assert_array_equal(network.rates.weight.detach().numpy(), tensors["rates.weight"])
    spoiled = load_file(with_nan(EMULATOR, tmp_path / "nan.safetensors", "hidden.2.weight"))
    assert sum(int(np.isnan(one).sum()) for one in spoiled.values()) == 1


def test_shipped_card_knows_the_ranges_of_all_fields():
    with pyhybrid.Emulator(EMULATOR) as emulator:
        card = emulator.card
    assert card.training_range.keys() == {field.name for field in (*card.inputs, *card.outputs)}
    assert "output" in card.training_range["aerosol_mass_mixing_ratios"]


def test_an_edit_that_does_not_fit_is_told(tmp_path):
    with pytest.raises(ValueError, match="expected 'no such text' once, found it 0 times"):
        copy_with(HOST, tmp_path, {"host_aerosol.f90": {"no such text": ""}})
    for edits in (SCALED, COUNTING):
        assert (copy_with(HOST, tmp_path, edits) / "Makefile").is_file()


def test_objections_are_what_is_wrong():
    good = {"part_of_columns": 0.0, "rejected": 0, "alarms": 0}
    right = {"bad": 5, "rejected": 5, "bad_like_native": True, "others_like_clean": True}
    found = {
        "clean": {**good, "alarms": 1},
        "shadow": good,
        "nan_weights": right,
        "scaled_input": {**right, "others_like_clean": False},
        "nonsense": {**right, "rejected": 4, "bad_like_native": False},
        "drift": {"alarms": 0},
    }
    told = {name: len(reasons) for name, reasons in objections(found).items()}
    assert told == {
        "clean": 1, "shadow": 0, "nan_weights": 0, "scaled_input": 1, "nonsense": 2, "drift": 1
    }  # fmt: skip


@pytest.mark.slow
def test_a_week(native, tmp_path: Path):
    """The drift too, and the picture."""
    native.folder = tmp_path
    summary = run_faults(native, EMULATOR, 8, 5)
    assert not any(summary["rejected"].values())
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert (tmp_path / "faults.png").stat().st_size > 5000
    assert summary["runs"]["drift"]["first_day"] is not None
