# SPDX-License-Identifier: BSD-3-Clause
"""What hooks learn from the audit and from increments of the host: the samples that are the
emulator's, and no others."""

import numpy as np
import pytest

from pyhybrid import Domain
from pyhybrid.errors import ConfigError, FieldError, PhaseError, StateError

NCOL, NLEV = 8, 4
COLUMN = np.arange(1, NCOL + 1)
LACKS = 10.0  # what the emulator's heating lacks, everywhere
ZEROS = """
import numpy as np


def emulate(x):
    return x[:, :5] * 0
"""
MEAN = """
[[scheme.test.hook]]
kind = "running_mean"
fields = ["heating"]
learn = "{}"
least_samples = 1
"""
ADDING = """
class Hook:
    def apply(self, block):
        if block.clock.step == 2:
            raise RuntimeError("once")
        return {"heating": block.outputs["heating"] * 0 + 10.0}
"""


@pytest.fixture
def zeros(python_plugin, make_card, write_emulator):
    """An emulator all of whose results are 0."""
    return write_emulator(make_card(), ZEROS)


class Run:
    """A model whose native heating is LACKS."""

    def __init__(self, emulator, table, mode="emulate"):
        self.told = []
        text = f"[scheme.test]\nmode = '{mode}'\nemulator = '{emulator}'\n{table}"
        self.domain = Domain(text=text, column=COLUMN,
                             log=lambda level, line: self.told.append(line))
        self.scheme = self.domain.scheme("test")

    def step(self, step, date="", dt=1.0):
        self.domain.step(step, date, dt=dt)

    def block(self, takes=("heating", "flux"), bad=0, temperature=np.nan, first=1, ncol=NCOL):
        """A call; what the host got. The first `bad` columns have that temperature."""
        air, heating = np.full((ncol, NLEV), 250.0), np.zeros((ncol, NLEV))
        air[:bad] = temperature
        with self.scheme.open(ncol, first) as call:
            call.put("air_temperature", air)
            call.put("surface_air_pressure", np.zeros(ncol))
            call.run()
            if call.native_wanted():
                heating[:] = LACKS
            for name in takes:
                call.get(name, heating if name == "heating" else np.zeros(ncol))
        return heating

    def hook(self, number=0):
        """What a hook knows of the first level."""
        rows = self.domain.statistics()["schemes"]["test"]["hooks"][number]["knows"]["rows"]
        return rows[0] if rows else {"samples": 0}

    def said(self, words):
        return [line for line in self.told if words in line]


def test_an_unused_output_is_not_learned_from_the_audit(zeros):
    table = "unused = ['heating']\naudit = { steps = 1.0 }" + MEAN.format("audit")
    with pytest.raises(ConfigError, match="hook.*not in 'unused'.*found 'heating'"):
        Run(zeros, table)
    Run(zeros, table.replace("'heating'", "'flux'"))


def test_an_output_that_was_forgotten_is_no_sample(zeros):
    run = Run(zeros, "audit = { steps = 1.0 }" + MEAN.format("audit"))
    for step, takes in enumerate([["flux"], ["heating", "flux"], ["flux"], ["heating", "flux"]], 1):
        run.step(step)
        if len(takes) == 1:
            with pytest.raises(FieldError, match="heating"):
                run.block(takes)
        else:
            run.block(takes)
    run.step(5)
    assert run.hook()["samples"] == 2 * NCOL
    assert run.hook()["estimate"] == LACKS


def test_a_call_that_was_left_open_between_two_gets(zeros):
    run = Run(zeros, "audit = { steps = 1.0 }" + MEAN.format("audit"))
    run.step(1)
    run.block()
    run.step(2)
    call = run.scheme.open(NCOL)
    call.put("air_temperature", np.full((NCOL, NLEV), 250.0))
    call.put("surface_air_pressure", np.zeros(NCOL))
    call.run()
    assert call.native_wanted()
    call.get("flux", np.zeros(NCOL))
    with pytest.raises(PhaseError):
        run.step(3)
    assert run.hook()["samples"] == NCOL


