# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid train``: what the plain network learns, and on what it does not depend."""

import json
import os
import signal

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
for package in ("netCDF4", "scoringrules", "tqdm", "xarray"):
    pytest.importorskip(package)

import recorded_physics as physics

import pyhybrid
from pyhybrid import Card, Emulator
from pyhybrid.baseline import Options, learning, positivity
from pyhybrid.baseline.times import split, times_of
from pyhybrid.card import Field
from pyhybrid.cli import main
from pyhybrid.validation.moments import Moments, scores
from pyhybrid.validation.samples import Recording

QUICK = ("--epochs", "2", "--width", "8", "--layers", "1")


def invoke(*arguments):
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def trained(folder, *arguments, name="emulator.safetensors"):
    """The file and the numbers of a training that works."""
    path = folder / name
    done = invoke(*arguments, "--output", path, "--json", folder / "told.json")
    assert done.exit_code == 0, done.output
    return path, json.loads((folder / "told.json").read_text())


def card_of(path):
    with Emulator(path) as emulator:
        return emulator.card


@pytest.fixture(scope="module")
def recording(builtin_plugin, tmp_path_factory):
    if not (pyhybrid.library_dir() / "libhybrid_netcdf.so").is_file():
        pytest.skip("libhybrid_netcdf.so was not built")
    return physics.run(tmp_path_factory.mktemp("recorded") / "physics.nc")


@pytest.fixture(scope="module")
def good(recording, tmp_path_factory):
    """A real training: the file, and what was told."""
    folder = tmp_path_factory.mktemp("good")
    return trained(folder, recording, "--width", "32", "--epochs", "80")


# ---- What it learns


def test_a_linear_scheme_is_learned(good):
    _, told = good
    states = {"rain", "wet", "humidity", "humidity (change)"}
    assert set(told["field"]) == {"warming", "heating", *states}
    for name in ("warming", "heating", "humidity (change)"):
        assert told["field"][name]["r2"] > 0.99, name
    assert told["field"]["rain"]["r2"] > 0.9
    assert told["field"]["wet"]["agreement"] > 0.9


def test_times_are_held_out_and_not_samples(good, recording):
    _, told = good
    assert told["held_out_from"] == "2001-01-11"
    columns = physics.NCOL
    assert told["samples"] == {"recorded": 12 * columns, "training": 9 * columns,
                               "stopping": columns, "held_out": 2 * columns,
                               "dropped": 0}  # fmt: skip


def test_the_scores_are_those_of_validate(good, recording, tmp_path):
    """Of the same samples: a recording of the times that were held out."""
    path, told = good
    later = physics.run(tmp_path / "later.nc", steps=physics.STEPS[-2:])
    arguments = ["validate", str(path), str(later), "--no-html", "--json", "-"]
    found = json.loads(CliRunner().invoke(main, arguments).stdout)["emulators"][path.name]
    for name, one in told["field"].items():
        assert {key: found["field"][name][key] for key in one} == one


def test_what_never_varied_is_returned_and_not_read(good):
    path, _ = good
    temperature, humidity, cloud = physics.inputs(20, np.arange(1, 50))
    with Emulator(path) as emulator:
        fields = {"air_temperature": temperature, "cloud": cloud, "humidity": humidity}
        usual = emulator.predict(fields)
        temperature[:, 0] = 350.0
        warm = emulator.predict(fields)
    assert (usual["heating"][:, 0] == 3e-5).all()
    np.testing.assert_allclose(usual["humidity"][:, 0], humidity[:, 0], rtol=1e-6)
    for name, values in usual.items():
        np.testing.assert_array_equal(warm[name], values)


def test_what_is_never_negative_stays_so(good):
    path, told = good
    temperature, humidity, cloud = physics.inputs(20, np.arange(1, 200))
    with Emulator(path) as emulator:
        found = emulator.predict(
            {"air_temperature": temperature - 30, "cloud": cloud, "humidity": humidity}
        )
    assert found["rain"].min() == 0.0
    for name in ("rain", "humidity"):
        assert f"{name}: kept at or above 0, as in training" in told["notes"]
    assert "heating: no bounds, as its role is tendency" in told["notes"]


