# SPDX-License-Identifier: BSD-3-Clause
"""From a host through the real NetCDF plug-in to open_recording, and back by replay."""

import os
import subprocess
import sys

import numpy as np
import pytest
from recording_host import (
    NCOL,
    NLEV,
    STEPS,
    advance,
    air,
    declare,
    native,
    run,
    warming_before,
)
from small_emulators import emulate, require_plugin

import pyhybrid
from pyhybrid import Domain, errors, open_recording

pytest.importorskip("xarray")

COLUMN = np.arange(1, NCOL + 1)


@pytest.fixture(autouse=True)
def plugin():
    require_plugin("netcdf")


@pytest.fixture
def record(write_config, tmp_path):
    """Writes the configuration of a recording."""

    def write(table="", mode="mode = 'record'", name="radiation.{rank}.nc"):
        lines = f"{mode}\n[scheme.radiation.record]\npath = '{tmp_path / name}'\n{table}"
        return write_config(lines, f"{name}.toml")

    return write


@pytest.fixture
def recorded(record, tmp_path):
    """Records with blocks of a size, and opens the recording."""

    def make(table="", block=32, mode="mode = 'record'", name="radiation"):
        run(record(table, mode, f"{name}.{{rank}}.nc"), block, COLUMN)
        return open_recording(tmp_path / f"{name}.0.nc")

    return make


def expected(steps=STEPS, column=COLUMN):
    """By group and name, what a recording holds; samples by step, then column."""
    step = np.repeat(list(steps), len(column))
    everywhere = np.tile(column, len(steps))
    parts = [_expected_step(one, column) for one in steps]
    stacked = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return step, everywhere, stacked


def _expected_step(step, column):
    temperature, pressure = air(step, column)
    before = warming_before(step, column)
    heating, warming, flux = np.empty_like(temperature), before.copy(), np.empty_like(pressure)
    native(temperature, pressure, heating, warming, flux)
    return {
        "input/air_temperature": temperature,
        "input/surface_air_pressure": pressure,
        "input/warming": before,
        "native/heating": heating,
        "native/warming": warming - before,
        "after/warming": warming,
        "native/flux": flux,
    }


def arrays(recording, groups=("input", "native", "after")):
    return {
        f"{group}/{name}": variable.values
        for group in groups
        for name, variable in recording[group].data_vars.items()
    }


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)


def same_recordings(one, other):
    return all(one[group].identical(other[group]) for group in one.children) and (
        list(one.children) == list(other.children)
    )


def test_values_come_back_exactly(recorded):
    recording = recorded()
    step, column, fields = expected()
    np.testing.assert_array_equal(recording["step"], step)
    np.testing.assert_array_equal(recording["column"], column)
    assert_same(arrays(recording), fields)
    np.testing.assert_array_equal(recording["lat"], column / 2.0)
    np.testing.assert_array_equal(recording["lon"], column * 3.0)
    assert recording["date"].values[-1] == f"2001-01-{STEPS[-1]:02d}"


def test_names_units_and_roles_come_back(recorded):
    recording = recorded()
    attributes = recording["native"]["warming"].attrs
    assert (attributes["units"], attributes["role"]) == ("K s-1", "increment")
    assert recording["input"]["air_temperature"].attrs["units"] == "K"
    assert recording["native"]["heating"].sizes == {
        "sample": NCOL * len(STEPS),
        f"level_{NLEV}": NLEV,
    }
    assert recording.attrs["scheme"] == "radiation"


def test_real32_rounds_all_but_increments(recorded):
    found = arrays(recorded("kind = 'real32'"))
    for key, array in expected()[2].items():
        stored = array if "warming" in key else array.astype(np.float32)
        assert found[key].dtype == stored.dtype, key
        np.testing.assert_array_equal(found[key], stored, err_msg=key)


def test_compression_changes_nothing(recorded):
    assert_same(arrays(recorded("compression = 4")), expected()[2])


