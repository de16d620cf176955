# SPDX-License-Identifier: BSD-3-Clause
"""Ranges of training from recordings, and the cards that carry them."""

import dataclasses
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import pyhybrid
from pyhybrid import Card, Field, ranges
from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError, CardError, EmulatorFileError, RecordingError
from pyhybrid.network_file import replace_card
from pyhybrid.ranges import training_range

SAMPLES, LEVELS, SPECIES = 1000, 3, 2
TEMPERATURE, TRACERS, MASK = "air_temperature", "tracers", "mask"


def field(name, levels=None, species=None):
    axes = {"level": levels, "species": species}
    dims = ("column", *(axis for axis, extent in axes.items() if extent))
    return Field(name, "K", "state", "real", dims, levels, species)


def card(sample="column", **more):
    """Of columns of three levels, or of boxes of any column."""
    one = (field(TEMPERATURE, LEVELS), field(TRACERS, LEVELS, SPECIES), field(MASK))
    if sample == "box":
        one = tuple(dataclasses.replace(each, levels=None) for each in one)
    return Card("test", sample, "real32", one, one[:1], **more)


@pytest.fixture
def recording():
    rng = np.random.default_rng(1)
    return {
        "input": {
            TEMPERATURE: rng.normal(250, 10, (SAMPLES, LEVELS)) + np.arange(LEVELS),
            TRACERS: rng.normal(size=(SAMPLES, LEVELS, SPECIES)) + [[0, 100], [1000, 2000], [3, 4]],
            MASK: rng.integers(0, 2, SAMPLES).astype(bool),
        },
        "native": {TEMPERATURE: rng.normal(0, 1e-4, (SAMPLES, LEVELS))},
    }


def test_every_sample_is_within(recording):
    found = training_range(card(), recording)
    values = recording["input"][TEMPERATURE]
    least, most = (np.array(found[TEMPERATURE][key]) for key in ("min", "max"))
    assert (values >= least).all() and (values <= most).all()
    np.testing.assert_allclose(least, values.min(0), rtol=1e-5)
    np.testing.assert_allclose(most, values.max(0), rtol=1e-5)
    assert found[MASK]["min"] == 0 and found[MASK]["max"] == 1


def test_an_output_of_the_name_of_an_input_has_its_own(recording):
    found = training_range(card(), recording)[TEMPERATURE]
    assert max(found["output"]["max"]) < 1e-2 < min(found["min"])


def test_rows_are_species_outermost(recording):
    found = training_range(card(), recording)[TRACERS]["max"]
    expected = recording["input"][TRACERS].max(0).T.ravel()
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_boxes_have_rows_by_species(recording):
    found = training_range(card("box"), recording)
    expected = recording["input"][TRACERS].max((0, 1))
    np.testing.assert_allclose(found[TRACERS]["max"], expected, rtol=1e-5)
    assert found[TEMPERATURE]["max"] == pytest.approx(recording["input"][TEMPERATURE].max(), 1e-5)


@pytest.mark.parametrize("orientation, turned", [("top_down", False), ("bottom_up", True)])
def test_levels_are_in_the_order_of_the_card(recording, orientation, turned):
    class Tree(dict):
        attrs = {"orientation": "top_down"}

    found = training_range(card(orientation=orientation), Tree(recording))[TEMPERATURE]["max"]
    expected = recording["input"][TEMPERATURE].max(0)
    np.testing.assert_allclose(found, expected[::-1] if turned else expected, rtol=1e-5)


@pytest.mark.parametrize("quantile", [0.9, 0.99, 0.999, 1.0])
def test_at_most_so_many_lie_beyond(recording, quantile):
    found = training_range(card(), recording, quantile)[TEMPERATURE]
    values = recording["input"][TEMPERATURE]
    for beyond in (values < found["min"], values > found["max"]):
        assert (beyond.sum(0) <= round((1 - quantile) * SAMPLES)).all()
        if quantile < 0.9999:  # six digits hide one sample or two
            assert (beyond.sum(0) >= round((1 - quantile) * SAMPLES) - 2).all()
    assert found["quantile"] == quantile