@pytest.mark.parametrize("least, kept", [(0.0, True), (-1.7e-21, True), (-1e-9, False)])
def test_rounding_noise_is_no_negative_value(least, kept):
    """Beside a largest value of 2e-3; of one level of two."""
    rain = Field("rain", "kg m-2 s-1", "state", "real", ("column", "level"), 2)
    card = Card(name="noise", sample="column", kind="real64", inputs=(rain,), outputs=(rain,))
    y = np.array([[1e-3, least], [2e-3, 0.0]])
    assert bool(list(positivity.bounds(card, y))) == kept
    words = positivity.signs(card, y, ())["rain"]
    assert words.startswith("kept at or above 0") == kept
    assert ("least value" in words) == (least < 0)


def test_validation_finds_what_training_keeps():
    """Negative where native never is but for rounding; not where native is itself."""
    native = np.array([[1e-3, -1.7e-21], [2e-3, 0.0]])
    emulated = native - [[0.0, 1e-4], [0.0, 0.0]]
    assert scores(Moments.of(native, emulated, None))["negative"].sum() == 1
    native[0, 1] = -1e-4
    assert scores(Moments.of(native, emulated, None))["negative"].sum() == 0


def test_its_card(good, recording):
    path, told = good
    card = card_of(path)
    assert [one.name for one in card.inputs] == ["air_temperature", "cloud", "humidity"]
    assert card.name == "physics" and card.kind == "real32"
    assert card.training_range["air_temperature"]["min"][0] == 220.0
    assert card.provenance["training"]["recordings"] == [recording.name]
    r2 = card.scores["held_out"]["field"]["warming"]["r2"]
    assert r2 == pytest.approx(told["field"]["warming"]["r2"], rel=1e-5)


# ---- On what it does not depend


def test_neither_blocks_nor_files_matter_but_the_seed_does(recording, tmp_path):
    """Of the network, that is: names of files are in the card."""
    first, second = physics.STEPS[:7], physics.STEPS[7:]
    files = [physics.run(tmp_path / "a.nc", second, block=7), physics.run(tmp_path / "b.nc", first)]
    told = []
    for some, seed in (([recording], 5), (files, 5), ([tmp_path / "?.nc", *files[::-1]], 5),
                       ([recording], 6)):  # fmt: skip
        folder = tmp_path / str(len(told))
        folder.mkdir()
        arguments = (*QUICK, "--samples", "400", "--seed", seed)
        told.append(trained(folder, *some, *arguments)[0])
    one, two, three, other = (path.read_bytes() for path in told)
    assert two == three
    assert tensors(one) == tensors(two) != tensors(other)


def tensors(content):
    """What is behind the header."""
    return content[8 + int.from_bytes(content[:8], "little") :]


@pytest.mark.parametrize("suffix", [".pt", pytest.param(".pt2", marks=pytest.mark.slow)])
def test_other_backends(recording, tmp_path, suffix, torch_plugin):
    path, told = trained(tmp_path, recording, *QUICK, name=f"emulator{suffix}")
    temperature, humidity, cloud = physics.inputs(1, np.arange(1, 50))
    with Emulator(path) as emulator:
        assert emulator.card.scores["held_out"]
        fields = {"air_temperature": temperature, "cloud": cloud, "humidity": humidity}
        assert np.isfinite(emulator.predict(fields)["heating"]).all()


# ---- What is told and chosen


def test_a_large_recording_is_drawn_from(recording, tmp_path):
    _, told = trained(tmp_path, recording, *QUICK, "--samples", "200")
    assert told["samples"]["training"] == 200 and told["samples"]["held_out"] == 50
    assert "300 of 1200 recorded samples were drawn (--samples)" in told["notes"]


