# SPDX-License-Identifier: BSD-3-Clause
"""One mistake, made in C, Fortran and Python: the same status, the same message, a living host."""

import dataclasses
import subprocess

import numpy as np
import pytest
from small_emulators import CARD, NLEV, card_text, require_plugin, write_python_emulator

from pyhybrid import Domain, Field, errors
from pyhybrid._abi.loading import exception_types

NCOL = 6
T, P = "air_temperature", "surface_air_pressure"
UNITS = {T: "K", P: "Pa", "heating": "K s-1", "warming": "K s-1", "flux": "W m-2"}
ROLES = {"heating": "tendency", "warming": "increment"}


class Host:
    """The host of mistakes.c and mistakes.f90."""

    def __init__(self, config):
        self.domain = Domain(config, column=range(1, NCOL + 1), log=lambda *entry: None)
        self.scheme = self.domain.scheme("radiation")
        self.domain.step(1, dt=1800.0)
        self.call = None

    def open(self, ncol=NCOL, first=1):
        self.call = self.scheme.open(ncol, first)

    def put(self, name=T, shape=(NCOL, NLEV), dtype=np.float64):
        self.call.put(name, np.zeros(shape, dtype))

    def put_all(self):
        self.open()
        self.put()
        self.put(P, NCOL)

    def run(self):
        self.put_all()
        self.call.run()

    def get(self, name="heating", shape=(NCOL, NLEV)):
        self.call.get(name, np.zeros(shape))

    def whole(self):
        self.run()
        self.get("heating")
        self.get("warming")
        self.get("flux", NCOL)
        self.call.close()

    def block(self):
        for name, unit in UNITS.items():
            self.scheme.field(name, unit, ROLES.get(name, "state"))
        self.whole()

    def discard(self):
        with pytest.raises(errors.PhaseError):
            self.domain.step(2, dt=1800.0)

    def lives_on(self):
        with self.domain.scheme("other") as other, other.open(NCOL) as call:
            call.run()
            return call.native_wanted()


def sequence(*steps):
    """A mistake of several steps, each a function of the host."""

    def make(host):
        for step in steps:
            step(host)

    return make


MISTAKES = {
    "block": Host.block,
    "other_unit": lambda host: host.scheme.field(T, "degC"),
    "other_role": lambda host: host.scheme.field("warming", "K s-1", "tendency"),
    "given_twice": sequence(Host.put_all, lambda host: host.put(P, NCOL)),
    "not_given": sequence(Host.open, Host.put, lambda host: host.call.run()),
    "extent": sequence(Host.open, lambda host: host.put(shape=(NCOL - 1, NLEV))),
    "levels": sequence(Host.open, lambda host: host.put(shape=(NCOL, NLEV + 1))),
    "rank": sequence(Host.open, lambda host: host.put(shape=NCOL)),
    "kind": sequence(Host.open, lambda host: host.put(dtype=np.int32)),
    "get_before_run": sequence(Host.put_all, Host.get),
    "put_after_run": sequence(Host.run, lambda host: host.put(P, NCOL)),
    "run_twice": sequence(Host.run, lambda host: host.call.run()),
    "close_before_run": sequence(Host.put_all, lambda host: host.call.close()),
    "unknown_output": sequence(Host.run, lambda host: host.get("heatin")),
    "taken_twice": sequence(Host.run, *2 * [lambda host: host.get("flux", NCOL)]),
    "not_taken": sequence(Host.run, lambda host: host.call.close()),
    "closed_twice": sequence(Host.whole, lambda host: host.call.close()),
    "put_when_closed": sequence(Host.whole, Host.put),
    "step_inside": sequence(Host.put_all, lambda host: host.domain.step(2, dt=1800.0)),
    "discarded": sequence(Host.put_all, Host.discard, lambda host: host.call.run()),
    "of_no_scheme": sequence(
        Host.put_all, lambda host: host.scheme.close(), lambda host: host.call.run()
    ),
    "negative": lambda host: host.open(-1),
    "beyond": lambda host: host.open(4, 4),
    "twins": lambda host: host.domain.scheme("radiation"),
}

# Made by these mistakes, in the words of hybrid.h and of the message.
EXPECTED = {
    "other_unit": ("CARD", r"unit.*expected 'K' \(card\), found 'degC'"),
    "other_role": ("CARD", r"role.*expected 'increment' \(card\), found 'tendency'"),
    "given_twice": ("FIELD", f"'{P}': expected put once in a call, found a second time"),
    "not_given": ("FIELD", f"every input of the card .*, found no put of '{P}'"),
    "extent": ("SHAPE", "expected 6.* found 5"),
    "levels": ("CARD", r"expected .*level \(4\).* found .*level \(5\)"),
    "rank": ("CARD", "expected .*level.* found column"),
    "kind": ("CARD", "expected .*real.* found .*int32"),
    "get_before_run": ("PHASE", "expected get after run, found run not called"),
    "put_after_run": ("PHASE", "expected put before run, found run called already"),
    "run_twice": ("PHASE", "expected one run, found run called already"),
    "close_before_run": ("PHASE", "expected run before close, found run not called"),
    "unknown_output": ("FIELD", "unknown output 'heatin'; did you mean 'heating'"),
    "taken_twice": ("FIELD", "'flux': expected one get, found a second time"),
    "not_taken": ("FIELD", "a get of every output .* found none of 'heating', 'warming' and"),
    "closed_twice": ("PHASE", "expected .* found"),
    "put_when_closed": ("PHASE", "expected .* found"),
    "step_inside": ("PHASE", "expected every call closed, found 1 open .*; discarded"),
    "discarded": ("PHASE", "expected .* found"),
    "of_no_scheme": ("PHASE", "expected .* found"),
    "negative": ("ARGUMENT", "expected .* found -1"),
    "beyond": ("SHAPE", "expected .* found"),
    "twins": ("ARGUMENT", "'radiation': expected one of that name in a domain, found two"),
}


