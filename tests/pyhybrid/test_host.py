# SPDX-License-Identifier: BSD-3-Clause
"""Domain, scheme and call: the verbs, their order, and bad input."""

import gc
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Domain, errors

NATIVE = "[scheme.radiation]\nmode = 'native'\n"


def emulate(path):
    return f"[scheme.radiation]\nmode = 'emulate'\nemulator = '{path}'\n"


@pytest.fixture
def domain(plain):
    with Domain(text=emulate(plain)) as domain:
        yield domain


@pytest.fixture
def scheme(domain):
    with domain.scheme("radiation") as scheme:
        yield scheme


def run_block(scheme, inputs, heating, first=1):
    """One block through a scheme; writes heating."""
    with scheme.open(heating.shape[0], first) as call:
        for name, array in inputs.items():
            call.put(name, array)
        call.run()
        assert not call.native_wanted()
        call.get("heating", heating)
        call.get("flux", np.empty(heating.shape[0]))
    return heating


def expected_heating(inputs):
    return inputs["air_temperature"] / 3 + inputs["surface_air_pressure"][:, np.newaxis]


# ---- Domain


@pytest.mark.parametrize(
    "arguments, found", [({}, "neither"), ({"config": "a.toml", "text": NATIVE}, "both")]
)
def test_domain_has_one_configuration(arguments, found):
    message = f"Domain: expected either config or text, found {found}"
    with pytest.raises(errors.ArgumentError, match=message):
        Domain(**arguments)


def test_domain_of_a_file(tmp_path):
    path = tmp_path / "hybrid.toml"
    path.write_text(NATIVE)
    with Domain(path) as domain, domain.scheme("radiation") as scheme:
        assert scheme.mode == "native"


@pytest.mark.parametrize(
    "text, message",
    [
        ("[scheme.radiation]\nmoed = 'native'\n", "unknown key 'moed'; did you mean 'mode'"),
        ("[scheme.radiation]\nmode = 3\n", "mode.*: expected a string, found integer 3"),
        ("[scheme.radiation]\nmode = 'emulat'\n", "'emulat'; did you mean 'emulate'"),
        ("[scheme.radiation\n", "line 1: expected TOML, found"),
        ("[scheme.radiation]\nmode = 'emulate'\n", "expected an emulator, found nothing"),
    ],
)
def test_bad_configurations(text, message):
    with pytest.raises(errors.ConfigError, match=message):
        Domain(text=text)


def test_missing_configuration(tmp_path):
    with pytest.raises(errors.ConfigError, match="none.toml': expected a file, found none"):
        Domain(tmp_path / "none.toml")


@pytest.mark.parametrize("text, found", [(b"x", "bytes"), ("a\0b", r"'a\\x00b'")])
def test_text_is_a_string_for_c(text, found):
    with pytest.raises(errors.ArgumentError, match=f"text: expected .*, found {found}"):
        Domain(text=text)


@pytest.mark.parametrize(
    "columns, error, message",
    [
        ({"column": [1, 2], "lat": [0.0]}, errors.ShapeError, "one number of columns, found"),
        ({"lat": [[0.0]]}, errors.ShapeError, "lat: expected rank 1, found rank 2"),
        ({"column": [1.5]}, errors.ArgumentError, "values that fit int64, found float64"),
        ({"area": ["a"]}, errors.ArgumentError, "area: expected values that fit float64"),
    ],
)
def test_bad_columns(columns, error, message):
    with pytest.raises(error, match=message):
        Domain(text=NATIVE, **columns)


def test_columns_of_any_layout_are_taken():
    places = np.arange(8.0)[::-2]
    with Domain(text=NATIVE, column=range(1, 5), lat=places, lon=places, area=places) as domain:
        domain.step(1, dt=1800.0)


def test_log_handler_gets_what_the_library_says():
    said = []
    with Domain(text=NATIVE, log=lambda *entry: said.append(entry)) as domain:
        domain.scheme("radiation").close()
    assert said == [(logging.INFO, "scheme 'radiation': mode native")]


