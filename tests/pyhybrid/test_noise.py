# SPDX-License-Identifier: BSD-3-Clause
"""Stochastic emulators: what is drawn, what docs/stochastic.md says of it, how to give it."""

import re
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import pyhybrid
from pyhybrid import Card, Domain, Emulator, Field, errors, export, open_recording

DOCS = Path(__file__).parents[2] / "docs"
NLEV, NSPECIES = 5, 2
LEVEL = ("column", "level")
_PROGRAM = """\
def emulate(noise, phase, temperature):
    return {"heating": noise[:, :, 0] + 10 * noise[:, :, 1], "flux": phase + temperature}
"""


def noise_field(**changed):
    entries = {"name": "noise", "unit": "1", "role": "noise", "kind": "real", "dims": LEVEL}
    return Field(**entries | {"levels": NLEV} | changed)


def stochastic_card(kind="real64", **noise):
    dims = (*LEVEL, "species")
    return Card(
        name="stochastic",
        sample="column",
        kind=kind,
        arguments="fields",
        inputs=(
            noise_field(dims=dims, species=NSPECIES, **noise),
            noise_field(name="phase", dims=("column",), levels=None, distribution="uniform"),
            Field("temperature", "K", "state", "real", ("column",)),
        ),
        outputs=(
            Field("heating", "K s-1", "tendency", "real", LEVEL, NLEV),
            Field("flux", "W m-2", "state", "real", ("column",)),
        ),
    )


@pytest.fixture
def path(python_plugin, write_emulator):
    return write_emulator(stochastic_card(), _PROGRAM)


@pytest.fixture
def emulator(path):
    with Emulator(path) as emulator:
        yield emulator


def cold(ncol):
    """No temperature, so that the flux is the phase."""
    return {"temperature": np.zeros(ncol)}


# ---- What docs/stochastic.md says of the numbers, in other words


