# SPDX-License-Identifier: BSD-3-Clause
"""Replays: the same bits, or where they differ first and why."""

import json

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner
from recorded_runs import COLUMN, NCOL, STEPS, WATER, card

from pyhybrid import Emulator, Field, errors
from pyhybrid.cli import main
from pyhybrid.validation.replaying import replay


def run(path, recording):
    return replay(path, (str(recording),))


@pytest.fixture
def emulated(record, emulator):
    """A run of mode emulate or shadow, and its emulator."""

    def make(mode="emulate", keys="", path=None, **options):
        path = path or emulator()
        keys = f"emulator = '{path}'\n{keys}"
        return path, record("emulated.nc", mode, keys, **options)

    return make


@pytest.mark.parametrize("mode", ["emulate", "shadow"])
@pytest.mark.parametrize("block", [NCOL, 7])
def test_a_run_is_replayed_bit_for_bit(emulated, mode, block):
    found = run(*emulated(mode, block=block))
    assert found.same and found.samples == NCOL * len(STEPS)
    assert found.first is None and found.likely == []
    assert set(found.fields) == {"drying", "rain", "deep"}
    assert found.fields["drying"].values == NCOL * len(STEPS) * 5


@pytest.mark.parametrize("mode", ["emulate", "blend"])
def test_what_the_routine_updates_has_the_kind_of_the_host(emulated, emulator, mode):
    """Not of the network, in which its results are recorded."""
    keys = "unused = ['deep']\n" + ("blend.weight = 0.5\n" if mode == "blend" else "")
    path = emulator(card=card(kind="real32"))
    path, recording = emulated(mode, keys, path, flags=False)
    with netCDF4.Dataset(recording) as file:
        kinds = [file[group]["drying"].dtype for group in ("input", "emulated")]
    assert kinds == [np.float64, np.float32]
    found = run(path, recording)
    assert found.same and found.fields["drying"].values == NCOL * len(STEPS) * 5


def test_constraints_and_orientation_do_not_matter(emulated, emulator):
    water = {**WATER, "enforce": True}
    path = emulator(card=card(constraints=(water,), orientation="bottom_up"))
    assert run(*emulated(path=path)).same


def test_what_a_run_was_is_recorded(emulated):
    path, recording = emulated(keys="batch.columns = 64\nguard.range = 'clip'\n")
    with netCDF4.Dataset(recording) as file:
        found = {name: file.getncattr(name) for name in file.ncattrs()}
    with Emulator(path) as opened:
        backend = opened.backend
    wanted = {"mode": "emulate", "kind": "host", "emulator": "convection", "backend": backend,
              "emulator_file": str(path), "device": "cpu", "precision": "float32",
              "batch_columns": "64", "clipping_guards": "range"}  # fmt: skip
    assert wanted.items() <= found.items()
    assert len(found["emulator_sha256"]) == 64


def spoil(recording, name, sample, level, value):
    with netCDF4.Dataset(recording, "a") as file:
        file.set_auto_maskandscale(False)
        at = (sample,) if level is None else (sample, level)
        file["emulated"][name][at] = value
        return int(file["step"][sample]), int(file["column"][sample])


def test_one_changed_bit_is_found(emulated):
    path, recording = emulated()
    with netCDF4.Dataset(recording) as file:
        value = float(file["emulated"]["drying"][220, 3])
    assert value < 0
    step, column = spoil(recording, "drying", 220, 3, np.nextafter(value, 1))
    found = run(path, recording)
    assert (found.columns, found.fields["drying"].different) == (1, 1)
    first = found.first
    assert (first.step, first.column, first.field, first.level, first.species) == (
        step, column, "drying", 4, 0,
    )  # fmt: skip
    assert first.ulp == 1 and first.replayed == value != first.recorded
    assert found.fields["drying"].levels.tolist() == [0, 0, 0, 1, 0]
    assert "root mean square: rounding" in found.likely[0]


def test_the_first_difference_is_the_first_in_time(emulated):
    """Samples lie in the file as blocks were closed."""
    path, recording = emulated(columns=COLUMN[::-1].copy())
    for sample in (300, 45, 42):
        place = spoil(recording, "rain", sample, None, 1.0)
    found = run(path, recording)
    assert (found.first.step, found.columns) == (2, 3)
    assert found.first.column == min(place[1], NCOL - 5) and found.first.level == 0


def test_nan_is_the_same_as_itself(emulated, python_plugin, write_emulator):
    program = "import numpy as np\n\ndef emulate(x):\n    y = np.zeros((x.shape[0], 7))\n"
    program += "    y[x[:, 0] > 285] = np.nan\n    return y\n"
    assert run(*emulated("shadow", path=write_emulator(card(), program))).same


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_no_number_on_one_side_has_no_largest_difference(
    emulated, tmp_path, value
):
    path, recording = emulated()
    spoil(recording, "drying", 11, 2, value)
    spoil(recording, "drying", 12, 2, 1.0)
    result = invoke(path, recording, "--json", tmp_path / "replay.json")
    assert result.exit_code == 3 and "  nan  " in result.stdout
    assert "likely: drying: 1 of the values that differ are no finite numbers" in result.stdout
    found = json.loads((tmp_path / "replay.json").read_text())["field"]
    assert (found["drying"]["largest"], found["drying"]["relative"]) == (None, None)
    assert (found["drying"]["different"], found["drying"]["not_finite"]) == (2, 1)
    assert (found["rain"]["largest"], found["rain"]["not_finite"]) == (0, 0)


def test_large_differences_in_few_columns_are_no_rounding(emulated):
    path, recording = emulated()
    spoil(recording, "rain", 100, None, 1.0)
    assert run(path, recording).likely == [
        "large, in 0.312 % of the samples: something that only some columns meet"
    ]