def test_shadow_records_what_the_emulator_says(recorded, emulator, columns):
    recording = recorded(mode=emulate(emulator).replace("'emulate'", "'shadow'"))
    assert_same(arrays(recording), expected()[2])
    inputs = {name: recording["input"][name].values for name in columns}
    with pyhybrid.Emulator(emulator, batch={"columns": 32}) as opened:
        outputs = opened.predict(inputs)
    kind = "float32" if emulator.suffix == ".pt" else "float64"
    for name, array in outputs.items():
        np.testing.assert_array_equal(recording["emulated"][name], array.astype(kind), err_msg=name)


def test_shadow_leaves_the_host_its_native_values(record, emulator):
    config = record("steps = 0.0", emulate(emulator).replace("'emulate'", "'shadow'"))
    fields = run(config, 7, COLUMN)
    for step in STEPS:
        wanted = _expected_step(step, COLUMN)
        keys = ("native/heating", "after/warming", "native/flux")
        found = dict(zip(keys, fields[step], strict=True))
        assert_same(found, {key: wanted[key] for key in keys})


@pytest.mark.parametrize("table", ["steps = 0.4", "tiles = 0.4\ntile_columns = 8"])
def test_sample_does_not_depend_on_blocks(recorded, table):
    whole = recorded(table, block=NCOL, name="whole")
    assert 0 < whole.sizes["sample"] < NCOL * len(STEPS)
    for block in (1, 7, 32):
        assert same_recordings(whole, recorded(table, block, name=f"blocks{block}"))


def test_steps_are_recorded_whole(recorded):
    recording = recorded("steps = 0.4\nseed = 5")
    steps = sorted(set(recording["step"].values))
    assert 0 < len(steps) < len(STEPS)
    assert_same(arrays(recording), expected(steps)[2])


def test_tiles_are_recorded_whole(recorded):
    recording = recorded("tiles = 0.4\ntile_columns = 8")
    tiles = (recording["column"].values - 1) // 8
    _, sizes = np.unique([recording["step"].values, tiles], axis=1, return_counts=True)
    assert set(sizes) == {8}


def test_another_seed_draws_others(recorded):
    one = recorded("tiles = 0.4\nseed = 1", name="one")
    other = recorded("tiles = 0.4\nseed = 2", name="other")
    assert one.sizes["sample"] != other.sizes["sample"] or not same_recordings(one, other)


def run_ranks(config, bands, block):
    """Each band of columns in a process that believes to be a rank."""
    script = os.path.join(os.path.dirname(__file__), "recording_host.py")
    processes = [
        subprocess.Popen(
            [sys.executable, script, config, str(block), band, *map(str, STEPS)],
            env={**os.environ, "OMPI_COMM_WORLD_RANK": str(rank)},
        )
        for rank, band in enumerate(bands)
    ]
    assert [process.wait() for process in processes] == [0] * len(bands)


@pytest.mark.parametrize("table", ["steps = 0.4", "tiles = 0.4\ntile_columns = 8"])
def test_sample_does_not_depend_on_ranks(record, recorded, tmp_path, table):
    one = recorded(table, name="one")
    run_ranks(record(table, name="two.{rank}.nc"), [f"1:{NCOL // 2}", f"{NCOL // 2 + 1}:{NCOL}"], 7)
    assert sorted(path.name for path in tmp_path.glob("two.*.nc")) == ["two.0.nc", "two.1.nc"]
    assert same_recordings(one, open_recording(tmp_path / "two.*.nc"))


@pytest.fixture
def replay(record, write_config, tmp_path):
    """Records all and replays it: what the host has then, and steps where native was called."""

    def make(block=32, column=COLUMN, steps=STEPS, table="", **options):
        run(record(), 24, COLUMN)
        lines = f"mode = 'replay'\nreplay.path = '{tmp_path}/radiation.*.nc'\n{table}"
        calls, config = [], write_config(lines, "replay.toml")
        return run(config, block, column, steps, calls, **options), calls

    return make


@pytest.mark.parametrize("block", [1, 7, NCOL])
def test_replay_gives_the_native_bits_back(replay, block):
    fields, calls = replay(block)
    assert calls == []
    for step, (heating, warming, flux) in fields.items():
        wanted = _expected_step(step, COLUMN)
        np.testing.assert_array_equal(heating, wanted["native/heating"])
        np.testing.assert_array_equal(warming, wanted["after/warming"])
        np.testing.assert_array_equal(flux, wanted["native/flux"])