def run_host(host, mistake, config):
    """Status and message of a compiled host."""
    done = subprocess.run(
        [host, mistake, config], cwd=config.parent, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    status, *message, alive = done.stdout.splitlines()
    assert status == "0" or alive == "lives on", done.stdout
    return int(status), "\n".join(message)


def run_python(mistake, config):
    """The same of Host."""
    host = None
    try:
        host = Host(config)
        MISTAKES[mistake](host)
    except errors.HybridError as error:
        assert host is None or host.lives_on()
        number = {one: status for status, one in exception_types().items()}[type(error)]
        return number, str(error)
    return 0, ""


@pytest.fixture(scope="session")
def hosts(build_host):
    return {"C": build_host("mistakes.c"), "Fortran": build_host("mistakes.f90")}


@pytest.fixture
def made(hosts):
    """Makes a mistake in all languages: its status by name, and its message."""

    def make(mistake, config):
        said = {language: run_host(host, mistake, config) for language, host in hosts.items()}
        said["Python"] = run_python(mistake, config)
        assert len(set(said.values())) == 1, said
        status, message = said["Python"]
        return exception_types()[status].status if status else "HYB_OK", message

    return make


def emulate(path, more=""):
    return f"mode = 'emulate'\nemulator = '{path}'\nbackend = 'null'\n{more}"


def test_a_block_without_mistake(made, write_config, null_emulator):
    assert made("block", write_config(emulate(null_emulator))) == ("HYB_OK", "")


@pytest.mark.parametrize("mistake", EXPECTED)
def test_mistakes_of_the_host(made, write_config, null_emulator, mistake):
    word, pattern = EXPECTED[mistake]
    status, message = made(mistake, write_config(emulate(null_emulator)))
    assert status == f"HYB_ERROR_{word}"
    assert np.char.startswith(message, "hyb_")
    assert_matches(message, pattern)


def assert_matches(message, pattern):
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(message)


@pytest.mark.parametrize(
    "mistake, word, pattern",
    [
        ("null_data", "ARGUMENT", "expected .* found"),
        ("null_name", "ARGUMENT", "expected .* found"),
        ("never_opened", "PHASE", "expected .* found"),
    ],
)
def test_mistakes_that_only_c_allows(hosts, write_config, null_emulator, mistake, word, pattern):
    status, message = run_host(hosts["C"], mistake, write_config(emulate(null_emulator)))
    assert exception_types()[status].status == f"HYB_ERROR_{word}"
    assert_matches(message, pattern)


def test_call_never_opened_in_fortran(hosts, write_config, null_emulator):
    config = write_config(emulate(null_emulator))
    said = [run_host(host, "never_opened", config) for host in hosts.values()]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "lines, word, pattern",
    [
        ("moed = 'native'", "CONFIG", r"toml, line 2: scheme\.\w+: unknown key 'moed'; .* 'mode'"),
        ("mode = 3", "CONFIG", r"toml, line 2: scheme\.\w+\.mode: expected a string, found int"),
        ("mode = 'emulat'", "CONFIG", "'emulat'; did you mean 'emulate'"),
        ("mode = ", "CONFIG", "line 2: expected TOML, found"),
        ("mode = 'emulate'", "CONFIG", "expected an emulator, found nothing"),
        ("mode = 'emulate'\nemulator = '/none.json'", "FILE", "expected a file, found none"),
        ("mode = 'replay'\nreplay.path = 'none.*.nc'", "RECORD", "expected .* found"),
        ("mode = 'emulate'\nemulator = 'e.json'\ndevice = 'GPU'", "CONFIG", "'auto' or .* 'GPU'"),
        ("mode = 'record'\nrecord.steps = 2.0", "CONFIG", "steps.*expected .* found"),
    ],
)
def test_bad_configurations(made, write_config, lines, word, pattern):
    status, message = made("block", write_config(lines))
    assert status == f"HYB_ERROR_{word}"
    assert_matches(message, pattern)


def test_missing_configuration(made, tmp_path):
    status, message = made("block", tmp_path / "none.toml")
    assert status == "HYB_ERROR_CONFIG"
    assert_matches(message, "none.toml': expected a file, found none")