def test_increments_to_native_results_are_no_samples(zeros):
    run = Run(zeros, MEAN.format("observe") + "dry_run = true\n")
    for step in range(1, 4):
        run.step(step)
        run.scheme.observe("heating", LACKS - run.block(bad=6))
    run.step(4)
    assert run.hook()["estimate"] == LACKS
    assert run.hook()["samples"] == 3 * 2


def test_nothing_is_observed_while_all_is_native(zeros):
    blend = "[scheme.test.blend]\nstart = '100 days'\n"
    run = Run(zeros, blend + MEAN.format("observe"), mode="blend")
    for step in range(1, 4):
        run.step(step)
        run.scheme.observe("heating", LACKS - run.block())
    run.step(4)
    assert run.hook()["samples"] == 0


def test_a_block_in_which_the_hook_failed_had_nothing_added(zeros, tmp_path):
    (tmp_path / "adding.py").write_text(ADDING)
    adding = f"[[scheme.test.hook]]\nkind = 'python'\nfile = '{tmp_path}/adding.py'\n"
    table = adding + "fields = ['heating']\n" + MEAN.format("observe") + "start = '10 days'\n"
    run = Run(zeros, table)
    for step in (1, 2, 3):
        run.step(step)
        got = run.block()
        assert got[0, 0] == (0.0 if step == 2 else LACKS)
        run.scheme.observe("heating", LACKS - got)
    run.step(4)
    assert run.hook(1)["estimate"] == pytest.approx(LACKS, rel=1e-12)
    assert run.hook(1)["deviation"] == pytest.approx(0, abs=1e-6)


def box(make_card):
    """Fields whose number of levels no card says."""
    entries = make_card()
    column = [field for field in entries.inputs + entries.outputs if "level" in field.dims]
    return [{"name": one.name, "unit": one.unit, "role": one.role, "kind": "real",
             "dims": ["column", "level"]} for one in column]


@pytest.fixture
def boxes(python_plugin, write_emulator, make_card):
    inside, outside = box(make_card)
    card = {"format": "pyhybrid card", "version": 1, "name": "box", "sample": "box",
            "kind": "real64", "inputs": [inside], "outputs": [outside]}
    return write_emulator(card, "\n\ndef emulate(x):\n    return x * 0\n")


def box_step(domain, scheme, step, nlev):
    domain.step(step, dt=1.0)
    with scheme.open(NCOL) as call:
        call.put("air_temperature", np.ones((NCOL, nlev)))
        call.run()
        call.get("heating", np.zeros((NCOL, nlev)))
    scheme.observe("heating", np.ones((NCOL, nlev)))


def test_more_levels_than_the_restart_are_refused(boxes):
    text = f"[scheme.test]\nmode = 'emulate'\nemulator = '{boxes}'\n" + MEAN.format("observe")
    domain = Domain(text=text, column=COLUMN)
    scheme = domain.scheme("test")
    for step in (1, 2):
        box_step(domain, scheme, step, 3)
    state = domain.get_state()
    other = Domain(text=text, column=COLUMN)
    scheme = other.scheme("test")
    other.set_state(*state)
    other.step(3, dt=1.0)
    with pytest.raises(StateError, match="expected 3 and 1.*found 40000 and 1"):
        scheme.observe("heating", np.ones((NCOL, 40000)))


def test_a_restart_of_ranks_that_had_no_call(zeros):
    """As ranks save it: what one of them never stored is 0, its levels too."""
    def model():
        return Run(zeros, MEAN.format("observe"))

    run = model()
    for step in (1, 2):
        run.step(step)
        run.scheme.observe("heating", LACKS - run.block(first=5, ncol=4), first=5)
    shared, columns = run.domain.get_state()
    columns[:, :4] = 0
    again = model()
    again.domain.set_state(shared, columns)
    for one in (run, again):
        one.step(3)
        assert one.block(first=5, ncol=4)[0, 0] == one.block()[0, 0] == LACKS
        one.scheme.observe("heating", np.zeros((NCOL, NLEV)))
        one.step(4)
    assert run.hook() == again.hook()


