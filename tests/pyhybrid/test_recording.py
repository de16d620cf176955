# SPDX-License-Identifier: BSD-3-Clause
"""Recordings as xarray objects, from files in the layout of libhybrid_netcdf."""

import numpy as np
import pytest

pytest.importorskip("xarray")
netCDF4 = pytest.importorskip("netCDF4")

from pyhybrid import recording as recordings
from pyhybrid.errors import HybridError, PluginError, RecordingError
from pyhybrid.recording import open_recording

NLEV = 5


def value(step, column, level):
    return 1000.0 * step + column + level / 8


def write(path, samples, *, nlev=NLEV, units="K", conventions="CF-1.11, pyhybrid-recording-1"):
    """Write samples, a list of (step, column), as the plug-in does."""
    step, column = np.array(samples, dtype="i8").reshape(-1, 2).T
    with netCDF4.Dataset(path, "w") as file:
        file.Conventions = conventions
        file.scheme = "radiation"
        file.createDimension("sample", None)
        file.createDimension("date_length", 32)
        file.createDimension(f"level_{nlev}", nlev)
        temperature = file.createGroup("input").createVariable(
            "air_temperature", "f8", ("sample", f"level_{nlev}"))
        temperature.units, temperature.role = units, "state"
        temperature[:] = value(step[:, None], column[:, None], np.arange(nlev))
        sunlit = file["input"].createVariable("sunlit", "i4", ("sample",))
        sunlit.units, sunlit.role, sunlit.kind = "1", "flag", "logical"
        sunlit[:] = column % 2
        date = file.createVariable("date", "S1", ("sample", "date_length"))
        date._Encoding = "utf-8"
        if samples:  # netCDF4 splits the strings
            days = step % 28 + 1
            date[:] = np.array([f"2001-01-{day:02d}T00:00:00" for day in days], dtype="U32")
        for name, values in [("column", column), ("step", step)]:
            file.createVariable(name, "i8", ("sample",))[:] = values
        file.createVariable("lat", "f8", ("sample",))[:] = column / 4
    return path


def grid(steps, columns):
    return [(step, column) for step in steps for column in columns]


def check(recording, steps, columns):
    expected = np.array(grid(steps, columns))
    data = recording["input"]
    np.testing.assert_array_equal(data["step"], expected[:, 0])
    np.testing.assert_array_equal(data["column"], expected[:, 1])
    np.testing.assert_array_equal(data["lat"], expected[:, 1] / 4)
    np.testing.assert_array_equal(
        data["air_temperature"],
        value(expected[:, :1], expected[:, 1:], np.arange(NLEV)))
    np.testing.assert_array_equal(data["sunlit"], expected[:, 1] % 2 == 1)
    assert data["sunlit"].dtype == bool
    assert data["date"].values[0] == f"2001-01-{expected[0, 0] + 1:02d}T00:00:00"


def test_one_file(tmp_path):
    recording = open_recording(write(tmp_path / "a.nc", grid([1, 2], range(1, 7))))
    check(recording, [1, 2], range(1, 7))
    assert recording.attrs["scheme"] == "radiation"
    assert recording["input"]["air_temperature"].attrs == {"units": "K", "role": "state"}
    assert list(recording.children) == ["input"]


def test_order_does_not_depend_on_the_decomposition(tmp_path):
    whole = write(tmp_path / "whole.nc", grid([1, 2, 3], range(1, 13)))
    shuffled = grid([1, 2, 3], range(1, 13))
    np.random.default_rng(1).shuffle(shuffled)
    write(tmp_path / "rank.0.nc", shuffled[:20])
    write(tmp_path / "rank.1.nc", shuffled[20:])
    one, many = open_recording(whole), open_recording(str(tmp_path / "rank.*.nc"))
    check(many, [1, 2, 3], range(1, 13))
    assert many["input"].to_dataset().identical(one["input"].to_dataset())
    listed = open_recording([tmp_path / "rank.1.nc", tmp_path / "rank.0.nc"])
    assert listed["input"].to_dataset().identical(one["input"].to_dataset())


def test_rank_without_samples(tmp_path):
    write(tmp_path / "rank.0.nc", [])
    write(tmp_path / "rank.1.nc", grid([4], range(1, 9)))
    check(open_recording(str(tmp_path / "rank.*.nc")), [4], range(1, 9))
    assert open_recording(tmp_path / "rank.0.nc")["input"].sizes["sample"] == 0