def mixed(x):
    mask = 2**64 - 1
    x = (x + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def philox(counter, key):
    for _ in range(10):
        a, b = counter[0] * 0xD2511F53, counter[2] * 0xCD9E8D57
        counter = [
            b >> 32 ^ counter[1] ^ key[0],
            b % 2**32,
            a >> 32 ^ counter[3] ^ key[1],
            a % 2**32,
        ]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return counter


def probability(field, seed, step, column, row):
    key = mixed(mixed(mixed(mixed(seed) ^ fnv1a("stochastic")) ^ fnv1a(field)) ^ step)
    group = row // 4
    counter = [group % 2**32, group >> 32, column % 2**32, column >> 32]
    return (philox(counter, [key % 2**32, key >> 32])[row % 4] + 0.5) / 2**32


def normal(*where):
    return NormalDist().inv_cdf(probability(*where))


def test_philox_is_the_published_one():
    found = philox([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0])
    assert found == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


@pytest.mark.parametrize("seed, step", [(0, 0), (42, 7), (2**62, 2**40)])
def test_numbers_are_those_of_the_reference(emulator, seed, step):
    columns = np.array([1, 70, 2**33, 2**40 + 5])
    found = emulator.predict(cold(4), seed=seed, step=step, columns=columns)
    for i, column in enumerate(columns.tolist()):
        assert found["flux"][i] == probability("phase", seed, step, column, 0)
        for level in range(NLEV):
            where = ("noise", seed, step, column)
            expected = normal(*where, level) + 10 * normal(*where, NLEV + level)
            # both take the tails' logarithm within two units in the last place
            assert found["heating"][i, level] == pytest.approx(expected, rel=1e-14, abs=1e-14)


# ---- Emulator.predict


def host_run(path, steps, ncol, block, keys=""):
    """What a host gets in its last step: heating, flux; and its log."""
    text = f"[scheme.clouds]\nmode = 'emulate'\nemulator = '{path}'\n{keys}"
    heating, flux = np.empty((ncol, NLEV)), np.empty(ncol)
    with Domain(text=text, column=np.arange(1, ncol + 1)) as domain:
        with domain.scheme("clouds") as scheme:
            for step in steps:
                domain.step(step, dt=600.0)
                for start in range(0, ncol, block):
                    at = slice(start, min(start + block, ncol))
                    with scheme.open(at.stop - start, first=start + 1) as call:
                        call.put("temperature", np.zeros(at.stop - start))
                        call.run()
                        call.get("heating", heating[at])
                        call.get("flux", flux[at])
    return {"heating": heating, "flux": flux}


def same_bits(one, other):
    return all(one[name].tobytes() == other[name].tobytes() for name in one)


@pytest.mark.parametrize("block", [1, 7, 32, 50])
def test_predict_draws_what_a_host_gets(path, emulator, block):
    run = host_run(path, [1, 2, 3], 50, block, "seed = 5\n")
    assert same_bits(run, emulator.predict(cold(50), seed=5, step=3))
    assert not same_bits(run, emulator.predict(cold(50), seed=5, step=2))
    assert not same_bits(run, emulator.predict(cold(50), seed=4, step=3))


def test_predict_draws_by_column(emulator):
    whole = emulator.predict(cold(50), step=1)
    some = emulator.predict(cold(3), step=1, columns=[7, 50, 2])
    for name, values in some.items():
        np.testing.assert_array_equal(values, whole[name][[6, 49, 1]])


def test_the_same_draw_is_the_same_whatever_was_drawn_between(emulator):
    first = emulator.predict(cold(4), seed=1, step=1)
    for seed in range(12):
        emulator.predict(cold(4), seed=seed, step=9)
    assert same_bits(first, emulator.predict(cold(4), seed=1, step=1))


def test_correlated_noise_is_that_of_a_first_step(python_plugin, write_emulator):
    path = write_emulator(stochastic_card(correlation_time=3600.0), _PROGRAM)
    with Emulator(path) as emulator:
        drawn = emulator.predict(cold(50), step=8)
        emulator.predict(cold(50), step=9)
        assert same_bits(drawn, emulator.predict(cold(50), step=8))
    assert same_bits(drawn, host_run(path, [8], 50, 16))
    later = host_run(path, [7, 8], 50, 16)
    assert later["heating"].tobytes() != drawn["heating"].tobytes()
    assert later["flux"].tobytes() == drawn["flux"].tobytes()  # the phase has no memory


def test_given_noise_is_used(emulator):
    noise = np.arange(3.0 * NLEV * NSPECIES).reshape(3, NLEV, NSPECIES)
    phase = np.array([5, 6, 7], np.float32)
    found = emulator.predict(cold(3) | {"noise": noise, "phase": phase})
    np.testing.assert_array_equal(found["heating"], noise[..., 0] + 10 * noise[..., 1])
    np.testing.assert_array_equal(found["flux"], [5, 6, 7])


def test_given_noise_says_nothing_of_the_outputs_kind(emulator):
    fields = {"temperature": np.zeros(3, np.float32), "phase": np.zeros(3)}
    fields |= {"noise": np.zeros((3, NLEV, NSPECIES))}
    assert emulator.predict(fields)["flux"].dtype == np.float32


@pytest.mark.parametrize("kind, orientation", [("real32", "top_down"), ("real64", "bottom_up")])
def test_a_recording_explains_its_results(
    python_plugin, netcdf_plugin, write_emulator, tmp_path, kind, orientation
):
    path = write_emulator(stochastic_card(kind, correlation_time=3600.0), _PROGRAM)
    text = f"[scheme.clouds]\nmode = 'emulate'\nemulator = '{path}'\n"
    text += f"[scheme.clouds.record]\npath = '{tmp_path}/clouds.nc'\n"
    with Domain(text=text, column=np.arange(1, 21)) as domain:
        with domain.scheme("clouds", orientation) as scheme:
            for step in (1, 2, 3):
                domain.step(step, dt=600.0)
                with scheme.open(20) as call:
                    call.put("temperature", np.linspace(0, 1, 20))
                    call.run()
                    call.get("heating", np.empty((20, NLEV)))
                    call.get("flux", np.empty(20))
    recording = open_recording(tmp_path / "clouds.nc")
    noise = recording["input"]["noise"]
    assert noise.shape == (60, NLEV, NSPECIES) and noise.role == "noise" and noise.units == "1"
    inputs = {name: one.values for name, one in recording["input"].data_vars.items()}
    with Emulator(path, orientation=orientation) as emulator:
        found = emulator.predict(inputs)
    for name, values in recording["emulated"].data_vars.items():
        np.testing.assert_array_equal(found[name], values)


def test_the_page(builtin_plugin, netcdf_plugin, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "stochastic.md").read_text(encoding="utf-8")
    toml, python = (re.search(rf"```{one}\n(.*?)```", text, re.S)[1] for one in ("toml", "python"))
    heating = Field("heating", "K s-1", "tendency", "real", ("column",))
    wave = noise_field(name="wave", dims=("column",), levels=None)
    card = Card("convection", "column", "real32", (heating, wave), (heating,))
    export(torch.nn.Linear(2, 1), card, "convection.safetensors")
    with Domain(text=toml + "[scheme.convection.record]\npath = 'convection.nc'\n") as domain:
        domain.step(1, dt=600.0)
        with domain.scheme("convection") as scheme, scheme.open(5) as call:
            call.put("heating", np.ones(5))
            call.run()
            call.get("heating", np.empty(5))
    names = {"pyhybrid": pyhybrid}
    exec(python.replace("# with the noise of the run", "; first = y"), names)
    recorded = open_recording("convection.nc")["emulated"]["heating"].values
    np.testing.assert_array_equal(names["first"]["heating"], recorded)
    assert (names["y"]["heating"] != recorded).all()


def test_a_generator_of_noise_alone(python_plugin, write_emulator):
    card = Card(
        "pattern", "box", "real64", (noise_field(),),
        (Field("pattern", "1", "state", "real", LEVEL),),
    )  # fmt: skip
    path = write_emulator(card, "def emulate(x):\n    return x\n")
    with Emulator(path) as emulator:
        pattern = emulator.predict({}, columns=np.arange(1, 41))["pattern"]
    assert pattern.shape == (40, NLEV)
    assert len(np.unique(pattern)) == pattern.size


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"seed": -1}, errors.ConfigError, "seed: expected an integer from 0"),
        ({"seed": 1.5}, errors.ArgumentError, "seed: expected a whole number .*, found 1.5"),
        ({"seed": 2**63}, errors.ArgumentError, "seed: expected a whole number of 64 bits, found"),
        ({"step": "1"}, errors.ArgumentError, "step: expected a whole number .*, found '1'"),
        ({"columns": [1, 2]}, errors.ShapeError, "columns: expected 3, as the inputs, found 2"),
        ({"columns": [1, 2, 2]}, errors.ArgumentError, "expected each once, found 2 twice"),
        ({"columns": [0, 1, 2]}, errors.ArgumentError, "expected 1 or more, found 0"),
        ({"columns": [1.0, 2.0, 3.0]}, errors.ArgumentError, "expected whole numbers of rank 1"),
        ({"columns": 3}, errors.ArgumentError, "columns: expected whole numbers of rank 1"),
    ],
)
def test_odd_draws_are_refused(emulator, options, error, message):
    with pytest.raises(error, match=message):
        emulator.predict(cold(3), **options)
    emulator.predict(cold(3))


