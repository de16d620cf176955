# SPDX-License-Identifier: BSD-3-Clause
"""The policy `clip`: values are brought to the limit itself, however the network scales them."""

import json

import numpy as np
import pytest
from online_host import HEATING, NCOL, NLEV, TEMPERATURE, Host, columns, table

CLIP = "guard = { range = 'clip' }"
SCALES = [(0.0, 1.0), (280.0, 20.0), (280.0, -20.0), (0.005, 0.003), (1e5, 0.1), (0.1, 3.0)]


@pytest.fixture
def clipped(python_plugin, make_card, write_emulator):
    """Heating of a host with that kind of reals, where the emulator's is `value` everywhere."""

    def run(value, least, most, scaling, network, host):
        offset, scale = scaling
        card = make_card(kind=network, inputs=(TEMPERATURE,), outputs=(HEATING,)).to_json()
        entry = {"normalisation": {"offset": offset, "scale": scale},
                 "valid_range": {"min": least, "max": most}}
        own = json.loads(card)
        own["outputs"][0].update(entry)
        program = f"def emulate(x):\n    return 0 * x + {(value - offset) / scale!r}\n"
        model = Host(table("s", write_emulator(own, program), CLIP))
        model.domain.step(1, dt=1.0)
        heating, wanted = model.block(columns(kind=host))
        assert not wanted
        return heating, model.statistics()["guards"]

    return run


@pytest.mark.parametrize("host", ["f4", "f8"])
@pytest.mark.parametrize("network", ["real32", "real64"])
@pytest.mark.parametrize("scaling", SCALES)
@pytest.mark.parametrize("least, most", [(0.0, 0.1), (0.1, 0.3), (0.1001, 1e4)])
def test_no_value_is_beyond(clipped, least, most, scaling, network, host):
    for value, limit, sign in ((-1e5, least, 1), (1e6, most, -1)):
        heating, guards = clipped(value, least, most, scaling, network, host)
        inside = sign * (heating - np.dtype(host).type(limit))
        if (network, host) != ("real64", "f4"):  # a host of less digits rounds again
            assert (inside >= 0).all()
        # as near as the digits of scaled values and of what they are made of let it be
        assert (abs(inside) <= 64 * np.finfo("f4").eps * (abs(scaling[0]) + limit)).all()
        assert guards[0]["columns"] == NCOL and len(guards) == NLEV


def test_a_value_just_beyond_is_clipped_and_one_within_is_not(clipped):
    heating, guards = clipped(-1e-6, 0.0, 1.0, (280.0, 20.0), "real64", "f8")
    assert (heating >= 0).all() and guards
    heating, guards = clipped(1e-6, 0.0, 1.0, (280.0, 20.0), "real64", "f8")
    assert (heating > 0).all() and not guards


@pytest.mark.parametrize("host", ["f4", "f8"])
@pytest.mark.parametrize("policy", ["native", "clip"])
def test_inputs_at_the_limits_are_within(python_plugin, make_card, write_emulator, policy, host):
    """However the rounding of (value - offset) / scale falls out."""
    for number, scaling in enumerate((0.1 * i, 0.003 * i) for i in range(1, 40)):
        made = make_card(kind="real32", inputs=(TEMPERATURE,), outputs=(HEATING,))
        card = json.loads(made.to_json())
        limits = {"min": 0.3, "max": 2000.7}
        normalisation = dict(zip(("offset", "scale"), scaling, strict=True))
        card["inputs"][0].update(valid_range=limits, normalisation=normalisation)
        path = write_emulator(card, "def emulate(x):\n    return 0 * x\n", f"emulator{number}.py")
        model = Host(table("s", path, f"guard = {{ range = '{policy}' }}"))
        model.domain.step(1, dt=1.0)
        model.block(np.full((NCOL, NLEV), 0.3, host))
        model.block(np.full((NCOL, NLEV), 2000.7, host))
        assert model.statistics()["guards"] == []