def test_what_is_not_finite_is_left_out_and_counted(recording, tmp_path):
    def spoil(step, temperature, humidity, cloud):
        if step == 3:
            temperature[0, 1] = np.nan
            humidity[1, 2] = 1e300

    spoiled = physics.run(tmp_path / "spoiled.nc", spoil=spoil)
    _, told = trained(tmp_path, spoiled, *QUICK)
    blocks = -(-physics.NCOL // 16)
    assert told["samples"]["dropped"] == 2 * blocks
    assert np.isfinite(told["field"]["warming"]["r2"])


def test_chosen_fields(recording, tmp_path):
    path, told = trained(tmp_path, recording, *QUICK, "--input-field", "air_temperature",
                         "--unused", "rain", "--unused", "humidity", "--unused", "wet")  # fmt: skip
    card = card_of(path)
    assert [one.name for one in card.inputs] == ["air_temperature"]
    assert [one.name for one in card.outputs] == ["warming", "heating"]


def test_a_card_says_all(recording, good, tmp_path):
    """In its order of fields and levels, and with its own constraints."""
    given = json.loads(card_of(good[0]).to_json())
    given |= {"inputs": given["inputs"][::-1], "outputs": given["outputs"][2:],
              "orientation": "bottom_up", "name": "other"}  # fmt: skip
    given["constraints"] = [{"kind": "bounds", "output": "rain", "minimum": 0.0, "maximum": 1.0}]
    del given["training_range"]
    (tmp_path / "card.json").write_text(json.dumps(given))
    arguments = ("--card", tmp_path / "card.json", "--width", "32", "--epochs", "40")
    path, told = trained(tmp_path, recording, *arguments)
    card = card_of(path)
    assert [one.name for one in card.inputs] == ["humidity", "cloud", "air_temperature"]
    assert card.orientation == "bottom_up" and card.name == "other"
    assert card.training_range["air_temperature"]["min"][-1] == 220.0
    assert card.constraints[0]["maximum"] == 1.0 and len(card.constraints) == 1
    assert told["field"]["humidity (change)"]["r2"] > 0.98


def test_a_card_of_boxes(recording, tmp_path):
    """Each level by itself."""
    box = {"dims": ["column", "level"], "kind": "real"}
    fields = [{"name": "humidity", "unit": "kg kg-1", "role": "state", **box}]
    inputs = [*fields, {"name": "cloud", "unit": "1", "role": "flag", "kind": "integer",
                        "dims": ["column"]}]  # fmt: skip
    card = {"format": "pyhybrid card", "version": 1, "name": "box", "sample": "box",
            "kind": "real32", "inputs": inputs, "outputs": fields}  # fmt: skip
    (tmp_path / "box.json").write_text(json.dumps(card))
    path, told = trained(tmp_path, recording, "--card", tmp_path / "box.json", *QUICK)
    assert Card.from_json(card_of(path).to_json()).sample == "box"
    assert told["field"]["humidity"]["r2"] > 0.9


def held_out(path, **options):
    found = split(times_of(Recording(path)), Options(**options))
    return found.begins, len(found.held_out)


def test_steps_stand_for_dates(recording, tmp_path):
    undated = physics.run(tmp_path / "undated.nc", dates=False)
    assert held_out(undated, held_out=0.5) == ("step 7", 6 * physics.NCOL)


@pytest.mark.parametrize("part, begins", [(1e-9, 12), (0.2, 11), (0.999, 3)])
def test_something_is_left_on_each_side(recording, part, begins):
    assert held_out(recording, held_out=part)[0] == f"2001-01-{begins:02d}"


def test_a_date_splits(recording):
    assert held_out(recording, split_date="2001-01-09") == ("2001-01-09", 4 * physics.NCOL)
    assert held_out(recording, split_date="2001-01-08T12:00")[0] == "2001-01-09"


def test_parts_of_the_split_share_no_time(recording):
    times = times_of(Recording(recording))
    parts = split(times, Options(samples=300))
    seen = [set(times.number[one]) for one in (parts.training, parts.stopping, parts.held_out)]
    assert max(seen[0]) < min(seen[1]) and max(seen[1]) < min(seen[2])


def test_its_table(recording, tmp_path):
    done = invoke(recording, "--output", tmp_path / "e.safetensors", *QUICK)
    assert done.exit_code == 0 and done.stderr == ""
    assert "warming [K s-1]" in done.stdout and "held out, from 2001-01-11 on" in done.stdout


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_training_leaves_the_best_so_far(recording, tmp_path, monkeypatch):
    learn = learning.train

    def interrupted(*arguments):
        *others, report, ends = arguments

        def tell(number, found, best):
            report(number, found, best)
            if number == 3:
                os.kill(os.getpid(), signal.SIGINT)

        return learn(*others, tell, ends)

    monkeypatch.setattr(learning, "train", interrupted)
    _, told = trained(tmp_path, recording, *QUICK[2:], "--epochs", "500")
    assert told["interrupted"] and 4 <= told["epochs"] <= 5
    assert "interrupted: these are the best weights so far" in told["notes"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
