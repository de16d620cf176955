# SPDX-License-Identifier: BSD-3-Clause
"""What the library does with every hook: dry runs, counters, messages."""

import numpy as np
import pytest
from online_host import NATIVE, NCOL, NLEV, Host, columns, hook, table

from pyhybrid import errors

ADDING = "class Hook:\n    def apply(self, block):\n        return {'heating': %s}\n"
VETO = "class Hook:\n    def apply(self, block):\n        return block.column == 3\n"


@pytest.fixture
def hooked(as_it_is, tmp_path):
    """A host with a hook of that program, in its first step."""

    def make(program, more="", scheme=""):
        path = tmp_path / "hook.py"
        path.write_text("import numpy as np\n" + program)
        text = hook(path, more)
        if "before" in more:
            text = text.replace("fields = ['heating']\n", "")
        host = Host(table("s", as_it_is, scheme + text))
        host.domain.step(1, dt=1.0)
        return host

    return make


@pytest.mark.parametrize("dry", [True, False])
def test_a_dry_run_of_a_veto_rejects_nothing(hooked, dry):
    host = hooked(VETO, "phase = 'before'\n" + ("dry_run = true" if dry else ""))
    heating, wanted = host.block(columns())
    assert wanted is not dry
    assert set(np.flatnonzero((heating == NATIVE).all(axis=1))) == (set() if dry else {2})
    assert host.statistics()["rejected"] == (0 if dry else 1)
    assert host.statistics()["hooks"][0]["rejected"] == 1
    assert host.statistics()["seconds"]["hooks"] > 0


def test_what_was_vetoed_is_part_of_the_restart(hooked):
    host, again = (hooked(VETO, "phase = 'before'\n") for _ in range(2))
    host.block(columns())
    again.domain.set_state(*host.domain.get_state())
    assert again.statistics()["hooks"][0]["rejected"] == 1
    again.block(columns())
    assert again.statistics()["hooks"][0]["rejected"] == 2


def test_guards_have_no_share_in_the_time_of_a_slow_veto(hooked):
    slow = VETO.replace("        return", "        import time; time.sleep(0.05)\n        return")
    host = hooked(slow, "phase = 'before'\n")
    host.block(columns())
    seconds = host.statistics()["seconds"]
    assert seconds["hooks"] >= 0.05 > seconds["guard"]


@pytest.mark.parametrize("policy", ["native", "pass"])
def test_what_is_added_to_rejected_columns_is_not_looked_at(hooked, policy):
    host = hooked(ADDING % "np.log(block.outputs['heating'])", f"policy = '{policy}'")
    heating, _ = host.block(columns(nan=[2]))
    assert (heating[2] == NATIVE).all() and np.isfinite(heating).all()
    assert not [told for told in host.log if "hook" in told]


def test_what_was_added_is_part_of_the_restart(hooked):
    program = ADDING % "np.full((block.ncol, 4), 3.0)"
    host = hooked(program, "limit = '2 K s-1'")
    host.block(columns())
    saved = host.domain.get_state()
    again = hooked(program, "limit = '2 K s-1'")
    again.domain.set_state(*saved)
    for one, calls in ((host, 1), (again, 1), (again, 2)):
        if calls == 2:
            one.block(columns())
        added = one.statistics()["hooks"][0]["added"]["heating"]
        assert added["n"] == added["limited"] == calls * NCOL * NLEV
        assert added["mean"] == added["rms"] == 2


def test_messages_come_at_powers_of_ten(hooked):
    host = hooked(ADDING % "np.full((block.ncol, 4), np.nan)")
    for call in range(1, 121):
        host.block(columns(1))
        told = [text for text in host.log if "finite increments" in text]
        assert len(told) == (1 if call < 10 else 2 if call < 100 else 3)
    assert told[0].endswith("; told again at the 10th, 100th, ... time")
    assert told[2].endswith("; 100 times so far")


@pytest.mark.parametrize("learns_at", [1, 2, 3])
def test_cadence_counts_steps_with_samples(hooked, learns_at):
    program = (ADDING % "np.broadcast_to(self.state['n'], (block.ncol, 4))"
               + "    def __init__(self):\n        self.state = {'n': np.zeros(1)}\n"
                 "    def update(self, totals, clock):\n        self.state['n'] += 1\n")
    host = hooked(program, f"learn = 'observe'\ncadence = {learns_at}")
    for step in range(1, 8):
        heating, _ = host.block(columns())
        assert (heating - columns() == (step - 1) // learns_at).all()
        host.schemes["s"].observe("heating", columns())
        host.domain.step(step + 1, dt=1.0)


@pytest.mark.parametrize("mode", ["native", "shadow", "emulate"])
@pytest.mark.parametrize("key, near", [("hook", "kalman"), ("constraint", "budget")])
def test_unknown_kinds_are_refused_in_every_mode(as_it_is, mode, key, near):
    text = table("s", as_it_is, f"[[scheme.s.{key}]]\nkind = '{near[:-1]}'", mode=mode)
    with pytest.raises(errors.ConfigError, match=f"unknown kind '.*did you mean '{near}'"):
        Host(text)