def test_without_a_handler_it_goes_to_logging(caplog):
    with caplog.at_level(logging.INFO, "pyhybrid"), Domain(text=NATIVE) as domain:
        domain.scheme("radiation").close()
    assert caplog.record_tuples == [("pyhybrid", logging.INFO, "scheme 'radiation': mode native")]


def test_scheme_that_outlives_its_domain_may_still_log(plain):
    domain = Domain(text=emulate(plain), log=lambda level, text: None)
    scheme = domain.scheme("radiation")
    domain.close()
    del domain
    gc.collect()
    scheme.close()


def test_statistics_name_the_schemes(domain, scheme, columns):
    run_block(scheme, columns, np.empty((50, 4)))
    assert "radiation" in domain.statistics()["schemes"]


def test_closed_domain(plain):
    domain = Domain(text=emulate(plain))
    domain.close()
    domain.close()
    for use in (
        lambda: domain.scheme("radiation"),
        lambda: domain.step(1, dt=1.0),
        domain.flush,
        domain.statistics,
    ):
        with pytest.raises(errors.PhaseError, match="expected an open domain, found one that is"):
            use()


def test_error_inside_with_comes_first(domain):
    with pytest.raises(KeyError), domain.scheme("radiation").open(1):
        raise KeyError
    domain.step(1, dt=1.0)  # the call was closed all the same


# ---- Scheme


def test_scheme_without_a_table_runs_natively():
    with Domain(text=NATIVE) as domain, domain.scheme("convection") as scheme:
        assert scheme.mode == "native"
        with scheme.open(2) as call:
            call.put("x", np.zeros(2))
            call.run()
            assert call.native_wanted()


def test_scheme_outlives_its_domain(plain):
    domain = Domain(text=emulate(plain))
    scheme = domain.scheme("radiation")
    domain.close()
    assert scheme.mode == "emulate"
    scheme.close()


def test_closed_scheme(domain):
    scheme = domain.scheme("radiation")
    scheme.close()
    with pytest.raises(errors.PhaseError, match="expected an open scheme, found one that is"):
        scheme.open(1)


def test_unknown_orientation(domain):
    with pytest.raises(errors.ArgumentError, match="unknown orientation 'up'; did you mean"):
        domain.scheme("radiation", orientation="up")


def test_orientation_turns_levels(python_plugin, make_card, write_emulator, columns):
    program = "def emulate(x):\n    return x * [1, 2, 3, 4, 1]\n"
    text = emulate(write_emulator(make_card(), program))
    with (
        Domain(text=text) as domain,
        domain.scheme("radiation", orientation="bottom_up") as scheme,
    ):
        heating = run_block(scheme, columns, np.empty((50, 4)))
    np.testing.assert_array_equal(heating, columns["air_temperature"] * [4, 3, 2, 1])


def test_two_schemes_of_one_name(domain, scheme):
    with pytest.raises(errors.ArgumentError, match="'radiation': expected one of that name"):
        domain.scheme("radiation")


@pytest.mark.parametrize(
    "field, error, message",
    [
        (("heating", "K day-1", "tendency"), errors.CardError, "'K s-1' .card., found 'K day-1'"),
        (("heating", "K s-1", "state"), errors.CardError, "'tendency' .card., found 'state'"),
        (("heating", "K s-1", "tend"), errors.ArgumentError, "did you mean 'tendency'"),
        (("heating", "K s-1", "tendency", "colum"), errors.ShapeError, "did you mean 'column'"),
        ((3, "K s-1"), errors.ArgumentError, "field: expected a string, found int"),
    ],
)
def test_declarations_that_contradict(scheme, field, error, message):
    with pytest.raises(error, match=message):
        scheme.field(*field)