@pytest.mark.parametrize("source", ["audit", "observe"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_later_hook_learns_what_the_former_leaves(zeros, source, dry_run):
    first, second = MEAN.format(source), MEAN.format(source)
    if dry_run:
        first += "dry_run = true\n"
    run = Run(zeros, "audit = { steps = 1.0 }" + first + second)
    for step in range(1, 102):
        run.step(step)
        got = run.block()
        run.scheme.observe("heating", LACKS - got)
    # Both add the whole after the first step, 1 of 100 in the later one's mean.
    assert got[0, 0] == pytest.approx(LACKS * (1 if dry_run else 1.01), rel=1e-3)
    assert run.hook(0)["estimate"] == pytest.approx(LACKS)


def test_a_former_hook_that_does_not_learn_is_not_undone(zeros, tmp_path):
    (tmp_path / "adding.py").write_text(ADDING)
    adding = f"[[scheme.test.hook]]\nkind = 'python'\nfile = '{tmp_path}/adding.py'\n"
    run = Run(zeros, "audit = { steps = 1.0 }\n" + adding + "fields = ['heating']\n"
              + MEAN.format("audit"))
    for step in (3, 4, 5):
        run.step(step)
        got = run.block()
    assert got[0, 0] == 2 * LACKS


VETO = """
class Hook:
    inputs = ["air_temperature"]

    def apply(self, block):
        return block.inputs["air_temperature"][:, 0] > 400
"""


def test_rejected_columns_tell_a_later_hook_nothing(zeros, tmp_path):
    """Nothing was added there, so all is left: that is not what it has to add elsewhere."""
    (tmp_path / "veto.py").write_text(VETO)
    veto = f"[[scheme.test.hook]]\nkind = 'python'\nfile = '{tmp_path}/veto.py'\n"
    run = Run(zeros, f"audit = {{ steps = 1.0 }}\n{veto}phase = 'before'\n"
              + MEAN.format("audit") * 2)
    for step in range(1, 4):
        run.step(step)
        run.block(bad=6, temperature=500.0)
    run.step(4)
    assert run.hook(1)["samples"] == 3 * NCOL
    assert run.hook(2)["samples"] == 3 * 2


MEAN_IN_PYTHON = """
import numpy as np


class Hook:
    def __init__(self):
        self.state = {"bias": np.zeros(0)}

    def apply(self, block):
        return {"heating": block.outputs["heating"] * 0 + self.state["bias"]} if (
            self.state["bias"].size) else {}

    def collect(self, samples):
        return {"error": samples.wanted, "n": np.ones(samples.ncol)}

    def update(self, totals, clock):
        self.state["bias"] = totals["error"] / totals["n"]
"""


def test_one_column_without_a_result_does_not_stop_a_hook_in_python(zeros, tmp_path):
    (tmp_path / "mean.py").write_text(MEAN_IN_PYTHON)
    run = Run(zeros, f"audit = {{ steps = 1.0 }}\n[[scheme.test.hook]]\nkind = 'python'\n"
              f"file = '{tmp_path}/mean.py'\nfields = ['heating']\nlearn = 'audit'\n")
    for step in (1, 2):
        run.step(step)
        got = run.block(bad=1)
    assert got[-1, 0] == LACKS
    assert not run.said("hook 1")


@pytest.mark.parametrize("bins, hours", [(8, 6), (24, 6), (4, 6), (24, 1)])
def test_bins_finer_than_the_steps_lose_nothing(zeros, bins, hours):
    run = Run(zeros, "audit = { steps = 1.0 }" + MEAN.format("audit")
              + f"bins_per_day = {bins}\ntime_of_day = 'utc'\n")
    for step in range(1, 60 // hours + 8):
        hour = step * hours
        run.step(step, f"2001-01-{1 + hour // 24:02}T{hour % 24:02}:00:00", hours * 3600.0)
        got = run.block()
    assert got[0, 0] == pytest.approx(LACKS, rel=1e-12)


@pytest.mark.parametrize("cadence", [1, 2, 3, 4])
def test_a_hook_learns_from_every_so_many_steps_with_samples(zeros, cadence):
    run = Run(zeros, "audit = { steps = 1.0 }" + MEAN.format("audit") + f"cadence = {cadence}\n")
    for step in range(1, 14):
        run.step(step)
        run.block()
        assert run.hook()["samples"] == NCOL * ((step - 1) // cadence)


@pytest.mark.parametrize("source", ["audit", "observe"])
def test_calls_after_a_save_are_told_and_not_learned_from(zeros, source):
    run = Run(zeros, "audit = { steps = 1.0 }" + MEAN.format(source))
    for step in (1, 2):
        run.step(step)
        for first in (1, 5):
            got = run.block(first=first, ncol=4)
            run.scheme.observe("heating", LACKS - got, first=first)
            run.domain.get_state()
    run.step(3)
    assert run.hook()["samples"] == 2 * 4
    assert len(run.said("no more calls before the next step")) == 1


def test_each_alarm_and_each_recovery_is_told(zeros):
    alarm = "learn = 3, recover = 2, threshold = 4.0"
    run = Run(zeros, f"audit = {{ steps = 1.0, alarm = {{ {alarm} }} }}")
    random = np.random.default_rng(1)
    step = 0
    for bad in [False, True, False, True, False, True, False]:
        for _ in range(8):
            step += 1
            run.step(step)
            native = random.standard_normal((NCOL, NLEV)) * (100 if bad else 1)
            with run.scheme.open(NCOL) as call:
                call.put("air_temperature", np.full((NCOL, NLEV), 250.0))
                call.put("surface_air_pressure", np.zeros(NCOL))
                call.run()
                assert call.native_wanted()
                call.get("heating", np.array(native + (1000 if bad else 0)))
                call.get("flux", np.zeros(NCOL))
    run.step(step + 1)
    alarms = run.domain.statistics()["schemes"]["test"]["audit"]["alarms"]
    assert alarms == len(run.said("alarm of the audit")) == 3
    assert len(run.said("the alarm is over")) == 3


@pytest.mark.parametrize("value", [1e200, 1e30])
def test_one_huge_value_leaves_the_alarm_alive(zeros, value):
    run = Run(zeros, "audit = { steps = 1.0, alarm = { learn = 5 } }")
    random = np.random.default_rng(1)
    for step in range(1, 40):
        run.step(step)
        native = random.standard_normal((NCOL, NLEV))
        temperature = np.full((NCOL, NLEV), 250.0)
        with run.scheme.open(NCOL) as call:
            call.put("air_temperature", temperature)
            call.put("surface_air_pressure", np.zeros(NCOL))
            call.run()
            assert call.native_wanted()
            if step == 3:
                native[2, 1] = value
            call.get("heating", np.array(native * (30 if step > 30 else 1)))
            call.get("flux", np.zeros(NCOL))
    audit = run.domain.statistics()["schemes"]["test"]["audit"]
    assert np.isfinite(audit["error"]["mean"])
    if value == 1e200:
        assert audit["alarms"] == 1
        assert len(run.said("whose squares can be added up")) == 1


@pytest.mark.parametrize("table", ["steps = 0.0", "tiles = 0.0"])
def test_an_audit_of_nothing_is_refused(zeros, table):
    with pytest.raises(ConfigError, match="above 0.*found 0"):
        Run(zeros, f"audit = {{ {table} }}")