def test_replay_of_some_columns(replay):
    fields, calls = replay(5, COLUMN[40:61])
    assert calls == []
    np.testing.assert_array_equal(
        fields[3][1], _expected_step(3, COLUMN[40:61])["after/warming"]
    )


def test_replay_of_a_step_that_was_not_recorded(replay):
    with pytest.raises(errors.RecordingError, match="expected .* found"):
        replay(steps=range(5, 9))


def test_replay_of_a_column_that_was_not_recorded(replay):
    with pytest.raises(errors.RecordingError, match="expected .* found"):
        replay(column=COLUMN + 1)


@pytest.mark.parametrize("check, said", [("true", 1), ("false", 0)])
def test_replay_says_that_inputs_differ(replay, check, said):
    """The first difference of a run shows where an undeclared side effect begins."""
    log = []
    fields, _ = replay(
        table=f"replay.check = {check}",
        warmer=2.0**-40,
        log=lambda level, text: log.append(text),
    )
    differing = [text for text in log if "input 'air_temperature' differs" in text]
    assert len(differing) == said
    np.testing.assert_array_equal(fields[6][0], _expected_step(6, COLUMN)["native/heating"])


@pytest.mark.parametrize("policy", ["continue", "stop"])
def test_folder_that_is_missing_is_said_at_once(write_config, tmp_path, policy):
    lines = f"mode = 'record'\nrecord.path = '{tmp_path}/none/x.nc'\nrecord.policy = '{policy}'"
    with pytest.raises(errors.RecordingError, match="expected a folder .*, found none"):
        run(write_config(lines), 32, COLUMN)


@pytest.fixture
def lost(write_config, tmp_path):
    """Runs with a folder that goes away: what the host has after a step, and what was said."""

    def run_without_folder(policy):
        (tmp_path / "lost").mkdir()
        lines = f"mode = 'record'\nrecord.path = '{tmp_path}/lost/x.nc'\nrecord.policy = '{policy}'"
        said = []
        with (
            Domain(write_config(lines), log=lambda level, text: said.append(text)) as domain,
            domain.scheme("radiation") as scheme,
        ):
            declare(scheme)
            (tmp_path / "lost").rmdir()
            domain.step(1, dt=1800.0)
            advance(scheme, 1, COLUMN, 1)
            domain.step(2, dt=1800.0)
            return advance(scheme, 2, COLUMN, 1), said

    return run_without_folder


def test_run_goes_on_without_its_recording(lost):
    (_, warming, _), said = lost("continue")
    np.testing.assert_array_equal(warming, _expected_step(2, COLUMN)["after/warming"])
    assert len([text for text in said if "the run goes on without it" in text]) == 1


def test_run_may_stop_without_its_recording(lost):
    with pytest.raises(errors.RecordingError, match="recording of scheme 'radiation' failed"):
        lost("stop")


def test_file_that_is_no_recording(tmp_path):
    path = tmp_path / "text.nc"
    path.write_text("not a recording")
    with pytest.raises(errors.RecordingError, match="expected a complete NetCDF-4 file, found"):
        open_recording(path)


def test_host_that_stops_without_a_word_keeps_its_recording(record, tmp_path):
    """No close, no destroy: exit alone finishes the files."""
    program = (
        "import os, numpy as np, recording_host as host\n"
        "from pyhybrid import Domain\n"
        f"domain = Domain({str(record())!r})\n"
        "scheme = domain.scheme('radiation')\n"
        "host.declare(scheme)\n"
        "domain.step(1, dt=1.0)\n"
        "host.advance(scheme, 1, np.arange(1, 97), 1)\n"
        "import ctypes; ctypes.CDLL(None).exit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=os.path.dirname(__file__))
    assert done.returncode == 3
    assert_same(arrays(open_recording(tmp_path / "radiation.0.nc")), expected([1])[2])