def test_missing_emulator(tmp_path):
    message = "none.py': expected a file, found none"
    with Domain(text=emulate(tmp_path / "none.py")) as domain:
        with pytest.raises(errors.EmulatorFileError, match=message):
            domain.scheme("radiation")


# ---- Call


def test_block_is_emulated(scheme, columns):
    heating = run_block(scheme, columns, np.empty((50, 4)))
    np.testing.assert_array_equal(heating, expected_heating(columns))


@pytest.mark.parametrize("ncol", [0, 1, 50])
def test_blocks_of_any_size(scheme, columns, ncol):
    inputs = {name: array[:ncol] for name, array in columns.items()}
    heating = run_block(scheme, inputs, np.empty((ncol, 4)))
    np.testing.assert_array_equal(heating, expected_heating(inputs))


def layouts():
    yield "C", lambda: np.empty((50, 4))
    yield "F", lambda: np.empty((50, 4), order="F")
    yield "reversed", lambda: np.empty((50, 4))[::-1, ::-1]
    yield "strided", lambda: np.empty((150, 12))[::3, 1::3]
    yield "transposed", lambda: np.empty((4, 50)).T
    yield "record", lambda: np.empty((50, 4), [("a", "i1"), ("x", "f8")])["x"]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in layouts()])
def test_layout_does_not_matter(scheme, columns, make):
    temperature = make()
    temperature[...] = columns["air_temperature"]
    pressure = np.empty(100)[::2]
    pressure[...] = columns["surface_air_pressure"]
    inputs = {"air_temperature": temperature, "surface_air_pressure": pressure}
    np.testing.assert_array_equal(run_block(scheme, inputs, make()), expected_heating(columns))


def test_dims_of_the_host(scheme, columns):
    scheme.field("air_temperature", "K", dims="level column")
    turned = columns | {"air_temperature": np.ascontiguousarray(columns["air_temperature"].T)}
    heating = run_block(scheme, turned, np.empty((50, 4)))
    np.testing.assert_array_equal(heating, expected_heating(columns))


def test_get_writes_nothing_around_a_section(scheme, columns):
    whole = np.full((52, 6), -1.0)
    run_block(scheme, columns, whole[1:-1, 1:-1])
    assert (whole[[0, -1]] == -1).all() and (whole[:, [0, -1]] == -1).all()
    np.testing.assert_array_equal(whole[1:-1, 1:-1], expected_heating(columns))


def test_calls_of_several_threads(scheme, columns):
    def block(start):
        inputs = {name: array[start : start + 5] for name, array in columns.items()}
        return run_block(scheme, inputs, np.empty((5, 4)), first=start + 1)

    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(block, range(0, 50, 5)))
    np.testing.assert_array_equal(np.concatenate(blocks), expected_heating(columns))


def test_what_lies_beyond_the_block_is_not_read(scheme, columns):
    signalling = np.frombuffer(np.uint64(0x7FF0000000000001).tobytes(), np.float64)[0]
    whole = {name: np.full((80, *a.shape[1:]), signalling) for name, a in columns.items()}
    for name, array in columns.items():
        whole[name][:50] = array
    heating = run_block(scheme, {name: a[:50] for name, a in whole.items()}, np.empty((50, 4)))
    np.testing.assert_array_equal(heating, expected_heating(columns))


def test_nan_in_the_inputs_is_native(scheme, columns):
    expected = expected_heating(columns)
    columns["air_temperature"][3, 2] = np.nan
    heating = np.full((50, 4), -1.0)
    with scheme.open(50) as call:
        for name, array in columns.items():
            call.put(name, array)
        call.run()
        assert call.native_wanted()
        call.get("heating", heating)
        call.get("flux", np.empty(50))
    assert np.all(heating[3] == -1.0)
    np.testing.assert_allclose(np.delete(heating, 3, 0), np.delete(expected, 3, 0), rtol=1e-6)


