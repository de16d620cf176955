# SPDX-License-Identifier: BSD-3-Clause
"""Scores of recorded runs: those of numpy, whatever the parts, files, workers and order."""

import json

import netCDF4
import numpy as np
import pytest
from recorded_runs import AREA, LAT, NCOL, NLEV, STEPS, WATER, card, native, state

import pyhybrid
from pyhybrid import errors, open_recording
from pyhybrid.validation import Plan, samples, validate
from pyhybrid.validation.moments import scores
from pyhybrid.validation.result import as_json
from pyhybrid.validation.setting import Setting
from pyhybrid.validation.tables import tables


def run(emulators, recordings, **options):
    one = isinstance(emulators, (list, tuple))
    paths = tuple(emulators) if one else (emulators,)
    files = recordings if isinstance(recordings, (list, tuple)) else [recordings]
    workers = options.pop("workers", 0)
    return validate(Plan(paths, tuple(map(str, files)), **options), workers=workers)


def numbers(validation):
    """Of the only emulator."""
    (found,) = as_json(validation)["emulators"].values()
    return found


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(samples, "_LEAST", 7)
    monkeypatch.setattr(samples, "_MOST", 7)


def by_hand(recording, emulator):
    """Native and emulated values of all samples, (sample, value)."""
    tree = open_recording(recording)
    with pyhybrid.Emulator(emulator) as opened:
        inputs = {one.name: tree["input"][one.name].values for one in opened.card.inputs}
        found = opened.predict(inputs)
    wanted = {name: tree["native"][name].values for name in found}
    return {name: (wanted[name], found[name]) for name in found}


def test_scores_are_those_of_the_recording(emulator, recording):
    path = emulator()
    found = numbers(run(path, recording))
    assert found["samples"] == NCOL * len(STEPS)
    for name, (x, y) in by_hand(recording, path).items():
        field = found["field"][name]
        if name == "deep":
            assert field == {"unit": "1", "role": "flag", "kind": "integer", "n": x.size,
                             "agreement": (x == y).mean()}  # fmt: skip
            continue
        assert field["rmse"] == pytest.approx(np.sqrt(((y - x) ** 2).mean()), rel=1e-12)
        assert field["bias"] == pytest.approx((y - x).mean(), rel=1e-9)
        spread = ((x - x.mean(0)) ** 2).sum()
        assert field["r2"] == pytest.approx(1 - ((y - x) ** 2).sum() / spread, rel=1e-12)
        rows = np.sqrt(((y - x) ** 2).mean(0)).reshape(-1, 1)
        np.testing.assert_allclose(field["rows"]["rmse"], rows, rtol=1e-12)


def test_a_perfect_emulator_is_perfect(python_plugin, write_emulator, recording):
    program = """\
import numpy as np

def emulate(x):
    drying = -1e-9 * np.maximum(x[:, :5] - 265, 0)
    return np.concatenate([drying, x[:, :2]], axis=1)
"""
    found = numbers(run(write_emulator(card(), program), recording))["field"]["drying"]
    # the recorded increment is after minus before: its rounding is what is left
    assert found["r2"] > 1 - 1e-14 and found["largest_error"] < 1e-22
    assert found["worst_r2"] > 1 - 1e-14


def test_the_worst_level_is_found(python_plugin, write_emulator, recording):
    program = """\
import numpy as np

def emulate(x):
    drying = -1e-9 * np.maximum(x[:, :5] - 265, 0) * [1, 1, 1, 2, 1]
    return np.concatenate([drying, x[:, :2]], axis=1)
"""
    found = numbers(run(write_emulator(card(), program), recording))["field"]["drying"]
    assert found["worst"] == {"level": 4, "species": 1}


def test_orientation_of_the_card_does_not_matter(emulator, recording):
    flipped = emulator("flipped.py", card(orientation="bottom_up"))
    top, bottom = numbers(run(emulator(), recording)), numbers(run(flipped, recording))
    assert top["field"]["drying"] == bottom["field"]["drying"]  # the same program at each level


def test_parts_change_no_score(emulator, recording, small_parts, monkeypatch):
    path = emulator()
    cut = numbers(run(path, recording))
    monkeypatch.undo()
    whole = numbers(run(path, recording))
    assert cut["field"]["deep"] == whole["field"]["deep"]
    for name in ("drying", "rain"):
        for key in ("bias", "rmse", "r2", "mae", "area_bias", "worst_r2"):
            assert cut["field"][name][key] == pytest.approx(whole["field"][name][key], rel=1e-10)
        one, other = (x["field"][name]["by_species"][0]["quantiles"] for x in (cut, whole))
        assert one == other  # counts are exact
    assert cut["outside"] == whole["outside"]


