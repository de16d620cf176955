# SPDX-License-Identifier: BSD-3-Clause
"""Errors by column and zone, which means over the globe do not tell."""

from __future__ import annotations

import numpy as np
import pytest
from column_places import ZONES, column_error, zone_errors

LAT = np.array([-75.0, -60.0, -30.0, 0.0, 29.9, 30.0, 60.0, 90.0])
ZONE = np.array([0, 1, 2, 2, 2, 3, 4, 4])
AREA = np.array([1.0, 2.0, 3.0, 4.0, 3.0, 3.0, 2.0, 0.5])
NATIVE = np.array([1.0, 1.0, 2.0, 3.0, 4.0, 1.0, 1.0, 2.0])


def test_errors_of_columns_do_not_cancel():
    """Half too much in one, as much too little in others: the mean is right."""
    other = NATIVE.copy()
    other[3] += 0.6
    other[[2, 4]] -= 0.4
    assert AREA @ other == pytest.approx(AREA @ NATIVE, rel=1e-12)
    assert column_error(NATIVE, other, AREA) == pytest.approx(4.8 / (AREA @ NATIVE), rel=1e-12)


def test_errors_of_columns_are_of_what_they_hold():
    """The same share of each column is that share of the mean; of nothing it is all."""
    assert column_error(NATIVE, 0.9 * NATIVE, AREA) == pytest.approx(0.1, rel=1e-12)
    assert column_error(0 * NATIVE, 0 * NATIVE, AREA) == 0
    assert column_error(0 * NATIVE, NATIVE, AREA) == 1


@pytest.mark.parametrize("zone", range(len(ZONES)))
def test_errors_of_zones_are_their_own(zone):
    other = np.where(zone == ZONE, 1.02 * NATIVE, NATIVE)
    np.testing.assert_allclose(
        zone_errors(NATIVE, other, LAT, AREA), np.where(np.arange(5) == zone, 0.02, 0), atol=1e-12
    )


def test_a_zone_is_weighted_by_area():
    other = NATIVE + np.where(NATIVE == 4.0, 0.5, 0.0)
    expected = 3 * 0.5 / (AREA[ZONE == 2] @ NATIVE[ZONE == 2])
    assert zone_errors(NATIVE, other, LAT, AREA)[2] == pytest.approx(expected, rel=1e-12)


def test_a_zone_without_columns_has_no_error():
    north = LAT > 0
    found = zone_errors(NATIVE[north], 2 * NATIVE[north], LAT[north], AREA[north])
    np.testing.assert_array_equal(found, [0, 0, 1, 1, 1])


def test_a_zone_with_hardly_any_is_measured_by_the_largest():
    native = np.where(ZONE == 0, 1e-9, NATIVE)
    other = np.where(ZONE == 0, 2e-9, NATIVE)
    assert 0 < zone_errors(native, other, LAT, AREA)[0] < 1e-6
