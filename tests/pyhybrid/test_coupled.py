# SPDX-License-Identifier: BSD-3-Clause
"""Schemes that take over which columns another one rejected."""

import numpy as np
import pytest
from online_host import HEATING, NATIVE, NCOL, NLEV, TEMPERATURE, Host, columns, table

from pyhybrid import errors

BAD = 2  # the column that 'first' rejects


def native_columns(host, name, temperature, size=NCOL):
    heating = np.concatenate([host.block(temperature[i : i + size], name, i + 1)[0]
                              for i in range(0, NCOL, size)])
    return set(np.flatnonzero((heating == NATIVE).all(axis=1)))


def tables(emulator, first="", second="coupled = 'first'"):
    return table("first", emulator, first) + table("second", emulator, second)


@pytest.fixture
def host(as_it_is):
    host = Host(tables(as_it_is), ("first", "second"))
    host.domain.step(1, dt=1.0)
    return host


@pytest.mark.parametrize("size", [1, 3, NCOL])
def test_rejected_columns_are_taken_over_for_one_step(host, size):
    assert native_columns(host, "first", columns(nan=[BAD])) == {BAD}
    assert native_columns(host, "second", columns(), size) == {BAD}
    host.domain.step(2, dt=1.0)
    assert native_columns(host, "first", columns()) == set()
    assert native_columns(host, "second", columns()) == set()
    assert not [text for text in host.log if "coupled" in text]


def test_columns_of_an_emulator_that_failed_are_taken_over(as_it_is, write_emulator, make_card):
    program = ("def emulate(x):\n    if (x > 1e6).any():\n"
               "        raise ValueError('too much')\n    return x\n")
    card = make_card(inputs=(TEMPERATURE,), outputs=(HEATING,))
    failing = write_emulator(card, program, "failing.py")
    host = Host(table("first", failing) + table("second", as_it_is, "coupled = 'first'"),
                ("first", "second"))
    host.domain.step(1, dt=1.0)
    with pytest.raises(errors.HybridError, match="ValueError: too much"):
        host.block(np.full((3, NLEV), 2e6), "first", 2)
    assert native_columns(host, "second", columns()) == {1, 2, 3}


def test_the_wrong_order_is_told_once(host):
    for step in (2, 3):
        host.domain.step(step, dt=1.0)
        assert native_columns(host, "second", columns()) == set()
        assert native_columns(host, "first", columns()) == set()
    (told,) = [text for text in host.log if "coupled" in text]
    assert "scheme 'first', step 2, coupled: expected its blocks before" in told


def test_a_first_scheme_that_is_not_called_in_every_step(host):
    for step in (2, 3, 4):
        host.domain.step(step, dt=1.0)
        if step != 3:
            native_columns(host, "first", columns(nan=[BAD]))
        assert native_columns(host, "second", columns()) == (set() if step == 3 else {BAD})
    assert not [text for text in host.log if "coupled" in text]


def test_two_turns_of_both_in_a_step(host):
    for _ in range(2):
        native_columns(host, "first", columns(nan=[BAD]))
        assert native_columns(host, "second", columns()) == {BAD}
    assert not [text for text in host.log if "coupled" in text]


def test_a_scheme_that_is_created_after_the_first_step(as_it_is):
    host = Host(tables(as_it_is), ("first",))
    host.domain.step(1, dt=1.0)
    host.schemes["second"] = host.domain.scheme("second")
    native_columns(host, "first", columns(nan=[BAD]))
    assert native_columns(host, "second", columns()) == {BAD}


def test_one_that_is_refused_then_leaves_nothing(as_it_is):
    host = Host(tables(as_it_is, second="coupled = 'frist'"), ("first",))
    host.domain.step(1, dt=1.0)
    for _ in range(2):
        with pytest.raises(errors.ConfigError, match="another scheme of the domain, found 'frist'"):
            host.domain.scheme("second")
    host.domain.step(2, dt=1.0)


def test_schemes_that_wait_for_each_other_are_refused(as_it_is):
    host = Host(tables(as_it_is, "coupled = 'second'"), ("first", "second"))
    with pytest.raises(errors.ConfigError, match="'first', 'second' and 'first' in a circle"):
        host.domain.step(1, dt=1.0)
