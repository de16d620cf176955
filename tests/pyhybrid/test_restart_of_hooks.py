# SPDX-License-Identifier: BSD-3-Clause
"""A run with audit, guards and hooks that learn, stopped after any step and started again in other
blocks: every value has the bits of the run that was never stopped."""

import pytest
from hooked_model import NCOL, NSTEP, Run, emulating, run

from pyhybrid import errors


@pytest.fixture(params=["steps = 1.0", "steps = 0.5", "tiles = 0.5, tile_columns = 4"])
def text(request, plain):
    return emulating(plain, request.param)


def test_hooks_change_what_the_host_gets(text):
    _, with_hooks = run(text)
    _, without = run(text.split("[[")[0])
    assert with_hooks[0] == without[0] and with_hooks[-1] != without[-1]


def test_without_a_restart_a_run_goes_on_differently(text):
    _, expected = run(text)
    _, ended = run(text, first=4)
    assert ended[-1] != expected[-1]


@pytest.mark.parametrize("stop", [1, 2, 3, 6])
@pytest.mark.parametrize("blocks", [(NCOL, 7), (1, NCOL)])
def test_file_after_any_step(text, stop, blocks, tmp_path, netcdf_plugin):
    _, expected = run(text)
    model, begun = run(text, blocks[0], last=stop)
    model.domain.save(tmp_path / "restart.nc")
    path = tmp_path / "restart.nc"
    _, ended = run(text, blocks[1], stop + 1, load=lambda domain: domain.load(path))
    assert begun + ended == expected


@pytest.mark.parametrize("stop", [2, 5])
def test_arrays_after_any_step(text, stop):
    _, expected = run(text)
    model, begun = run(text, 5, last=stop)
    shared, columns = model.domain.get_state()
    _, ended = run(text, 24, stop + 1, load=lambda domain: domain.set_state(shared, columns))
    assert begun + ended == expected
    assert columns.shape[1] == NCOL


def test_saving_changes_nothing(text):
    _, expected = run(text)
    model = Run(text, NCOL)
    found = []
    for step in range(1, NSTEP + 1):
        found.append(model.step(step))
        model.domain.get_state()
    assert found == expected


def test_a_run_may_go_back(text):
    """Loading while the model runs forgets what it has learned since."""
    _, expected = run(text)
    model, _ = run(text, last=3)
    state = model.domain.get_state()
    for step in range(4, 7):
        model.step(step)
    model.domain.set_state(*state)
    assert [model.step(step) for step in range(4, NSTEP + 1)] == expected[3:]


BUDGET = """
[[scheme.radiation.constraint]]
kind = "budget"
name = "surface"
unit = "W m-2"
enforce = {enforce}
terms = [{{ output = "flux" }}]
"""


def budgets_of(model):
    return model.domain.statistics()["schemes"]["radiation"]["budgets"]


@pytest.mark.parametrize("enforce", ["true", "false"])
def test_sums_of_budgets_go_on(plain, enforce):
    text = emulating(plain) + BUDGET.format(enforce=enforce)
    whole, _ = run(text)
    begun, _ = run(text, last=4)
    state = begun.domain.get_state()
    ended, _ = run(text, first=5, load=lambda domain: domain.set_state(*state))
    for expected, found in zip(budgets_of(whole), budgets_of(ended), strict=True):
        assert found == expected
        assert expected["imbalance"]["n"] == NCOL * NSTEP - 1  # one was rejected
        assert expected["added_by_hooks"]["rms"] > 0


def test_other_constraints_are_refused(plain):
    text = emulating(plain)
    begun, _ = run(text + BUDGET.format(enforce="true"), last=2)
    state = begun.domain.get_state()
    for other, words in (
        (text, "expected no budgets as this run has, found one"),
        (text + BUDGET.format(enforce="false"), "budgets: expected constraint"),
    ):
        with pytest.raises(errors.StateError, match=words):
            run(other, load=lambda domain: domain.set_state(*state))
