# SPDX-License-Identifier: BSD-3-Clause
"""A restart under another configuration: refused by name, or what fits is taken over."""

import logging

import numpy as np
import pytest
from hooked_model import NCOL, Run, emulating, run

from pyhybrid import Domain, errors

NATIVE = "[scheme.radiation]\nmode = 'native'\n"
ADAPT = "[domain]\nrestart = 'adapt'\n"
HINT = r'; \[domain\] restart = "adapt" takes over what fits'


@pytest.fixture
def text(plain):
    return emulating(plain)


@pytest.fixture
def other(make_card, write_emulator):
    """Another emulator with the same card."""
    program = "import numpy as np\n\n\ndef emulate(x):\n    return 0.9 * x\n"
    return write_emulator(make_card(), program, "other.py")


def state_of(text, last=3):
    """What a run knows after some steps, and its statistics."""
    model, _ = run(text, last=last)
    return model.domain.get_state(), model.domain.statistics()


def refused(text, state, words):
    """The restart is refused and nothing has changed."""
    model = Run(text, NCOL)
    before = model.domain.get_state()
    with pytest.raises(errors.StateError, match=words):
        model.domain.set_state(*state)
    after = model.domain.get_state()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(before, after, strict=True))


def adapted(text, state, caplog):
    """A model that took over what fits, its statistics and what was told."""
    model = Run(ADAPT + text, NCOL)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        model.domain.set_state(*state)
    told = [record.getMessage() for record in caplog.records]
    return model, model.domain.statistics()["schemes"]["radiation"], told


def knows(scheme, number):
    return scheme["hooks"][number]["knows"]


def without_hook(text, kind):
    """The configuration without the table of that hook."""
    head, *hooks = text.split("[[")
    return head + "".join("[[" + hook for hook in hooks if f'kind = "{kind}"' not in hook)


def test_modes_are_told_in_the_words_of_the_configuration(text):
    native, emulated = state_of(NATIVE)[0], state_of(text)[0]
    mode = "mode emulate with hooks running_mean, ridge, kalman"
    refused(
        text,
        native,
        f"scheme 'radiation': expected {mode} as this run has, found mode native{HINT}",
    )
    refused(NATIVE, emulated, f"expected mode native as this run has, found {mode}{HINT}")
    refused(without_hook(text, "ridge"), emulated, "hooks running_mean, kalman as this run has")


def test_a_file_says_its_name(text, tmp_path, netcdf_plugin):
    native, emulated = Run(NATIVE, NCOL), Run(text, NCOL)
    native.domain.save(tmp_path / "spin.nc")
    with pytest.raises(errors.StateError, match=r"restart '.*spin.nc': scheme 'radiation': exp"):
        emulated.domain.load(tmp_path / "spin.nc")


def test_after_a_native_spin_up_all_but_time_begins_anew(text, caplog):
    model, scheme, told = adapted(text, state_of(NATIVE)[0], caplog)
    assert scheme["calls"] == 0 and knows(scheme, 0)["rows"] == []
    assert len(told) == 1 and "as in a new run: 'alarm', 'audit', 'guards', 'hook 1 (run" in told[0]
    model.step(4)
    weight = model.domain.statistics()["schemes"]["radiation"]["hooks"][0]["weight"]
    assert weight == pytest.approx(0.3)  # its ramp counts ten hours from the start of the run


def test_back_to_native_drops_what_was_learnt(text, caplog):
    model, _, told = adapted(NATIVE, state_of(text)[0], caplog)
    assert len(told) == 1 and "scheme 'radiation': unknown to this run, dropped: 'alarm'" in told[0]
    model.domain.step(4, dt=1.0)


