# SPDX-License-Identifier: BSD-3-Clause
"""Boxes from recordings and at random."""

import numpy as np
import pytest

pytest.importorskip("xarray")
netCDF4 = pytest.importorskip("netCDF4")

from m7_boxes import changed, usual, write_recording

from pyhybrid.errors import PluginError, RecordingError
from pyhybrid.m7.layout import FIRST_TRACER, NFEATURE, NOUTPUT, TRACERS, members, place
from pyhybrid.m7.samples import Boxes, joined, native, random_boxes, recorded


@pytest.fixture
def written(tmp_path):
    """A recording of 4 columns of 3 levels, and its boxes."""
    x = usual(12)
    boxes = Boxes(x, changed(x))
    write_recording(tmp_path / "m7.0.nc", boxes.x, boxes.y, 3)
    return tmp_path / "m7.0.nc", boxes


def test_boxes_of_a_recording(written):
    path, boxes = written
    found = recorded([path])
    np.testing.assert_array_equal(found.x, boxes.x)
    np.testing.assert_array_equal(found.y, boxes.y)


def test_recordings_follow_each_other(written):
    path, boxes = written
    assert len(recorded([path, path])) == 2 * len(boxes)


@pytest.mark.parametrize("group", ["input", "native"])
def test_nan_is_refused_with_its_place(written, group):
    path, _ = written
    with netCDF4.Dataset(path, "a") as file:
        file[group]["aerosol_number_mixing_ratios"][2, 1, 4] = np.nan
    where = rf"{group}: aerosol_number_mixing_ratios\(sample 3, level 2, species 5\)"
    with pytest.raises(RecordingError, match=where + ".*expected a finite number, found nan"):
        recorded([path])


def test_a_field_that_lacks_is_named(tmp_path):
    x = usual(6)
    path = tmp_path / "m7.0.nc"
    write_recording(path, x, changed(x), 3, leave_out=("relative_humidity",))
    with pytest.raises(RecordingError, match="group input: expected a field relative_humidity"):
        recorded([path])


def test_a_file_that_is_none(tmp_path):
    (tmp_path / "m7.0.nc").write_text("no NetCDF")
    with pytest.raises(RecordingError, match=r"m7\.0\.nc"):
        recorded([tmp_path / "m7.0.nc"])


def test_some_are_the_same_again():
    x = usual(100)
    boxes = Boxes(x, changed(x))
    one, again, other = boxes.some(10, 1), boxes.some(10, 1), boxes.some(10, 2)
    np.testing.assert_array_equal(one.x, again.x)
    assert not np.array_equal(one.x, other.x)
    assert boxes.some(100, 1) is boxes


def test_before_has_no_water():
    x = usual(5)
    before = Boxes(x, changed(x)).before
    np.testing.assert_array_equal(before[:, :26], x[:, FIRST_TRACER:])
    assert (before[:, 26:] == 0).all()


def test_joined_keeps_the_order():
    one, other = (Boxes(usual(4, seed), changed(usual(4, seed))) for seed in (1, 2))
    np.testing.assert_array_equal(joined([one, other]).x[4:], other.x)


@pytest.fixture
def random():
    try:
        return random_boxes(2000, 7)
    except PluginError as error:
        pytest.skip(str(error))


def test_random_boxes_are_taken_by_the_native_scheme(random):
    assert random.x.shape == (2000, NFEATURE) and random.y.shape == (2000, NOUTPUT)
    assert np.isfinite(random.y).all() and (random.y >= 0).all()
    assert (random.y != random.before).any(1).mean() > 0.9


def test_random_boxes_come_back(random):
    np.testing.assert_array_equal(random_boxes(2000, 7).y, random.y)


def test_native_does_not_depend_on_the_block(random):
    np.testing.assert_array_equal(native(random.x[333:340]), random.y[333:340])


def test_places():
    assert [TRACERS[place(species, "KS")] for species in members("KS")] == [
        "SO4_KS",
        "BC_KS",
        "OC_KS",
    ]
    assert place("N", "CI") == 25
    with pytest.raises(ValueError, match="not in tuple"):
        place("BC", "NS")