def test_workers_give_the_same_bits(emulator, recording, small_parts):
    pytest.importorskip("distributed")
    path = emulator()
    alone = numbers(run(path, recording))
    assert numbers(run(path, recording, workers=2)) == alone


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits(emulator, recording, small_parts):
    distributed = pytest.importorskip("distributed")
    path = emulator()
    plan = Plan((path,), (str(recording),))
    with distributed.LocalCluster(n_workers=1, dashboard_address=":0") as cluster:
        found = validate(plan, scheduler=cluster.scheduler_address)
    assert numbers(found) == numbers(run(path, recording))


def test_a_failure_in_a_worker_is_the_same_message(python_plugin, write_emulator, recording):
    pytest.importorskip("distributed")
    program = "def emulate(x):\n    if x[0, 0] > 150: raise ValueError('too warm')\n"
    program += "    import numpy as np\n    return np.zeros((x.shape[0], 7))\n"
    with pytest.raises(errors.BackendError, match="too warm"):
        run(write_emulator(card(), program), recording, workers=1)


def test_area_means_are_weighted(emulator, recording):
    path = emulator()
    x, y = by_hand(recording, path)["rain"]
    found = numbers(run(path, recording))["field"]["rain"]
    weight = np.tile(AREA, len(STEPS))
    assert found["native_area_mean"] == pytest.approx(np.average(x, weights=weight), rel=1e-12)
    assert found["area_bias"] == pytest.approx(np.average(y - x, weights=weight), rel=1e-9)


def test_two_emulators_have_the_scores_that_each_has_alone(emulator, recording):
    one, other = emulator("one.py"), emulator("other.py", threshold=270)
    both = as_json(run((one, other), recording))["emulators"]
    assert list(both) == ["one.py", "other.py"]
    for path in (one, other):
        assert both[path.name] == numbers(run(path, recording))
    assert both["one.py"]["field"]["drying"]["r2"] > both["other.py"]["field"]["drying"]["r2"]


# ---- Budgets, ranges


def test_budgets_are_those_of_the_arrays(emulator, recording):
    path = emulator(card=card(constraints=(WATER,)))
    found = numbers(run(path, recording))["budget"]["water"]
    tree, values = open_recording(recording), by_hand(recording, emulator())
    mass = tree["input"]["mass"].values
    left = (mass * values["drying"][1]).sum(1) + values["rain"][1]
    assert found["rms"] == pytest.approx(np.sqrt((left**2).mean()), rel=1e-12)
    assert found["largest"] == pytest.approx(np.abs(left).max(), rel=1e-12)
    assert found["native"]["relative"] < 1e-9  # what is dried falls
    assert found["relative"] > 0.01 and found["unit"] == "kg m-2 s-1"


def test_constraints_of_the_configuration_are_met(emulator, recording):
    table = {"constraint": [{**WATER, "enforce": True}]}
    found = numbers(run(emulator(), recording, setting=Setting(json.dumps(table))))
    assert found["budget"]["water"]["relative"] < 1e-14


def test_a_budget_of_fields_that_were_not_recorded_is_refused(emulator, recording):
    wrong = {**WATER, "terms": [{"output": "drying", "measure": "thickness_of_air"}]}
    with pytest.raises(errors.HybridError, match="'thickness_of_air'"):
        run(emulator(card=card(constraints=({**wrong, "enforce": True},))), recording)


def test_bounds_of_a_state_need_a_time_step(emulator, recording):
    bounds = {"kind": "bounds", "output": "drying", "state": "humidity", "minimum": 0}
    path = emulator(card=card(constraints=(bounds,)))
    with pytest.raises(errors.ConfigError, match="expected a time step .*--dt.*, found none"):
        run(path, recording)
    assert numbers(run(path, recording, setting=Setting(dt=600.0)))["samples"] > 0


def test_values_below_the_valid_range_are_counted(emulator, recording):
    path = emulator()
    rain = by_hand(recording, path)["rain"][1]
    found = numbers(run(path, recording))["field"]["rain"]
    assert found["below"] == (rain < 0).sum() > 0
    assert found["native_below"] == found["above"] == 0
    assert found["negative"] == found["below"]


def test_samples_outside_of_the_training_range(emulator, recording):
    low, high = 230.0, 285.0
    ranges = {"temperature": {"min": low, "max": [high] * NLEV}}
    path = emulator(card=card(training_range=ranges))
    found = run(path, recording, margin=0.1)
    temperature = open_recording(recording)["input"]["temperature"].values
    wide = 0.1 * (high - low)
    beyond = (temperature < low - wide) | (temperature > high + wide)
    outside = numbers(found)["outside"]
    assert outside["samples"] == pytest.approx(beyond.any(1).mean())
    assert outside["without_margin"] == ((temperature < low) | (temperature > high)).any(1).mean()
    counts = outside["field"]["temperature"]
    above = (temperature > high + wide).sum(0)
    assert np.ravel(counts["above"]).tolist() == above.tolist()
    (scored,) = found.scores.values()
    samples_by_box, beyond_by_box = scored[""].outside["place"]
    assert samples_by_box.sum() == len(temperature) and beyond_by_box.sum() == beyond.any(1).sum()