def test_a_hook_that_is_removed_takes_nothing_with_it(text, caplog):
    state, before = state_of(text)
    _, scheme, told = adapted(without_hook(text, "ridge"), state, caplog)
    former = before["schemes"]["radiation"]
    assert knows(scheme, 0) == knows(former, 0)
    assert knows(scheme, 1) == knows(former, 2)  # another number, the same hook
    assert scheme["audit"]["error"] == former["audit"]["error"]
    assert scheme["calls"] == former["calls"] == 3
    assert len(told) == 1 and told[0].endswith("dropped: 'hook 2 (ridge)'")


def test_a_hook_that_is_new_learns_from_now_on(text, caplog):
    state, before = state_of(without_hook(text, "ridge"))
    _, scheme, told = adapted(text, state, caplog)
    assert knows(scheme, 1)["rows"] == []
    assert knows(scheme, 2) == knows(before["schemes"]["radiation"], 1)
    assert len(told) == 1 and told[0].endswith("as in a new run: 'hook 2 (ridge)'")


def test_another_emulator_file_is_refused(text, plain, other):
    words = rf"emulator: expected the file that this run has \(hash .*found another one.*{HINT}"
    refused(text.replace(str(plain), str(other)), state_of(text)[0], words)


def test_a_file_with_the_same_bytes_is_the_same(text, plain, tmp_path):
    (tmp_path / "copy.py").write_bytes(plain.read_bytes())
    state, _ = state_of(text)
    model = Run(text.replace(str(plain), str(tmp_path / "copy.py")), NCOL)
    model.domain.set_state(*state)
    assert model.domain.statistics()["schemes"]["radiation"]["calls"] == 3


def test_nothing_learnt_for_one_emulator_is_added_to_another(text, plain, other, caplog):
    state, before = state_of(text)
    model, scheme, told = adapted(text.replace(str(plain), str(other)), state, caplog)
    assert [knows(scheme, number)["rows"] for number in range(3)] == [[], [], []]
    assert scheme["audit"]["audits"] == 0
    assert scheme["calls"] == before["schemes"]["radiation"]["calls"]
    assert any("hook 3 (kalman) begins anew: expected emulator" in one for one in told)
    model.step(4)


@pytest.mark.parametrize(
    "old, new, words",
    [
        ('"4 hours"', '"5 hours"', r"running_mean\): expected time_scale \"5 hours\" as this run"),
        ('time_scale = "4 hours"', "", "expected no time_scale as this run has, found time_sc"),
        ('drift = "10', 'drift = "20', r"hook 3 \(kalman\): expected drift"),
        ('learn = "audit"\npred', 'learn = "observe"\npred', r"hook 2 \(ridge\): expected learn"),
        ("threshold = 0.5", "threshold = 0.6", "alarm: expected threshold 0.6 as this run has"),
        ("audit = {", 'guard.tendency.limit = "9 K s-1"\naudit = {', "guards: expected tendency"),
        ('finite = "native"', 'finite = "pass"', "guards: expected finite false"),
        ("steps = 1.0", "tiles = 0.5", "alarm: expected tile_columns 64, tiles 0.5"),
    ],
)
def test_what_is_learnt_with_other_options_is_refused_by_name(text, old, new, words, caplog):
    state, before = state_of(text)
    changed = text.replace(old, new, 1)
    assert changed != text
    refused(changed, state, words)
    _, scheme, told = adapted(changed, state, caplog)
    assert len(told) == 1 and "begins anew: expected " in told[0]
    former = before["schemes"]["radiation"]
    same = [knows(scheme, number) == knows(former, number) for number in range(3)]
    assert sum(same) == (2 if "hook" in words or "time_scale" in words else 3)


def test_what_becomes_of_it_may_change(text):
    state, _ = state_of(text)
    changed = text.replace("cadence = 2", 'cadence = 1\nlimit = "1 K s-1"\npolicy = "native"')
    changed = changed.replace('ramp = "10 hours"', "dry_run = true")
    changed = changed.replace("alarm = {", 'alarm = { policy = "native", recover = 2,')
    changed = changed.replace('finite = "native"', 'finite = "stop"')
    changed = changed.replace("steps = 1.0", "steps = 0.5, seed = 7")
    model = Run(changed, NCOL)
    model.domain.set_state(*state)
    assert model.domain.statistics()["schemes"]["radiation"]["audit"]["audits"] == 3