@pytest.mark.parametrize("quantile", [0.95, 1.0])
def test_parts_make_no_difference(recording, quantile, monkeypatch):
    whole = training_range(card(), recording, quantile)
    monkeypatch.setattr(ranges, "_PART", 7)
    assert training_range(card(), recording, quantile) == whole


def spoil(recording, what):
    values = recording["input"][TEMPERATURE]
    spoiled = {
        "missing": None,
        "nan": np.where(values > values.max() - 1e-9, np.nan, values),
        "levels": values[:, :2],
        "empty": values[:0],
    }[what]
    if spoiled is None:
        del recording["input"][TEMPERATURE]
    else:
        recording["input"][TEMPERATURE] = spoiled
    return recording


@pytest.mark.parametrize(
    "what, message",
    [
        ("missing", "input 'air_temperature': expected it in the recording, found none"),
        ("nan", "'air_temperature': expected finite numbers"),
        ("levels", r"expected 3 values in a sample, found shape \(1000, 2\)"),
        ("empty", "expected samples, found none"),
    ],
)
def test_a_recording_that_cannot_be_used(recording, what, message):
    with pytest.raises(RecordingError, match=message):
        training_range(card(), spoil(recording, what))


@pytest.mark.parametrize("quantile", [0.5, 0, -1, 1.1, float("nan")])
def test_no_quantile(recording, quantile):
    with pytest.raises(ArgumentError, match="quantile: expected above 0.5"):
        training_range(card(), recording, quantile)


# ---- Into a file


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    inputs = (field(TEMPERATURE, levels=LEVELS), field(MASK))
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("ranges") / "test.safetensors"
    card = Card("test", "column", "real32", inputs, (field("heating", levels=LEVELS),))
    return pyhybrid.export(torch.nn.Linear(LEVELS + 1, LEVELS), card, path)


@pytest.fixture
def copied(emulator, tmp_path):
    return shutil.copy(emulator, tmp_path / emulator.name)


def tensors(path):
    content = path.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


def card_of(path):
    with pyhybrid.Emulator(path) as opened:
        return opened.card


def test_another_card_leaves_the_network(emulator, copied):
    known = {TEMPERATURE: {"min": 200.0, "max": [300.0, 310.0, 320.0]}}
    replace_card(copied, dataclasses.replace(card_of(copied), training_range=known))
    assert card_of(copied).training_range == known
    assert tensors(copied) == tensors(emulator)
    x = np.random.default_rng(1).normal(size=(50, LEVELS + 1)).astype(np.float32)
    with pyhybrid.Emulator(emulator) as one, pyhybrid.Emulator(copied) as other:
        np.testing.assert_array_equal(one.run(x), other.run(x))


def test_a_card_of_another_network_is_refused(emulator, copied):
    wrong = dataclasses.replace(card_of(copied), inputs=(field(TEMPERATURE, levels=LEVELS),))
    with pytest.raises((CardError, EmulatorFileError), match="expected"):
        replace_card(copied, wrong)
    assert copied.read_bytes() == emulator.read_bytes()
    assert [path.name for path in copied.parent.iterdir()] == [copied.name]


def test_no_file(tmp_path):
    with pytest.raises(EmulatorFileError):
        replace_card(tmp_path / "nothing.safetensors", card())


def command(*arguments):
    return CliRunner().invoke(main, ["ranges", *map(str, arguments)])


def test_command(copied, recording, monkeypatch):
    recording["native"]["heating"] = recording["native"][TEMPERATURE]
    monkeypatch.setattr("pyhybrid.commands.ranges.open_recording", lambda _: recording)
    done = command(copied, "recorded.nc")
    assert done.exit_code == 0 and "ranges of 3 fields" in done.output
    assert card_of(copied).training_range.keys() == {TEMPERATURE, MASK, "heating"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("x.pt", "recorded.nc"), "expected .safetensors at the end"),
        (("x.safetensors",), "Missing argument"),
        (("nothing.safetensors", "nothing.nc"), "nothing.safetensors"),
    ],
)
def test_command_refuses(arguments, message):
    done = command(*arguments)
    assert done.exit_code != 0 and message in done.output


def test_command_without_a_recording(copied, emulator):
    done = command(copied, "nothing.nc")
    assert done.exit_code == 1 and "expected a file, found none" in done.output
    assert copied.read_bytes() == emulator.read_bytes()