def test_what_the_guard_counts_is_what_is_outside(emulator, recording):
    """The library's guard and the validation have one definition."""
    ranges = {"temperature": {"min": [240.0] * NLEV, "max": [280.0, 280, 280, 280, 240]}}
    path = emulator(card=card(training_range=ranges))
    outside = numbers(run(path, recording))["outside"]["field"]["temperature"]
    text = f"[scheme.s]\nmode = 'emulate'\nemulator = '{path}'\nguard.training_range = 'pass'\n"
    tree = open_recording(recording)
    with pyhybrid.Domain(text=text) as domain, domain.scheme("s") as scheme:
        with scheme.open(NCOL * len(STEPS)) as call:
            for name in ("temperature", "drying"):
                call.put(name, tree["input"][name].values)
            call.run()
            call.get("drying", np.zeros((NCOL * len(STEPS), NLEV)))
            call.get("rain", np.zeros(NCOL * len(STEPS)))
            call.get("deep", np.zeros(NCOL * len(STEPS), "i4"))
        guards = domain.statistics()["schemes"]["s"]["guards"]
    counted = {one["level"]: one["columns"] for one in guards if one["side"] == "input"}
    both = np.ravel(outside["below"]) + np.ravel(outside["above"])
    assert {level + 1: n for level, n in enumerate(both) if n} == counted


# ---- Splits


@pytest.mark.parametrize(
    "split, parts",
    [
        ("region", ["south of 30 S", "tropics", "north of 30 N"]),
        ("date", [f"2001-{month:02d}" for month in range(2, 10)]),
        ("latitude", [f"{a:+03d} to {a + 30:+03d}" for a in (-90, -60, -30, 0, 30, 60)]),
        ("step", ["steps 1 to 2", "steps 3 to 4", "steps 5 to 6", "steps 7 to 8"]),
    ],
)
def test_parts_of_a_split_make_the_whole(emulator, recording, split, parts):
    found = numbers(run(emulator(), recording, split=split))
    assert list(found["split"]) == parts
    assert sum(one["samples"] for one in found["split"].values()) == found["samples"]
    squares = sum(
        one["field"]["rain"]["n"] * one["field"]["rain"]["rmse"] ** 2
        for one in found["split"].values()
    )
    whole = found["field"]["rain"]
    assert squares == pytest.approx(whole["n"] * whole["rmse"] ** 2, rel=1e-12)


def test_a_region_has_its_own_columns(emulator, recording):
    path = emulator()
    x, y = by_hand(recording, path)["rain"]
    tropics = np.tile(np.abs(LAT) < 30, len(STEPS))
    found = numbers(run(path, recording, split="region"))["split"]["tropics"]
    assert found["samples"] == tropics.sum()
    assert found["field"]["rain"]["bias"] == pytest.approx((y - x)[tropics].mean(), rel=1e-9)


def test_scenarios_are_files(emulator, record):
    files = [record("cold.nc"), record("warm.nc", offset=20.0)]
    found = numbers(run(emulator(), files, split="scenario"))
    assert sorted(found["split"]) == ["cold.nc", "warm.nc"]
    alone = numbers(run(emulator(), files[1]))["field"]["rain"]
    scored = found["split"]["warm.nc"]["field"]["rain"]
    assert all(scored[key] == alone[key] for key in ("n", "rmse", "r2", "bias"))


def test_a_split_that_the_recording_cannot_have_is_refused(emulator, recording):
    with pytest.raises(errors.RecordingError, match="two files or more"):
        run(emulator(), recording, split="scenario")
    with pytest.raises(errors.ArgumentError, match="unknown split 'regoin'; did you mean 'region'"):
        run(emulator(), recording, split="regoin")


# ---- Refusals


def test_a_recording_without_native_results_is_refused(emulator, record):
    path = emulator()
    emulated = record("emulated.nc", "emulate", f"emulator = '{path}'\n")
    with pytest.raises(errors.RecordingError, match="expected native 'drying'.* no group 'native'"):
        run(path, emulated)


def test_a_field_that_is_missing_is_named(emulator, recording):
    inputs = (*card().inputs, pyhybrid.Field("albedo", "1", "state", "real", ("column",)))
    with pytest.raises(errors.RecordingError, match="'albedo'.*it has 'temperature'"):
        run(emulator(card=card(inputs=inputs)), recording)


