# SPDX-License-Identifier: BSD-3-Clause
"""Time steps that are none."""

import numpy as np
import pytest
from online_host import Host, columns, table

from pyhybrid import errors

RAMP = "blend = { start = '10 s', ramp = '10 s' }"


@pytest.fixture
def host(as_it_is):
    return Host(table("s", as_it_is, RAMP, mode="blend"))


@pytest.mark.parametrize("dt", [np.nan, np.inf, -np.inf, -1.0, 1e300])
def test_refused(host, dt):
    for step, given in enumerate((5.0, dt, 5.0, 5.0)):
        if given == 5.0:
            host.domain.step(step, dt=given)
        else:
            with pytest.raises(errors.ArgumentError, match="dt: expected a time step from 0 "):
                host.domain.step(step, dt=given)
    assert host.domain.statistics()["step"] == 3  # the step was opened all the same
    assert host.statistics()["weight"] == 0
    host.domain.step(4, dt=5.0)
    assert host.statistics()["weight"] == 0.5  # 15 s


def test_unknown(host):
    for step in range(3):
        host.domain.step(step, dt=0.0)
        assert not (host.block(columns())[0] == columns()).any()
