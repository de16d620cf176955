# SPDX-License-Identifier: BSD-3-Clause
"""Which end of a column is meant, how wide a range is, and where a longitude lies."""

import numpy as np
import pytest
from recorded_runs import NLEV, card

from pyhybrid import open_recording
from pyhybrid.validation import Plan, validate
from pyhybrid.validation.budgets import residual
from pyhybrid.validation.limits import Limits, training_limits, valid_limits
from pyhybrid.validation.places import box_of
from pyhybrid.validation.result import as_json
from pyhybrid.validation.samples import Samples

FLUX = np.array([[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]])


def left(levels, bottom_up=False, flipped=False):
    """Mean over two columns of what a budget of some levels of `FLUX` leaves."""
    budget = {"terms": [{"output": "flux", "levels": levels}]}
    found = residual(budget, {}, {"flux": FLUX}, bottom_up, flipped)
    return found.total / 1.5 / found.n


@pytest.mark.parametrize(
    "levels, bottom_up, wanted",
    [("top", False, 1), ("bottom", False, 100), ("top", True, 100), ("bottom", True, 1)],
)
def test_top_and_bottom_of_a_budget_are_those_of_the_recording(levels, bottom_up, wanted):
    assert left(levels, bottom_up=bottom_up) == wanted
    assert left(levels, bottom_up=bottom_up, flipped=True) == wanted


@pytest.mark.parametrize(
    "levels, flipped, wanted",
    [(1, False, 1), (1, True, 100), ([1, 2], False, 11), ([1, 2], True, 110), ([2, 2], True, 10)],
)
def test_levels_of_a_budget_are_counted_from_its_own_end(levels, flipped, wanted):
    assert left(levels, flipped=flipped) == pytest.approx(wanted)


@pytest.mark.parametrize("orientation", ["top_down", "bottom_up"])
def test_levels_of_a_card_are_those_of_its_orientation(emulator, recording, orientation):
    terms = [{"output": "drying", "levels": [1, 2]}]
    budget = {"kind": "budget", "name": "part", "unit": "s-1", "enforce": False, "terms": terms}
    path = emulator(card=card(constraints=(budget,), orientation=orientation))
    (found,) = as_json(validate(Plan((path,), (str(recording),))))["emulators"].values()
    native = open_recording(recording)["native"]["drying"].values
    part = native[:, :2] if orientation == "top_down" else native[:, -2:]
    assert found["budget"]["part"]["native"]["mean"] == pytest.approx(part.sum(1).mean(), rel=1e-12)


@pytest.mark.parametrize("orientation, step", [("top_down", 1), ("bottom_up", -1)])
def test_ranges_of_a_card_are_turned_to_the_recording(orientation, step):
    low, high = np.arange(NLEV) + 200.0, np.arange(NLEV) + 300.0
    fields = card().outputs
    ranged = {"min": (-low).tolist(), "max": high.tolist()}
    drying = type(fields[0])("drying", "s-1", "increment", "real", ("column", "level"), NLEV,
                             valid_range=ranged)  # fmt: skip
    one = card(training_range={"temperature": {"min": low.tolist(), "max": high.tolist()}},
               outputs=(drying, *fields[1:]))  # fmt: skip
    found = training_limits(one, orientation)["temperature"]
    assert found.low[:, 0].tolist() == low[::step].tolist()
    assert found.high[:, 0].tolist() == high[::step].tolist()
    assert valid_limits(one, orientation)["drying"].low[:, 0].tolist() == (-low[::step]).tolist()


def test_a_row_that_never_varied_is_widened_by_a_hundredth_of_the_widest():
    """As the library's guard has it."""
    limits = Limits(np.array([[0.0], [5.0]]), np.array([[10.0], [5.0]])).widened(0.25)
    assert limits.low[:, 0] == pytest.approx([-2.5, 4.975], abs=1e-5)
    assert limits.high[:, 0] == pytest.approx([12.5, 5.025], abs=1e-5)


@pytest.mark.parametrize("given, same", [(-90.0, 270.0), (450.0, 90.0), (360.0, 0.0)])
def test_longitudes_go_round(given, same):
    lon, nowhere = np.array([given, same]), np.zeros(2)
    one, other = box_of(Samples("", nowhere, nowhere, nowhere, nowhere, lon, None, {}))
    assert one == other != -1


def test_without_a_training_range_nothing_is_inside_of_it(emulator, recording):
    (found,) = as_json(validate(Plan((emulator(),), (str(recording),))))["emulators"].values()
    assert found["outside"]["samples"] is None and found["outside"]["without_margin"] is None