def test_a_restart_that_fits_is_adapted_bit_for_bit(text):
    _, expected = run(text)
    model, begun = run(text, last=4)
    state = model.domain.get_state()
    _, ended = run(ADAPT + text, first=5, load=lambda domain: domain.set_state(*state))
    assert begun + ended == expected


def test_a_running_model_keeps_nothing_that_the_restart_has_not(text):
    state, _ = state_of(NATIVE)
    model, _ = run(ADAPT + text, last=5)
    model.domain.set_state(*state)
    fresh = Run(ADAPT + text, NCOL)
    fresh.domain.set_state(*state)
    assert [model.step(step) for step in (4, 5, 6)] == [fresh.step(step) for step in (4, 5, 6)]


def test_schemes_that_came_and_went_since_the_first_step(text):
    model, _ = run(text, last=2)
    state = model.domain.get_state()
    more = model.domain.scheme("other")
    model.domain.set_state(*state)
    more.close()
    model.scheme.close()
    with pytest.raises(errors.StateError, match="expected none of that name as this run has"):
        model.domain.set_state(*state)


def test_an_open_call_is_in_no_restart(text, tmp_path):
    model, _ = run(text, last=2)
    call = model.scheme.open(4, 1)
    with pytest.raises(errors.PhaseError, match="every call closed, found 1 open"):
        model.domain.save(tmp_path / "open.nc")
    assert not (tmp_path / "open.nc").exists()
    with pytest.raises(errors.PhaseError):
        model.domain.get_state()
    assert call is not None


def test_modes_without_an_emulator_are_alike(tmp_path, netcdf_plugin):
    record = f"[scheme.radiation]\nmode='record'\nrecord.path='{tmp_path}/r.nc'\n"
    for one, other in ((NATIVE, record), (record, NATIVE), ("", NATIVE)):
        domain = Domain(text=one, column=np.arange(1, NCOL + 1))
        scheme = domain.scheme("radiation")
        domain.step(1, dt=1.0)
        state = domain.get_state()
        scheme.close()
        domain.close()
        (tmp_path / "r.nc").unlink(missing_ok=True)
        model = Run(other, NCOL)
        model.domain.set_state(*state)
        assert model.domain.statistics()["restored"] == 1
        model.scheme.close()
        model.domain.close()
        (tmp_path / "r.nc").unlink(missing_ok=True)


def test_schemes_of_one_run_only(text, caplog):
    emulated, _ = state_of(text)
    domain = Domain(text="", column=np.arange(1, NCOL + 1))
    with pytest.raises(errors.StateError, match="'radiation': expected none of that name as this"):
        domain.set_state(*emulated)
    domain = Domain(text=ADAPT, column=np.arange(1, NCOL + 1))
    domain.set_state(*emulated)
    assert "scheme 'radiation': unknown to this run" in caplog.text
    nothing = Domain(text="", column=np.arange(1, NCOL + 1)).get_state()
    refused(text, nothing, "found none of that name")


def test_names_with_slashes(plain):
    text = emulating(plain).replace("scheme.radiation", "scheme.'a/about/b'")
    place = {"column": np.arange(1, NCOL + 1), "lat": np.zeros(NCOL), "lon": np.zeros(NCOL)}
    domain = Domain(text=text, **place)
    scheme = domain.scheme("a/about/b")
    state = domain.get_state()
    domain.set_state(*state)
    assert scheme.mode == "emulate"
    with pytest.raises(errors.StateError, match="scheme 'a/about/b': expected none of that name"):
        Domain(text="", **place).set_state(*state)


def test_the_key_is_checked():
    with pytest.raises(errors.ConfigError, match="unknown restart 'adpat'; did you mean 'adapt'"):
        Domain(text="[domain]\nrestart = 'adpat'\n")
