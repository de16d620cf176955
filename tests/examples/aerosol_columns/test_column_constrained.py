# SPDX-License-Identifier: BSD-3-Clause
"""Ordinary emulators with and without constraints: what is closed, and how long runs last."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from column_cases import LEVELS, ROOT, imbalances, persistence_emulator, scheme
from column_constrained import (
    attempt,
    days_within,
    figures,
    objections,
    run_constrained,
    variant_runs,
    variants,
)
from column_constraints import LAYERS, budgets
from column_coupled import fingerprints
from column_faults import statistics
from column_ordinary import Effort, squared_errors, train_ordinary
from column_recordings import CASES, record
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun

import pyhybrid
from pyhybrid.errors import PluginError, RecordingError
from pyhybrid.m7.layout import NMASS, SPECIES
from pyhybrid.m7.samples import random_boxes

ERRORS = np.geomspace(1e-30, 1e-20, NMASS)
# Makes a fiftieth of all masses from nothing, some where none is; takes more than there is of one.
WRONG = "masses = 1.02 * masses + 1e-16; masses[..., 5] -= 2e-16"


def constraints(text: str) -> list[dict]:
    return tomllib.loads(text)["scheme"][SCHEME]["constraint"]


# ---- The table


@pytest.mark.parametrize("layers", [LAYERS, ((1, LEVELS),)])
def test_budgets_count_each_mass_once_before_and_after(layers):
    found = constraints(budgets(ERRORS, layers))
    assert len(found) == len(SPECIES) * len(layers) <= 16
    for side in ("input", "output"):
        boxes = [
            (term["species"], level)
            for one in found
            for term in one["terms"]
            if side in term and "species" in term
            for level in range(term["levels"][0], term["levels"][1] + 1)
        ]
        wanted = [(mass, level) for mass in range(1, NMASS + 1) for level in range(1, LEVELS + 1)]
        assert sorted(boxes) == wanted


def test_only_sulfate_is_produced():
    found = constraints(budgets(ERRORS, LAYERS))
    produced = [one["name"][:3] for one in found if any("species" not in t for t in one["terms"])]
    assert produced == ["SO4"] * len(LAYERS)


def test_weights_are_errors_within_a_species():
    found = constraints(budgets(ERRORS, ((1, LEVELS),)))
    weights = [term["weight"] for term in found[0]["terms"] if "output" in term]
    np.testing.assert_allclose(weights, ERRORS[:5] / ERRORS[4], rtol=1e-5)
    perfect = constraints(budgets(np.zeros(NMASS), LAYERS))
    assert all(term.get("weight", 1) == 1 for one in perfect for term in one["terms"])


def test_plain_has_no_constraint_and_others_have_all_bounds():
    found = variants(ERRORS)
    assert found.pop("plain") == ""
    assert {name: len(constraints(text)) for name, text in found.items()} == {
        "bounds": 3, "columns": 3 + 5, "layers": 3 + 15
    }  # fmt: skip


# ---- In the model


@pytest.fixture
def wrong(run, fast, few_columns, tmp_path, python_backend):
    """Runs by an emulator that makes mass and has negative ones, in all variants, after a day."""
    restart = run("before", steps=STEPS_PER_DAY, **CASES["validation"]).restart
    path = persistence_emulator(tmp_path, last_call=0, spoil=WRONG)
    validation = {"columns": few_columns, **CASES["validation"]}
    options = {**validation, "steps": 12, "restart_in": restart}
    start = ColumnRun(tmp_path / "native", fast, options)
    return variant_runs(start, path, np.ones(NMASS))


@pytest.mark.parametrize("name", ["columns", "layers"])
def test_budgets_close_whatever_the_emulator_says(wrong, name):
    """Of the whole model: what was emitted is there or was lost. Without help of native M7."""
    run = wrong[name]
    run.run()
    told = statistics(run)["schemes"][SCHEME]
    assert told["calls"] > 0 and told["rejected"] == told["failures"] == 0
    # As of native runs; some 1e-15 of a column's mass is left by a projection, in each step.
    assert max(imbalances(run.restart)) < 1e-12


def test_bounds_alone_do_not_close_them(wrong):
    wrong["bounds"].run()
    assert min(imbalances(wrong["bounds"].restart)) > 0.01


def test_plain_is_refused_for_what_is_negative(wrong):
    ended = attempt(wrong["plain"])
    assert re.match(r"after the aerosol: BC_KS\(column \d+, level \d+\): .* found -", ended.refused)
    truth = replace(wrong["bounds"], hybrid="", folder=ended.run.folder.with_name("truth"))
    truth.run()
    found = figures(ended, truth)
    assert found["stable_days"] == found["whole_days"] == 0 and found["refused"] == ended.refused
    assert all(course == [] for course in found["ratio"].values())


def test_a_run_that_fails_for_another_reason_is_not_unstable(wrong):
    broken = replace(wrong["plain"], hybrid=scheme("emulate", 'emulator = "none.safetensors"'))
    with pytest.raises(RuntimeError, match="none.safetensors"):
        attempt(broken)


def test_a_native_run_is_stable(run):
    truth = run("truth", steps=2 * STEPS_PER_DAY, output_every=STEPS_PER_DAY)
    found = figures(attempt(truth), truth)
    assert found["stable_days"] == found["close_days"] == found["numbers_days"] == 2
    assert found["refused"] is None
    assert all(course == [1, 1] for course in found["ratio"].values())


# ---- Figures


@pytest.mark.parametrize(
    "course, days",
    [([1.0, 2.0, 0.5], 3), ([1.0, 2.001, 1.0], 1), ([0.49], 0), ([1.0, np.nan], 1),
     ([1.0, np.inf], 1), ([], 0)],
)  # fmt: skip
def test_days_before_a_burden_is_off(course, days):
    course = np.array(course)
    assert days_within([course, np.ones_like(course)], 2.0) == days


def ended(**days: int) -> dict:
    runs = {name: {"stable_days": one, "failed_calls": 0} for name, one in days.items()}
    return {"1": {"runs": runs}}


def test_constraints_have_to_last_longer():
    assert objections(ended(plain=0, bounds=4, columns=3, layers=5)) == {"1": []}
    (told,) = objections(ended(plain=0, bounds=5, columns=9, layers=5))["1"]
    assert told == "expected layers to be stable for longer than bounds, found 5 and 5 days"
    found = ended(plain=0, bounds=4, columns=9, layers=5)
    found["1"]["runs"]["bounds"]["failed_calls"] = 3
    assert objections(found)["1"] == ["bounds: expected no failed call of the emulator"]


# ---- Training


@pytest.fixture(scope="module")
def boxes():
    try:
        return random_boxes(3000, 5), random_boxes(500, 6)
    except PluginError as error:
        pytest.skip(str(error))


def test_seeds_make_emulators_and_the_same_seed_the_same(boxes, tmp_path):
    effort = Effort(rounds=2, width=8)
    paths = [
        train_ordinary(*boxes, effort, seed, tmp_path / str(number) / "ordinary.safetensors")
        for number, seed in enumerate((1, 1, 2))
    ]
    # The order of a file's header is anybody's.
    first, again, other = (fingerprints(path)["tensors_sha256"] for path in paths)
    assert first == again != other
    errors = squared_errors(paths[0], boxes[1])
    assert errors.shape == (26,) and (errors > 0).all()


def test_an_ordinary_emulator_is_one_without_constraints(boxes, tmp_path):
    path = train_ordinary(*boxes, Effort(rounds=1, width=8), 1, tmp_path / "a.safetensors")
    with pyhybrid.Emulator(path) as emulator:
        found = emulator.run(np.asfortranarray(boxes[1].x))
        assert not emulator.card.constraints
    assert (found < 0).any()


def test_it_learns(boxes, tmp_path):
    few, many = (
        squared_errors(
            train_ordinary(*boxes, Effort(rounds=rounds), 1, tmp_path / f"{rounds}.safetensors"),
            boxes[0],
        )
        for rounds in (1, 10)
    )
    assert np.median(many / few) < 0.8


def test_without_recordings_nothing_runs(fast, few_columns, tmp_path):
    native = ColumnRun(tmp_path / "runs", fast, {"columns": few_columns})
    with pytest.raises(RecordingError, match="aerosol_columns record"):
        run_constrained(native, tmp_path, Effort(), [1], 1, 1)
    assert not native.folder.exists()


@pytest.mark.slow
def test_from_recordings_to_a_picture(fast, few_columns, tmp_path: Path):
    """Small and short; that budgets last longer shows all the same."""
    assert all(path.is_file() for path in record(ROOT, tmp_path / "recorded", days=2, thinner=8))
    options = {"columns": few_columns, **CASES["validation"]}
    native = ColumnRun(tmp_path / "runs", fast, options)
    effort = Effort(boxes=20_000, rounds=3, width=32)
    summary = run_constrained(native, tmp_path / "recorded", effort, [1, 2], 8, 3)
    assert summary["rejected"] == {"1": [], "2": []}
    assert json.loads((native.folder / "summary.json").read_text())["seeds"] == summary["seeds"]
    assert (native.folder / "constrained.png").stat().st_size > 5000
