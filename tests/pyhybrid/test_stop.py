# SPDX-License-Identifier: BSD-3-Clause
"""The policy `stop`: who is told of it, and when."""

import pytest
from online_host import Host, columns, table

from pyhybrid import Domain, errors

STOP = "guard = { finite = 'stop' }"
FOUND = "guard 'finite' of policy 'stop'"


@pytest.fixture
def stopped(as_it_is):
    """A host with a bad column in its only step."""
    host = Host(table("s", as_it_is, STOP))
    host.domain.step(1, dt=1.0)
    host.block(columns(nan=[2]))
    return host


def test_the_next_step_fails(stopped):
    with pytest.raises(errors.GuardError, match=FOUND):
        stopped.domain.step(2, dt=1.0)
    stopped.domain.close()  # that the host knows already


@pytest.mark.parametrize("scheme_is_closed", [True, False])
def test_the_last_step_is_told_by_destroy(stopped, scheme_is_closed):
    if scheme_is_closed:
        stopped.schemes["s"].close()
    with pytest.raises(errors.GuardError, match=FOUND):
        stopped.domain.close()


def test_a_scheme_that_is_gone_ends_the_run(stopped):
    stopped.schemes["s"].close()
    with pytest.raises(errors.GuardError, match=FOUND):
        stopped.domain.step(2, dt=1.0)


def test_save_tells_and_saves_all_the_same(stopped, netcdf_plugin, as_it_is, tmp_path):
    with pytest.raises(errors.GuardError, match=FOUND):
        stopped.domain.save(tmp_path / "restart.nc")
    stopped.domain.close()
    again = Host(table("s", as_it_is, STOP))
    again.domain.load(tmp_path / "restart.nc")
    again.domain.step(2, dt=1.0)
    assert again.statistics()["rejected"] == 1


@pytest.mark.parametrize("other", ["", STOP])
def test_a_shadow_ends_nothing(as_it_is, other):
    text = table("s", as_it_is, STOP, mode="shadow") + table("other", as_it_is, other)
    host = Host(text, ("s", "other"))
    host.domain.step(1, dt=1.0)
    host.block(columns(nan=[2]))
    assert any(FOUND in told for told in host.log)
    host.domain.step(2, dt=1.0)
    host.domain.close()


def test_what_stops_nothing_is_closed_in_silence(as_it_is):
    with Domain(text=table("s", as_it_is, STOP)) as domain, domain.scheme("s"):
        domain.step(1, dt=1.0)
