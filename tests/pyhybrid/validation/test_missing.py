# SPDX-License-Identifier: BSD-3-Clause
"""Recordings of runs that do not emulate in every block: what readers make of what is missing."""

import json

import netCDF4
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from recorded_runs import LAT, NCOL, STEPS, card

from pyhybrid import Field, open_recording
from pyhybrid.cli import main
from pyhybrid.errors import RecordingError
from pyhybrid.validation.replaying import replay

START = "blend = { start = '40 min', ramp = '20 min' }\n"  # of steps of ten minutes
LATITUDE = "blend.latitude = [-30, 30]\n"
ALARM = "audit = { steps = 0.6, seed = 4, alarm = { learn = 2, policy = 'native' } }\n"
CASES = [("emulate", ALARM), ("blend", START), ("correct", START), ("blend", LATITUDE)]
NO_FLAG = "unused = ['deep']\n"


@pytest.fixture
def partly(record, emulator):
    """A run that emulates here and there, and its emulator; the flag is there in mode emulate."""

    def make(mode, keys, path=None, **options):
        path = path or emulator()
        flags = mode == "emulate"
        text = f"emulator = '{path}'\n{'' if flags else NO_FLAG}{keys}"
        return path, record("partly.nc", mode, text, flags=flags, **options)

    return make


def raise_the_alarm(step):
    """Nothing to learn from first, then far from what was learned."""
    return 0.0 if step <= 30 else 300.0


@pytest.mark.parametrize(("mode", "keys"), CASES)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_sample_is_recorded_and_what_was_emulated_is_replayed(partly, mode, keys, threads):
    steps, offset = STEPS, 0.0
    if keys == ALARM:
        steps, offset = range(1, 61), raise_the_alarm
    path, recording = partly(mode, keys, block=5, steps=steps, offset=offset, threads=threads)
    tree = open_recording(recording)
    ran = tree["emulated"]["ran"].values
    assert len(ran) == NCOL * len(steps) and 0 < ran.sum() < len(ran)
    assert np.isfinite(tree["input"]["temperature"]).all()
    np.testing.assert_array_equal(np.isfinite(tree["emulated"]["rain"]), ran)
    found = replay(path, (str(recording),))
    assert found.same and found.samples == ran.sum() and found.missing == (~ran).sum()


def test_missing_are_blocks_beyond_the_latitudes(partly):
    _, recording = partly("blend", LATITUDE, block=1)
    tree = open_recording(recording)
    ran = tree["emulated"]["ran"].values.reshape(len(STEPS), NCOL)
    np.testing.assert_array_equal(ran, np.broadcast_to(np.abs(LAT) <= 30, ran.shape))


def test_the_file_says_what_stands_for_missing(partly):
    _, recording = partly("emulate", ALARM, block=5, steps=range(1, 61), offset=raise_the_alarm)
    with netCDF4.Dataset(recording) as file:
        assert np.ma.count_masked(file["emulated/rain"][:]) > 0
        for name, kind in (("rain", "f8"), ("deep", "i4")):
            one = file["emulated"][name]
            assert one.getncattr("_FillValue") == netCDF4.default_fillvals[kind]
            assert np.ma.count_masked(one[:]) == np.ma.count_masked(file["emulated/rain"][:])
    with xr.open_dataset(recording, group="emulated") as own:  # by those who do not use pyhybrid
        assert np.isnan(own["rain"].values).any() and np.isnan(own["deep"].values).any()


def test_what_is_complete_has_no_fill_value(record):
    with netCDF4.Dataset(record()) as file:
        for group in ("input", "native", "after"):
            for one in file[group].variables.values():
                assert "_FillValue" not in one.ncattrs()


def test_opened_recordings_can_be_written(partly, tmp_path):
    _, recording = partly("blend", START)
    tree = open_recording(recording)
    tree["emulated"].to_dataset().drop_vars("date").to_netcdf(tmp_path / "again.nc")
    with xr.open_dataset(tmp_path / "again.nc") as again:
        np.testing.assert_array_equal(again["rain"], tree["emulated"]["rain"])


def invoke(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_the_command_says_how_many_were_left_out(partly, tmp_path):
    path, recording = partly("blend", START)
    result = invoke("replay", path, recording, "--json", tmp_path / "replay.json")
    found = json.loads((tmp_path / "replay.json").read_text())
    assert result.exit_code == 0, result.output
    assert found["samples"] + found["not_emulated"] == NCOL * len(STEPS)
    assert f"left out: {found['not_emulated']} samples" in result.output


def test_a_difference_is_found_among_those_that_are_left(partly):
    path, recording = partly("blend", START)
    with netCDF4.Dataset(recording, "a") as file:
        at = int(np.flatnonzero(~np.ma.getmaskarray(file["emulated/rain"][:]))[3])
        file["emulated/rain"][at] = 1.0
        wanted = int(file["step"][at]), int(file["column"][at])
    found = replay(path, (str(recording),))
    assert found.columns == 1 and (found.first.step, found.first.column) == wanted


def test_nothing_emulated_is_no_success(partly):
    path, recording = partly("blend", "blend.start = '1 day'\n")
    tree = open_recording(recording)
    assert set(tree["emulated"].data_vars) == {"drying", "rain"}
    assert not tree["emulated"]["ran"].any()
    with pytest.raises(RecordingError, match="expected samples with emulated results, found none"):
        replay(path, (str(recording),))


def test_recorded_noise_is_missing_where_it_was_not_drawn(partly, python_plugin, write_emulator):
    noise = Field("wave", "1", "noise", "real", ("column", "level"), 5)
    program = "import numpy as np\n\ndef emulate(x):\n"
    program += "    return np.concatenate([x[:, 10:15], x[:, 10:12]], axis=1)\n"
    path = write_emulator(card(inputs=(*card().inputs, noise)), program)
    _, recording = partly("blend", START, path=path)
    tree = open_recording(recording)
    missing = np.isnan(tree["input"]["wave"].values).any(1)
    np.testing.assert_array_equal(missing, ~tree["emulated"]["ran"].values)
    assert replay(path, (str(recording),)).same


@pytest.mark.parametrize("command", ["train", "validate"])
def test_native_results_cannot_be_had_of_it(partly, tmp_path, command):
    path, recording = partly("blend", START)
    arguments = {
        "train": (recording, "--output", tmp_path / "new.safetensors"),
        "validate": (path, recording, "--html", tmp_path / "page.html"),
    }
    result = invoke(command, *arguments[command])
    assert result.exit_code == 1 and "native" in result.output, result.output
    assert "Traceback" not in result.output