def test_noise_is_given_whole_or_not_at_all(emulator):
    given = {"phase": np.zeros(3)}
    with pytest.raises(errors.FieldError, match="all noise .* or none of it, found no 'noise'"):
        emulator.predict(cold(3) | given)
    given |= {"noise": np.zeros((3, NLEV, NSPECIES))}
    with pytest.raises(errors.ArgumentError, match="'seed': expected none, as the noise is given"):
        emulator.predict(cold(3) | given, seed=0)
    with pytest.raises(errors.FieldError, match="every input of the card .*, found no 'temp"):
        emulator.predict(given)


def test_other_emulators_draw_nothing(plain, columns):
    message = "'step' and 'columns': expected none, as the card has no noise, found some"
    with Emulator(plain) as emulator, pytest.raises(errors.ArgumentError, match=message):
        emulator.predict(columns, step=1, columns=np.arange(1, 51))


def test_a_host_does_not_put_it(path):
    text = f"[scheme.clouds]\nmode = 'emulate'\nemulator = '{path}'\n"
    with Domain(text=text) as domain, domain.scheme("clouds") as scheme:
        call = scheme.open(3)
        with pytest.raises(errors.FieldError, match="'phase' of role 'noise': expected no put"):
            call.put("phase", np.zeros(3))


def test_matrices_hold_the_noise(emulator):
    x = np.zeros((3, NLEV * NSPECIES + 2))
    x[:, 0], x[:, -2] = 3, 4
    y = emulator.run(x)
    np.testing.assert_array_equal(y[:, 0], 3)
    np.testing.assert_array_equal(y[:, -1], 4)


# ---- Cards


def test_noise_is_normal_unless_said():
    assert noise_field().distribution == "normal"
    card = stochastic_card(correlation_time=60.0)
    assert Card.from_json(card.to_json()) == card
    assert Field("t", "K", "state", "real", ("column",)).distribution is None


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"unit": "K"}, "unit of role 'noise': expected '1', found 'K'"),
        ({"dims": (), "levels": None}, "dims of role 'noise': expected an axis 'column'"),
        ({"normalisation": {"offset": 0, "scale": 1}}, "normalisation of role 'noise'"),
        ({"kind": "integer"}, "kind of role 'noise': expected 'real'"),
        ({"distribution": "gauss"}, "distribution: expected one of 'normal' and 'uniform'"),
        ({"correlation_time": 0}, "correlation_time: expected a number above 0, found 0"),
        ({"correlation_time": "1 h"}, "correlation_time: expected a number above 0"),
        ({"correlation_time": 60, "distribution": "uniform"}, "expected 'normal', found 'uniform'"),
        ({"correlation_time": 60, "levels": None}, "levels: expected a positive integer"),
        ({"role": "state", "distribution": "normal"}, "expected none, as the role is 'state'"),
        ({"role": "state", "correlation_time": 60}, "expected none, as the role is 'state'"),
    ],
)
def test_odd_noise_is_refused(changed, message):
    with pytest.raises(errors.CardError, match=message):
        noise_field(**changed)


def test_outputs_are_no_noise():
    with pytest.raises(errors.CardError, match="output 'noise': role: expected another than"):
        Card("a", "column", "real32", (noise_field(),), (noise_field(),))


def test_the_library_reads_what_is_written(python_plugin, write_emulator):
    for more in ({}, {"distribution": "normal"}, {"correlation_time": 60.0}):
        card = stochastic_card(**more)
        with Emulator(write_emulator(card, _PROGRAM)) as emulator:
            assert emulator.card == card