def test_another_unit_is_refused(emulator, recording):
    first = pyhybrid.Field("temperature", "degC", "state", "real", ("column", "level"), NLEV)
    with pytest.raises(errors.CardError, match=r"unit: expected 'degC' \(card\), found 'K'"):
        run(emulator(card=card(inputs=(first, card().inputs[1]))), recording)


def test_another_number_of_levels_is_refused(emulator, recording):
    first = pyhybrid.Field("temperature", "K", "state", "real", ("column", "level"), NLEV + 1)
    with pytest.raises(errors.CardError, match=r"expected column level \(6\)"):
        run(emulator(card=card(inputs=(first, card().inputs[1]))), recording)


def test_a_failing_emulator_is_a_message(python_plugin, write_emulator, recording):
    program = "def emulate(x):\n    if x.shape[0] and x[0, 0] > 150: raise ValueError('no')\n"
    program += "    import numpy as np\n    return np.zeros((x.shape[0], 7))\n"
    with pytest.raises(errors.BackendError, match="no"):
        run(write_emulator(card(), program), recording)


def test_results_that_are_not_finite_are_counted(python_plugin, write_emulator, recording):
    program = """\
import numpy as np

def emulate(x):
    y = np.zeros((x.shape[0], 7))
    y[x[:, 0] > 285, 2] = np.nan
    y[x[:, 0] > 285, 5] = 1e300
    return y
"""
    found = run(write_emulator(card(), program), recording)
    hot = (open_recording(recording)["input"]["temperature"].values[:, 0] > 285).sum()
    field = numbers(found)["field"]
    assert field["drying"]["not_finite"] == hot > 0
    json.dumps(as_json(found), allow_nan=False)


def test_a_truncated_recording_is_a_message(emulator, recording):
    recording.write_bytes(recording.read_bytes()[:5000])
    with pytest.raises(errors.RecordingError, match="complete NetCDF-4"):
        run(emulator(), recording)


def test_no_samples_are_a_message(emulator, record):
    empty = record("none.nc", record="steps = 1e-9\n", steps=(1,))
    if not empty.exists():  # a file appears with the first sample
        with pytest.raises(errors.RecordingError, match="expected a file"):
            run(emulator(), empty)


def test_the_native_routine_of_this_model_is_what_was_recorded(recording):
    temperature, mass, _ = state(1)
    rain = open_recording(recording)["native"]["rain"].values[:NCOL]
    np.testing.assert_array_equal(rain, native(temperature, mass)[1])


def test_shadow_has_the_same_scores_online(emulator, record, tmp_path):
    """What the run's statistics say is what the validation says."""
    path = emulator()
    keys = f"emulator = '{path}'\n"
    statistics = tmp_path / "statistics.json"
    shadow = record("shadow.nc", "shadow", keys + f"[domain]\nstatistics = '{statistics}'\n")
    online = json.loads(statistics.read_text())["schemes"]["convection"]["scores"]
    offline = run(path, shadow).scores[path.name][""].fields
    for name in ("drying", "rain"):
        found = scores(offline[name].moments, pooled=True)
        for key in ("n", "bias", "rmse", "r2"):
            # the recording has the emulator's values in its own kind, here real64 too
            assert found[key][0] == pytest.approx(online[name][key], rel=1e-9), (name, key)


def test_samples_without_a_place_or_area_count_nowhere_and_are_told(emulator, recording):
    with netCDF4.Dataset(recording, "a") as file:
        for place, value in ((0, np.nan), (1, 1e300), (2, -91.0)):
            file["lat"][place] = value
        file["lon"][3] = np.inf
        for place, value in ((4, np.nan), (5, -1.0), (6, np.inf)):
            file["area"][place] = value
        area = file["area"][:].filled(np.nan)
    path = emulator()
    found = run(path, recording, split="latitude")
    scores = numbers(found)
    assert (scores["without_place"], scores["without_area"]) == (4, 3)
    assert sum(one["samples"] for one in scores["split"].values()) == NCOL * len(STEPS) - 3
    (groups,) = found.scores.values()
    assert groups[""].outside["place"][0].sum() == NCOL * len(STEPS) - 4
    weight = np.where(np.isfinite(area) & (area > 0), area, 0)
    x, y = by_hand(recording, path)["rain"]
    assert scores["field"]["rain"]["area_bias"] == pytest.approx((weight * (y - x)).sum()
                                                                 / weight.sum())  # fmt: skip
    assert [table.rows for table in tables(as_json(found)) if "count nowhere" in table.title]


def test_all_areas_below_zero_are_told(emulator, recording):
    with netCDF4.Dataset(recording, "a") as file:
        file["area"][:] = -1.0
    scores = numbers(run(emulator(), recording))
    assert scores["without_area"] == NCOL * len(STEPS)
    assert "area_bias" not in scores["field"]["rain"]