def test_fields_that_are_not_as_the_card_says(scheme, columns):
    call = scheme.open(50)
    for name, array, error, message in (
        ("air_temperature", np.zeros((50, 5)), errors.CardError, r"level \(4\).*level \(5\)"),
        ("air_temperature", np.zeros(50), errors.CardError, "found column"),
        ("air_temperature", np.zeros((49, 4)), errors.ShapeError, "50.* found 49"),
        ("air_temperature", np.zeros((50, 4), "i4"), errors.CardError, "'real'.*int32"),
        ("air_temperature", [1.0], errors.ArgumentError, "put 'air_temperature': expected"),
    ):
        with pytest.raises(error, match=message):
            call.put(name, array)


def test_field_given_twice(scheme, columns):
    call = scheme.open(50)
    call.put("air_temperature", columns["air_temperature"])
    with pytest.raises(errors.FieldError, match="air_temperature.*expected.*found"):
        call.put("air_temperature", columns["air_temperature"])


def test_field_not_given(scheme, columns):
    with scheme.open(50) as call:
        call.put("air_temperature", columns["air_temperature"])
        with pytest.raises(errors.FieldError, match="surface_air_pressure"):
            call.run()


def test_kind_that_changes(scheme, columns):
    run_block(scheme, columns, np.empty((50, 4)))
    call = scheme.open(50)
    with pytest.raises(errors.FieldError, match="expected real64 as before, found real32"):
        call.put("air_temperature", np.zeros((50, 4), np.float32))


def test_get_needs_a_writable_array(scheme, columns):
    constant = np.zeros((50, 4))
    constant.flags.writeable = False
    with pytest.raises(errors.ArgumentError, match="get 'heating': .* found a read-only one"):
        run_block(scheme, columns, constant)


def test_wrong_phases(scheme, columns):
    call = scheme.open(50)
    with pytest.raises(errors.PhaseError, match="expected get after run, found run not called"):
        call.get("heating", np.zeros((50, 4)))
    with pytest.raises(errors.PhaseError, match="expected run before close, found run not called"):
        call.close()
    for use in (
        call.close,
        call.run,
        call.native_wanted,
        lambda: call.put("air_temperature", columns["air_temperature"]),
        lambda: call.get("heating", np.zeros((50, 4))),
    ):
        with pytest.raises(errors.PhaseError, match="expected.*found"):
            use()


def test_put_after_run(scheme, columns):
    call = scheme.open(50)
    for name, array in columns.items():
        call.put(name, array)
    call.run()
    with pytest.raises(errors.PhaseError, match="expected.*found"):
        call.put("air_temperature", columns["air_temperature"])
    with pytest.raises(errors.PhaseError, match="expected.*found"):
        call.run()


def test_output_not_taken(scheme, columns):
    message = "expected a get of every output .*, found none of 'heating' and 'flux'"
    with pytest.raises(errors.FieldError, match=message), scheme.open(50) as call:
        for name, array in columns.items():
            call.put(name, array)
        call.run()


def test_step_inside_an_open_call(domain, scheme):
    call = scheme.open(50)
    with pytest.raises(errors.PhaseError, match="expected.*found"):
        domain.step(2, "2000-01-01T00:00:00", dt=1800.0)
    with pytest.raises(errors.PhaseError):
        call.run()
    domain.step(3, dt=1800.0)


def test_call_of_a_closed_scheme_is_stale(domain):
    scheme = domain.scheme("radiation")
    call = scheme.open(1)
    scheme.close()
    with pytest.raises(errors.PhaseError):
        call.run()


def test_negative_number_of_columns(scheme):
    with pytest.raises(errors.HybridError, match="expected.*found -1"):
        scheme.open(-1)


def test_forgotten_handles_end_before_the_interpreter(plain):
    program = (
        "import pyhybrid, sys\n"
        f"domain = pyhybrid.Domain(text={emulate(plain)!r}, log=lambda *entry: None)\n"
        "scheme = domain.scheme('radiation')\n"
        "call = scheme.open(3)\n"
    )
    folder = Path(pyhybrid.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
