# SPDX-License-Identifier: BSD-3-Clause
"""What the host gets of a block where something between inference and `get` is unusual."""

import numpy as np
import pytest
from online_host import HEATING, NATIVE, NCOL, NLEV, TEMPERATURE, Host, columns, hook, table

from pyhybrid import Card, Field, errors

CLOSED = """
[[scheme.s.constraint]]
kind = "budget"
name = "energy"
unit = "K s-1"
terms = [{ output = "heating", measure = "thickness" }]
"""
AUDITED = "audit = { steps = 1.0 }\n"
READING = "class Hook:\n    inputs = ['thickness']\n    def apply(self, block):\n        {}\n"


@pytest.fixture
def write_hook(tmp_path):
    def write(program):
        (tmp_path / "hook.py").write_text("import numpy as np\n" + program)
        return tmp_path / "hook.py"

    return write


def test_native_results_stay_where_judging_fails(as_it_is):
    host = Host(table("s", as_it_is, CLOSED))
    with host.schemes["s"].open(NCOL) as call:
        call.put("air_temperature", columns())
        call.put("thickness", np.ones((NCOL, NLEV + 1)))  # half levels by mistake
        call.run()
        with pytest.raises(errors.HybridError, match="'thickness': levels: expected 4"):
            call.native_wanted()
        assert call.native_wanted()
        heating = np.full((NCOL, NLEV), NATIVE)
        call.get("heating", heating)
    assert (heating == NATIVE).all()
    assert host.statistics()["failures"] == 1


def test_a_failure_found_at_close_is_told(as_it_is):
    host = Host(table("s", as_it_is, CLOSED))
    call = host.schemes["s"].open(NCOL)
    call.put("air_temperature", columns())
    call.put("thickness", np.ones((NCOL, NLEV + 1)))
    call.run()
    with pytest.raises(errors.HybridError, match="'thickness': levels: expected 4"):
        call.close()
    assert host.statistics()["failures"] == 1


@pytest.mark.parametrize("sizes", [(0, NCOL), (NCOL, 0), (0, 0)])
@pytest.mark.parametrize("reads", ["constraint", "hook", "ridge"])
def test_blocks_without_columns(as_it_is, write_hook, reads, sizes):
    ridge = AUDITED + hook("").replace("python", "ridge")
    ridge = ridge.replace("file = ''\n", "learn = 'audit'\npredictors = ['thickness']\n")
    own = hook(write_hook(READING.format("return {'heating': 0 * block.inputs['thickness']}")))
    more = {"constraint": CLOSED, "hook": own, "ridge": ridge}
    host = Host(table("s", as_it_is, more[reads]))
    for step, size in enumerate(sizes):
        host.domain.step(step, dt=1.0)
        heating, wanted = host.block(columns(size), thickness=np.ones((size, NLEV)))
        assert heating.shape == (size, NLEV)
        assert wanted == (reads == "ridge" and size > 0)  # all columns are audited
    host.domain.step(9, dt=1.0)
    assert host.statistics()["failures"] == 0


def test_a_domain_without_columns(as_it_is):
    host = Host(table("s", as_it_is, CLOSED), ncol=0)
    host.domain.step(1, dt=1.0)
    assert not host.block(columns(0), thickness=np.ones((0, NLEV)))[1]


def hooked(as_it_is, write_hook, body, more="", guard=""):
    program = f"class Hook:\n    def apply(self, block):\n        {body}\n"
    host = Host(table("s", as_it_is, guard + hook(write_hook(program), more)))
    host.domain.step(1, dt=1.0)
    return host


HUGE = "return {'heating': np.where(block.column[:, None] == 3, %s, np.zeros((block.ncol, 4)))}"


@pytest.mark.parametrize("kind, size", [("f4", "1e39"), ("f4", "-1e39"), ("f8", "1.79e308")])
@pytest.mark.parametrize("policy", ["native", "pass"])
def test_what_hooks_make_is_finite_for_the_host(as_it_is, write_hook, kind, size, policy):
    host = hooked(as_it_is, write_hook, HUGE % size, guard=f"guard = {{ finite = '{policy}' }}\n")
    temperature = columns(kind=kind)
    if kind == "f8":
        temperature[2] = 1e307
    for _ in range(2):  # in the first call the kind of the output is not known yet
        with np.errstate(over="ignore"):
            heating, wanted = host.block(temperature)
        assert wanted == (policy == "native")
        expected = np.full(NLEV, NATIVE if wanted else np.copysign(np.inf, float(size)))
        assert (heating[2] == expected).all()
        others = np.arange(NCOL) != 2
        assert (heating[others] == temperature[others]).all()
    assert host.statistics()["rejected"] == (2 if policy == "native" else 0)
    assert any("after hooks: 'heating'" in told for told in host.log) == (policy == "native")


