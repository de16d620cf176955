# SPDX-License-Identifier: BSD-3-Clause
"""Maps: boxes that the columns of a grid fill, and sizes of labels."""

import numpy as np
import pytest

from pyhybrid.validation.boxes import coarse_enough
from pyhybrid.validation.places import SIZE, box_of, by_box
from pyhybrid.validation.samples import Samples


def sums(lat, lon):
    """Of a column at each place: values that are its number, and counts."""
    samples = Samples.__new__(Samples)
    object.__setattr__(samples, "lat", np.asarray(lat, dtype=float))
    object.__setattr__(samples, "lon", np.asarray(lon, dtype=float))
    return by_box(box_of(samples), np.arange(len(lat), dtype=float), np.ones(len(lat)))


def regular(step):
    """Latitudes and longitudes of a global grid [degrees]."""
    lat = np.arange(-90 + step / 2, 90, step)
    return (one.ravel() for one in np.meshgrid(lat, np.arange(0, 360, step), indexing="ij"))


@pytest.mark.parametrize("step", [1.0, 5.625, 7.5, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 22.5, 30.0])
def test_global_grids_have_no_holes(step):
    values, counts = coarse_enough(*sums(*regular(step)))
    assert (counts > 0).all()
    assert 180 / counts.shape[0] <= max(SIZE, 2 * step)  # and no coarser than they need


@pytest.mark.parametrize("step", [5.0, 9.0, 20.0])
def test_nothing_is_lost(step):
    values, counts = sums(*regular(step))
    joined = coarse_enough(values, counts)
    assert joined[0].sum() == values.sum() and joined[1].sum() == counts.sum()


def test_boxes_join_their_neighbours():
    values, counts = coarse_enough(*sums([-80.0, -88.0, -80.0], [1.0, 5.0, 22.0]))
    assert counts.shape == (12, 24)  # 15 degrees
    np.testing.assert_array_equal(counts[0, :3], [2, 1, 0])
    np.testing.assert_array_equal(values[0, :3], [0 + 1, 2, 0])


def test_stations_far_apart_stay_as_they_are():
    _, counts = coarse_enough(*sums([-60.0, 0.0, 50.0], [0.0, 90.0, 200.0]))
    assert counts.shape == (24, 48) and counts.sum() == 3


def test_a_fine_region_stays_fine():
    lat, lon = (one.ravel() for one in np.meshgrid(np.arange(30, 60, 0.5), np.arange(-20, 40, 0.5)))
    _, counts = coarse_enough(*sums(lat, lon))
    assert counts.shape == (24, 48)
    assert (counts > 0).sum() == 4 * 8 + 4 * 1  # -20 is within a box


def test_continents_stay_fine():
    """Oceans and a lake are no holes of the grid."""
    lat, lon = (np.array(list(one)) for one in regular(2.0))
    land = (lat < -60) | (np.abs(lon - 90) < 40) | (np.abs(lon - 280) < 30)
    land &= (np.abs(lat - 10) > 8) | (np.abs(lon - 90) > 8)
    _, counts = coarse_enough(*sums(lat[land], lon[land]))
    assert counts.shape == (24, 48)


def test_no_places_at_all_stay_as_they_are():
    _, counts = coarse_enough(np.zeros(24 * 48), np.zeros(24 * 48))
    assert counts.shape == (24, 48)


def test_labels_of_colour_bars_are_no_larger_than_those_of_axes():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from pyhybrid._drawing import colour_bar, page_figure

    figure, axes = page_figure(1, 1, 3.0)
    image = axes[0, 0].pcolormesh(np.array([[1e-9, 2e-9]]))
    colour_bar(figure, image, axes[0, 0], "[K s-1]")
    figure.canvas.draw()
    axis, bar = (one.yaxis for one in figure.axes)
    sizes = [text.get_size() for one in (axis, bar)
             for text in (one.get_offset_text(), *one.get_ticklabels())]  # fmt: skip
    assert max(sizes) <= min(axis.label.get_size(), bar.label.get_size())
    pyplot.close(figure)