def test_name_with_the_characters_of_a_pattern(tmp_path):
    check(open_recording(write(tmp_path / "run[1].nc", grid([1], [1, 2]))), [1], [1, 2])


def test_incomplete_samples_at_the_end_are_left_out(tmp_path):
    path = write(tmp_path / "killed.nc", grid([1, 2], [1, 2, 3]))
    with netCDF4.Dataset(path, "a") as file:
        file["input/air_temperature"][6:10, :] = 0.0
    check(open_recording(path), [1, 2], [1, 2, 3])


@pytest.mark.parametrize("path", ["none.nc", "none.*.nc"])
def test_missing_file(tmp_path, path):
    with pytest.raises(RecordingError, match="expected a file, found none") as caught:
        open_recording(tmp_path / path)
    assert isinstance(caught.value, (HybridError, OSError))


def test_one_of_several_is_missing(tmp_path):
    good = write(tmp_path / "a.nc", grid([1], [1]))
    with pytest.raises(RecordingError, match="b.nc: expected a file, found none"):
        open_recording([good, tmp_path / "b.nc"])


def test_no_file_at_all():
    with pytest.raises(RecordingError, match="found none"):
        open_recording([])


def test_text_file(tmp_path):
    (tmp_path / "a.nc").write_text("once upon a time")
    with pytest.raises(RecordingError, match="expected a complete NetCDF-4 file, found"):
        open_recording(tmp_path / "a.nc")


def test_truncated_file(tmp_path):
    path = write(tmp_path / "a.nc", grid(range(1, 200), range(1, 20)))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(RecordingError, match="a.nc: expected a complete NetCDF-4 file"):
        open_recording(path)


def test_other_format(tmp_path):
    path = write(tmp_path / "a.nc", grid([1], [1]), conventions="CF-1.8")
    with pytest.raises(RecordingError, match="expected .*pyhybrid-recording-1.*, found 'CF-1.8'"):
        open_recording(path)


def test_calls_repeated_within_a_step_and_columns_that_move(tmp_path):
    write(tmp_path / "rank.0.nc", [*grid([1, 1], [1, 2]), *grid([2], [3, 4])])
    write(tmp_path / "rank.1.nc", [*grid([1, 1], [3, 4]), *grid([2], [1, 2])])
    recording = open_recording(str(tmp_path / "rank.*.nc"))["input"]
    np.testing.assert_array_equal(recording["column"], [1, 1, 2, 2, 3, 3, 4, 4, 1, 2, 3, 4])


def test_same_column_of_a_step_in_two_files(tmp_path):
    write(tmp_path / "rank.0.nc", grid([1, 2], [1, 2, 3]))
    write(tmp_path / "rank.1.nc", grid([1, 2], [4, 5, 6]))
    write(tmp_path / "rank.2.nc", grid([2, 3], [6, 7]))  # of a run with three ranks
    message = (r"rank.1.nc and .*rank.2.nc: step 2, column 6: "
               "expected each column of a step in one file, found it in two")
    with pytest.raises(RecordingError, match=message):
        open_recording(str(tmp_path / "rank.*.nc"))
    with pytest.raises(RecordingError, match="rank.0.nc and .*rank.0.nc: step 1, column 1"):
        open_recording([tmp_path / "rank.0.nc", tmp_path / "rank.0.nc"])


@pytest.mark.parametrize(
    ("change", "expected"), [({"nlev": 7}, "level_5"), ({"units": "degC"}, "K")])
def test_files_that_do_not_belong_together(tmp_path, change, expected):
    write(tmp_path / "rank.0.nc", grid([1], [1]))
    write(tmp_path / "rank.1.nc", grid([1], [2]), **change)
    with pytest.raises(RecordingError, match=f"input/air_temperature: expected .*{expected}"):
        open_recording(str(tmp_path / "rank.*.nc"))


@pytest.mark.parametrize("missing", [["xarray"], ["netCDF4"], ["xarray", "netCDF4"]])
def test_packages_that_are_missing(tmp_path, monkeypatch, missing):
    monkeypatch.setattr(recordings, "find_spec", lambda name: name not in missing)
    with pytest.raises(PluginError) as caught:
        open_recording(write(tmp_path / "a.nc", grid([1], [1])))
    message = str(caught.value)
    assert "pip install 'pyhybrid[recording]'" in message
    assert message.endswith(f"found no {' and no '.join(missing)}")