@pytest.mark.parametrize("size", [1, 2, 3, NCOL])
@pytest.mark.parametrize("policy", ["native", "pass"])
def test_a_hooks_columns_stand_for_themselves(as_it_is, write_hook, size, policy):
    host = hooked(as_it_is, write_hook, HUGE.replace("np.zeros", "np.ones") % "np.nan",
                  more=f"policy = '{policy}'")
    heating = np.concatenate([host.block(columns()[i : i + size], first=i + 1)[0]
                              for i in range(0, NCOL, size)])
    expected = columns() + 1
    expected[2] = NATIVE if policy == "native" else columns()[2]
    assert (heating == expected).all()
    (told,) = host.log
    assert "found others in 1 columns, the first is global column 3" in told


@pytest.mark.parametrize("native", [-0.0, 1e-300, 3.0])
def test_a_level_mask_of_mode_correct(as_it_is, native):
    host = Host(table("s", as_it_is, "blend = { levels = [2, 3] }", mode="correct"))
    host.domain.step(1, dt=1.0)
    heating = np.full((NCOL, NLEV), native)
    with host.schemes["s"].open(NCOL) as call:
        call.put("air_temperature", columns())
        call.run()
        assert call.native_wanted()
        call.get("heating", heating)
    assert (heating[:, 1:3] == columns()[:, 1:3] + native).all()
    masked = np.full((NCOL, 2), native)
    assert heating[:, [0, 3]].tobytes() == masked.tobytes()


@pytest.mark.parametrize("mode", ["blend", "correct"])
def test_levels_beyond_the_cards_are_refused(as_it_is, mode):
    with pytest.raises(errors.ConfigError, match="blend: levels: expected .* 1 to 4, found 5"):
        Host(table("s", as_it_is, "blend = { levels = [2, 5] }", mode=mode))


FLAG = Field("cloudy", "1", "flag", "integer", ("column",))
WITH_FLAG = """
import numpy as np
def emulate(x):
    return np.concatenate([x, x[:, :1]], axis=1)
"""


@pytest.fixture
def flagged(python_plugin, make_card, write_emulator):
    return write_emulator(make_card(inputs=(TEMPERATURE,), outputs=(HEATING, FLAG)), WITH_FLAG)


@pytest.mark.parametrize("kind", ["running_mean", "python"])
def test_hooks_add_nothing_to_flags(flagged, write_hook, kind):
    path = write_hook("class Hook:\n    def apply(self, block):\n        return {}\n")
    text = hook(path).replace("heating", "cloudy")
    if kind == "running_mean":
        text = text.replace("python", kind).replace(f"file = '{path}'", "learn = 'observe'")
    with pytest.raises(errors.ConfigError, match="fields: expected outputs that are no flags"):
        Host(table("s", flagged, text))


@pytest.mark.parametrize("more, mode", [("blend = { weight = 0.5 }", "blend"), ("", "correct")])
def test_an_unused_flag_is_not_mixed(flagged, more, mode):
    host = Host(table("s", flagged, f"unused = ['cloudy']\n{more}", mode=mode))
    host.domain.step(1, dt=1.0)
    with host.schemes["s"].open(NCOL) as call:
        call.put("air_temperature", columns())
        call.run()
        assert call.native_wanted()
        call.get("heating", np.zeros((NCOL, NLEV)))
        cloudy = np.full(NCOL, 7, np.int32)
        with pytest.raises(errors.FieldError, match="flag 'cloudy'.*mixed and it is 'unused'"):
            call.get("cloudy", cloudy)
        assert (cloudy == 7).all()


@pytest.mark.parametrize("mode", ["emulate", "blend", "shadow"])
def test_a_card_without_a_network_is_told(mode, tmp_path):
    """It is good for trying out a call site; a run with it has zeros in place of physics."""
    fields = {"inputs": (TEMPERATURE,), "outputs": (HEATING,)}
    card = Card(name="alone", sample="column", kind="real32", **fields)
    (tmp_path / "alone.json").write_text(card.to_json())
    host = Host(table("s", tmp_path / "alone.json", mode=mode))
    told = [text for text in host.log if "found a card alone" in text]
    assert len(told) == (mode != "shadow")
    host.domain.step(1, dt=600.0)
    if mode == "emulate":
        assert not host.block(columns())[0].any()