def test_unknown_backend(made, write_config, null_emulator):
    lines = f"mode = 'emulate'\nemulator = '{null_emulator}'\nbackend = 'tensorflow'"
    status, message = made("block", write_config(lines))
    assert status == "HYB_ERROR_CONFIG"
    assert_matches(message, "unknown backend 'tensorflow'; did you mean")


def other_card(name, **changed):
    """The card with a field that is not as the host has it."""
    parts = {}
    for part in ("inputs", "outputs"):
        fields = getattr(CARD, part)
        parts[part] = tuple(
            dataclasses.replace(field, **changed) if field.name == name else field
            for field in fields
        )
    return dataclasses.replace(CARD, **parts)


MORE = Field("ozone", "1", "state", "real", ("column",))
CARDS = {
    "another unit": (other_card(T, unit="degC"), "CARD", r"'degC' \(card\), found 'K'"),
    "other levels": (other_card(T, levels=9), "CARD", r"level \(9\).* found .*level \(4\)"),
    "another role": (other_card("warming", role="tendency"), "CARD", "'tendency'.* 'increment'"),
    "another kind": (
        other_card("flux", role="flag", kind="integer"), "CARD", "expected 'flag' .* found 'state'"
    ),
    "more inputs": (
        dataclasses.replace(CARD, inputs=(*CARD.inputs, MORE)), "FIELD", "no put of 'ozone'"
    ),
    "more outputs": (
        dataclasses.replace(CARD, outputs=(*CARD.outputs, MORE)), "FIELD", "none of 'ozone'"
    ),
    "fewer outputs": (
        dataclasses.replace(CARD, outputs=CARD.outputs[:-1]), "", "'flux'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_cards_that_are_not_of_this_host(made, write_config, tmp_path, name):
    card, word, pattern = CARDS[name]
    path = tmp_path / "other.json"
    path.write_text(card.to_json())
    status, message = made("block", write_config(emulate(path)))
    assert status.startswith("HYB_ERROR_" + word) and status != "HYB_OK"
    assert_matches(message, pattern)


@pytest.mark.parametrize(
    "text, pattern",
    [
        (card_text()[:200], "expected .* found"),
        (card_text(format="card"), "format.*expected .* found"),
        (card_text(version=7), "version.*expected .* found 7"),
        (card_text(inputs=[]), "expected .* found"),
        (card_text(kind="real16"), "'real16'"),
        ("[]", "expected .* found"),
    ],
)
def test_cards_that_are_none(made, write_config, tmp_path, text, pattern):
    path = tmp_path / "other.json"
    path.write_text(text)
    status, message = made("block", write_config(emulate(path)))
    assert status in ("HYB_ERROR_CARD", "HYB_ERROR_FILE")
    assert_matches(message, pattern)


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4 truncated", b"no archive at all"], ids=["empty", "short", "text"]
)
def test_torch_files_that_are_none(made, write_config, tmp_path, content):
    require_plugin("torch")
    path = tmp_path / "bad.pt"
    path.write_bytes(content)
    status, message = made("block", write_config(f"mode = 'emulate'\nemulator = '{path}'"))
    assert status == "HYB_ERROR_FILE"
    assert_matches(message, "bad.pt.*expected .* found")


def test_truncated_torch_file(made, write_config, tmp_path, torch_emulator):
    path = tmp_path / "half.pt"
    path.write_bytes(torch_emulator.read_bytes()[:4000])
    status, message = made("block", write_config(f"mode = 'emulate'\nemulator = '{path}'"))
    assert status == "HYB_ERROR_FILE"
    assert_matches(message, "half.pt.*expected .* found")


PROGRAMS = {
    "raises when run": (
        "def emulate(x):\n    if (x == 0).all():\n        raise KeyError('no air')\n"
        "    return x[:, :1].repeat(9, 1)",
        "BACKEND", "no air",
    ),
    "returns another shape": ("def emulate(x):\n    return x", "BACKEND", "expected .* found"),
    "returns nothing": ("def emulate(x):\n    pass", "BACKEND", "expected .* found"),
    "has no function": ("def emulat(x):\n    return x", "CONFIG", "'emulate'"),
    "does not compile": ("def emulate(x)", "FILE", "SyntaxError"),
    "raises when opened": ("raise OSError('no weights')", "BACKEND", "no weights"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_python_emulators_that_fail(made, write_config, tmp_path, name):
    require_plugin("python")
    program, word, pattern = PROGRAMS[name]
    path = write_python_emulator(tmp_path / "bad.py", program)
    status, message = made("block", write_config(f"mode = 'emulate'\nemulator = '{path}'"))
    assert status == f"HYB_ERROR_{word}"
    assert_matches(message, pattern)


def test_python_emulator_that_prints(hosts, write_config, tmp_path):
    require_plugin("python")
    program = "import numpy as np\nprint('opened')\n\n\ndef emulate(x):\n    print('run')\n"
    path = write_python_emulator(
        tmp_path / "loud.py", program + "    return np.zeros((len(x), 9))\n"
    )
    config = write_config(f"mode = 'emulate'\nemulator = '{path}'")
    for host in hosts.values():
        done = subprocess.run(
            [host, "block", config], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0 and "0\n" in done.stdout and done.stderr == ""