def test_another_file_is_named(emulated, emulator):
    path, recording = emulated()
    other = emulator("other.py", threshold=266.001)
    found = run(other, recording)
    assert not found.same and "another file" in found.likely[0]


def test_another_emulator_is_named(emulated, emulator):
    _, recording = emulated()
    other = emulator("other.py", card(name="second"), factor=1.5)
    likely = run(other, recording).likely
    assert any("had 'convection', this one is 'second'" in one for one in likely)


def test_inputs_that_were_rounded_are_named(emulated):
    found = run(*emulated(record="kind = 'real32'\n"))
    assert not found.same and any("rounded when recorded" in one for one in found.likely)


LIMITED = (Field("temperature", "K", "state", "real", ("column", "level"), 5,
                 valid_range={"min": 230, "max": 270}), card().inputs[1])  # fmt: skip


def test_a_clipping_guard_is_named_and_its_configuration_mends_it(emulated, emulator, tmp_path):
    path = emulator(card=card(inputs=LIMITED))
    keys = "guard.range = 'clip'\n"
    _, recording = emulated(keys=keys, path=path)
    found = run(path, recording)
    assert not found.same
    assert found.likely[0] == "guards of the run clip values: range (give the run's --config)"
    config = tmp_path / "hybrid.toml"
    config.write_text(f"[scheme.convection]\nmode = 'emulate'\nemulator = '{path}'\n{keys}")
    result = invoke(path, recording, "--config", config)
    assert result.exit_code == 0 and "every bit the same" in result.stdout


def test_recorded_noise_is_used(netcdf_plugin, emulated, python_plugin, write_emulator):
    noise = Field("wave", "1", "noise", "real", ("column", "level"), 5)
    program = "import numpy as np\n\ndef emulate(x):\n"
    program += "    return np.concatenate([x[:, 10:15], x[:, 10:12]], axis=1)\n"
    stochastic = write_emulator(card(inputs=(*card().inputs, noise)), program)
    assert run(*emulated(path=stochastic, keys="seed = 5\n")).same


# ---- The command


def invoke(*arguments):
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


def test_command_tells_and_ends_with_3_where_results_differ(emulated, tmp_path):
    path, recording = emulated()
    assert invoke(path, recording).exit_code == 0
    spoil(recording, "rain", 11, None, 1.0)
    result = invoke(path, recording, "--json", tmp_path / "replay.json")
    assert result.exit_code == 3
    assert "1 of 320 samples differ" in result.stdout
    assert "first: step 1, column 12, rain: recorded 1.0, replayed" in result.stdout
    found = json.loads((tmp_path / "replay.json").read_text())
    assert found["first"]["column"] == 12 and found["field"]["rain"]["different"] == 1
    screen = invoke(path, recording, "--json", "-")
    assert screen.exit_code == 3 and json.loads(screen.stdout) == found


def test_a_native_recording_cannot_be_replayed(emulator, recording):
    result = invoke(emulator(), recording)
    assert result.exit_code == 1 and "no group 'emulated' (record in" in result.output


def test_a_recording_twice_is_refused(emulated, tmp_path):
    path, recording = emulated()
    (tmp_path / "link.nc").symlink_to(recording)
    result = invoke(path, recording, tmp_path / "link.nc")
    assert result.exit_code == 1 and "recordings: expected each once, found" in result.output


def test_a_second_emulator_is_no_recording(emulated, emulator):
    path, recording = emulated()
    result = invoke(path, emulator("other.py"), recording)
    assert result.exit_code == 2 and "(validate compares two emulators), found" in result.output


def test_missing_files_are_messages(emulator, recording, tmp_path):
    assert invoke(tmp_path / "none.py", recording).exit_code == 1
    result = invoke(emulator(), tmp_path / "none.nc")
    assert result.exit_code == 1 and "expected a file, found none" in result.output
    assert invoke(emulator()).exit_code == 2


def test_an_unwritable_report_is_told_before_the_work(emulated, tmp_path):
    path, recording = emulated()
    result = invoke(path, recording, "--json", tmp_path / "none" / "replay.json")
    assert result.exit_code == 1 and "expected a folder '" in result.output


def test_zeros_of_another_sign_are_not_large(emulated, python_plugin, write_emulator):
    program = "import numpy as np\n\ndef emulate(x):\n    return np.zeros((x.shape[0], 7))\n"
    path, recording = emulated(path=write_emulator(card(), program))
    spoil(recording, "rain", 100, None, -0.0)
    found = run(path, recording)
    assert (found.columns, found.fields["rain"].signs, found.fields["rain"].largest) == (1, 1, 0)
    assert found.likely == ["the sign of zeros alone: the numbers are the same"]
    spoil(recording, "rain", 101, None, 1.0)
    assert run(path, recording).likely[0].startswith("large, in 0.625 %")


def test_every_file_is_asked_for_its_run(emulated, emulator, record):
    path, one = emulated()
    other = record("other.nc", "emulate", f"emulator = '{emulator('other.py', factor=2.0)}'\n")
    found = replay(path, (str(one), str(other)))
    assert found.likely[0].startswith(f"{other}: another file: the run's has SHA-256")
    assert found.first.path == str(other)


def test_a_message_has_the_name_of_the_scheme(emulated, python_plugin, write_emulator):
    path, recording = emulated()
    program = "def emulate(x):\n    if x[0, 0] > 150: raise ValueError('no')\n"
    program += "    import numpy as np\n    return np.zeros((x.shape[0], 7))\n"
    path.write_text(path.read_text() + "\n\n" + program)
    with pytest.raises(errors.HybridError, match="'convection'") as told:
        run(path, recording)
    assert "'validation'" not in str(told.value)
