# SPDX-License-Identifier: BSD-3-Clause
"""The coupled model against the unmodified one, bit for bit, in every mode and build."""

import re
import shutil
import signal
import subprocess

import netCDF4
import numpy as np
import pytest
from climate import read_climate
from exoplasim_files import EMULATORS, emulated
from model import SERIAL, SINGLE_PRECISION, TWO_RANKS, Variant
from recordings import read
from runs import SCHEMES, STEPS_PER_DAY
from scores import scores_of

import pyhybrid
from pyhybrid import open_recording

COLUMNS = 2048
KICKS = 3  # short initial steps of a cold start
NATIVE = dict.fromkeys(SCHEMES, {"mode": "native"})


def recorded(*schemes, **table):
    return {scheme: {"mode": "record", "record": table} for scheme in schemes}


def same_state(one, other):
    """All that the model keeps, byte for byte."""
    return one.restart.read_bytes() == other.restart.read_bytes()


@pytest.fixture(scope="module")
def days(boundary, unmodified, tmp_path_factory):
    """The unmodified model after some days from rest."""
    from runs import Run

    done = {}

    def days(count):
        if count not in done:
            folder = tmp_path_factory.mktemp("unmodified") / str(count)
            done[count] = Run(folder, unmodified, count).run(boundary)
        return done[count]

    return days


# ---- Modes


@pytest.mark.parametrize(
    "schemes",
    [
        {},
        NATIVE,
        recorded(*SCHEMES, steps=0.1),
        emulated(*SCHEMES, mode="shadow"),
        emulated(*SCHEMES, mode="shadow", record={"tiles": 0.1}),
    ],
    ids=["no table", "native", "record", "shadow", "shadow and record"],
)
def test_host_keeps_every_bit(run, days, schemes):
    assert same_state(run("coupled", schemes), days(1))


def test_another_day_has_other_bits(days):
    assert not same_state(days(1), days(3))


def test_emulators_do_something(run, days, chosen):
    coupled = run("coupled", emulated(*chosen))
    assert not same_state(coupled, days(1))
    for scheme in chosen:
        statistics = coupled.statistics["schemes"][scheme]
        assert statistics["mode"] == "emulate"
        assert statistics["calls"] >= STEPS_PER_DAY
        assert statistics["columns"] == COLUMNS * statistics["calls"]
        assert statistics["seconds"]["native"] == 0
        assert statistics["failures"] == statistics["outputs_not_finite"] == 0


@pytest.fixture(scope="module")
def recording(boundary, hybrid, tmp_path_factory):
    """Three days of all that goes into the schemes and comes out, 1.2 GB for some tests."""
    from runs import Run

    folder = tmp_path_factory.mktemp("recording") / "run"
    yield Run(folder, hybrid, 3, schemes=recorded(*SCHEMES)).run(boundary)
    shutil.rmtree(folder)


def replayed(recording, *schemes):
    return {
        scheme: {"mode": "replay", "replay": {"path": str(recording.folder / f"{scheme}.0.nc")}}
        for scheme in schemes
    }


def test_full_recording_keeps_every_bit(recording, days):
    assert same_state(recording, days(3))


def test_replay_gives_every_bit_without_the_native_routine(run, days, recording, chosen):
    coupled = run("replay", replayed(recording, *chosen), days=3)
    assert same_state(coupled, days(3))
    for scheme in chosen:
        statistics = coupled.statistics["schemes"][scheme]
        assert statistics["calls"] == 3 * STEPS_PER_DAY + KICKS
        assert statistics["seconds"]["native"] == 0
    assert "differs" not in (coupled.folder / "hybrid.0.log").read_text()


def test_replay_of_too_few_days_fails(run, recording):
    """So the recording is what the model runs on."""
    with pytest.raises(RuntimeError, match=r"expected step \d+ in the recording, found none"):
        run("replay", replayed(recording, "convection"), days=4)


@pytest.mark.parametrize(
    "scheme, variable",
    [
        ("convection", "native/convective_cloud_flag"),
        ("convection", "native/number_of_convective_cloud_layers"),
        ("shortwave", "native/net_downward_shortwave_flux_in_air"),
        ("longwave", "native/net_downward_longwave_flux_in_air"),
    ],
)
def test_replay_needs_every_output(run, days, tmp_path, scheme, variable):
    """Side outputs too: one that is wrong in the recording shows in the state."""
    one_day = run("recorded", recorded(scheme))
    with netCDF4.Dataset(one_day.folder / f"{scheme}.0.nc", "a") as file:
        file[variable][:] = file[variable][:][::-1]
    try:
        coupled = run("replay", replayed(one_day, scheme))
    except RuntimeError:
        return  # a cloud without rain can be the end of it
    assert not same_state(coupled, days(1))


def test_recording_holds_every_step_and_column(recording):
    tree = open_recording(recording.folder / "convection.0.nc")
    step = np.unique(tree["step"].values)
    np.testing.assert_array_equal(np.diff(step), 1)
    assert len(step) == 3 * STEPS_PER_DAY + KICKS
    assert tree.sizes["sample"] == len(step) * COLUMNS
    heat = "tendency_of_air_temperature"
    one = {g: tree[g][heat].isel(sample=slice(-COLUMNS, None)).values for g in tree.children}
    np.testing.assert_array_equal(one["native"], one["after"] - one["input"])
    tree.close()


# ---- Builds


@pytest.mark.parametrize("variant", [SERIAL, SINGLE_PRECISION, TWO_RANKS])
def test_traps_are_asked_for(variant):
    assert "-ffpe-trap=invalid,zero,overflow" in variant.environment()["MOST_F90_OPTS"]


def test_traps_are_compiled_in(run, write_python_emulator):
    """What is not a number is the end of this host, where no guard keeps it away."""
    path = write_python_emulator("longwave", "np.full((len(x), outputs), np.nan)")
    with pytest.raises(RuntimeError, match=f"ended with -{signal.SIGFPE.value}"):
        emulator = {"mode": "emulate", "emulator": str(path), "guard": {"finite": "pass"}}
        run("coupled", {"longwave": emulator})


@pytest.fixture
def write_python_emulator(tmp_path):
    """A Python emulator with the card of a shipped one; its result is an expression."""
    if not (pyhybrid.library_dir() / "libhybrid_python.so").is_file():
        pytest.skip("libhybrid_python.so was not built")

    def write(scheme, result):
        with pyhybrid.Emulator(EMULATORS / f"{scheme}.safetensors") as emulator:
            card = emulator.card
        path = tmp_path / f"{scheme}.py"
        path.write_text(
            "import json\n\nimport numpy as np\n\n"
            f"card = json.loads({card.to_json()!r})\noutputs = {card.noutput}\n\n\n"
            f"def emulate(x):\n    return np.asarray({result}, np.float32)\n"
        )
        return path

    return write


def test_failing_emulator_ends_the_run_with_its_message(run, write_python_emulator):
    path = write_python_emulator("shortwave", "x / (len(x) - len(x) // 1 or missing)")
    with pytest.raises(RuntimeError, match="NameError: name 'missing' is not defined"):
        run("coupled", {"shortwave": {"mode": "emulate", "emulator": str(path)}})


def test_real32(run, hybrid_real32):
    unmodified = hybrid_real32.with_name("plasim_unmodified.x")
    native = run("unmodified", executable=unmodified)
    for name, schemes in (("native", NATIVE), ("shadow", emulated(*SCHEMES, mode="shadow"))):
        assert same_state(run(name, schemes, executable=hybrid_real32), native)
    assert_runs_coupled(run("coupled", emulated(*SCHEMES), executable=hybrid_real32))


def test_two_ranks(run, hybrid_two_ranks):
    unmodified = hybrid_two_ranks.with_name("plasim_unmodified.x")
    native = run("unmodified", executable=unmodified, ranks=2)
    for name, schemes in (("native", NATIVE), ("shadow", emulated(*SCHEMES, mode="shadow"))):
        assert same_state(run(name, schemes, executable=hybrid_two_ranks, ranks=2), native)
    assert_runs_coupled(run("coupled", emulated(*SCHEMES), executable=hybrid_two_ranks, ranks=2))


def assert_runs_coupled(run):
    """A day of a world that looks like the Earth."""
    climate = read_climate(run.folder)
    assert climate.days * STEPS_PER_DAY >= STEPS_PER_DAY
    assert climate.lowest_humidity >= 0
    assert 230 < climate.mean(climate.temperature).mean() < 280
    for scheme in SCHEMES:
        assert run.statistics["schemes"][scheme]["mode"] == "emulate"


def test_ranks_record_their_own_columns(run, hybrid_two_ranks):
    tables = recorded(*SCHEMES, tiles=0.2, tile_columns=16)
    one, two = run("one", tables), run("two", tables, executable=hybrid_two_ranks, ranks=2)
    for scheme in SCHEMES:
        files = sorted(path.name for path in two.folder.glob(f"{scheme}.*.nc"))
        assert files == [f"{scheme}.0.nc", f"{scheme}.1.nc"]
        alone = open_recording(one.folder / f"{scheme}.0.nc")
        ranks = open_recording(str(two.folder / f"{scheme}.*.nc"))
        for name in ("step", "column", "lat", "lon"):
            np.testing.assert_array_equal(alone[name], ranks[name])
        assert_close_at_first(alone, ranks)
        for tree in (alone, ranks):
            tree.close()


def assert_close_at_first(alone, ranks):
    """The model's own sums depend on its ranks in the last bits."""
    first = alone["step"].values == alone["step"].values.min()
    for group in ("input", "native"):
        for name, variable in alone[group].data_vars.items():
            found = ranks[group][name].values[first]
            np.testing.assert_allclose(
                found, variable.values[first], rtol=1e-9, atol=1e-12, err_msg=name
            )


# ---- Skill inside the model


@pytest.mark.parametrize("scheme", SCHEMES)
def test_skill_in_the_model_is_that_of_the_card(shadow, scheme):
    with pyhybrid.Emulator(EMULATORS / f"{scheme}.safetensors") as emulator:
        offline = emulator.card.scores["r2"]
    samples = read(shadow.folder / f"{scheme}.0.nc")
    found = scores_of(scheme, samples.inputs, samples.native, samples.emulated)["r2"]
    gaps = {name: abs(found[name] - value) for name, value in offline.items()}
    assert max(gaps.values()) <= 0.02, gaps


@pytest.fixture(scope="module")
def shadow(boundary, hybrid, spun_up, tmp_path_factory):
    """Five days of all emulators in shadow mode."""
    from runs import Run

    folder = tmp_path_factory.mktemp("shadow") / "run"
    schemes = emulated(*SCHEMES, mode="shadow", record={"steps": 0.2, "kind": "real32"})
    yield Run(folder, hybrid, 5, spun_up, schemes).run(boundary)
    shutil.rmtree(folder)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_statistics_score_what_the_recording_holds(shadow, scheme):
    """The scores of all steps, by the library, are those of the recorded ones."""
    samples = read(shadow.folder / f"{scheme}.0.nc")
    scores = shadow.statistics["schemes"][scheme]["scores"]
    assert scores.keys() == samples.emulated.keys()
    for name, score in scores.items():
        native = samples.native[name].astype(float)
        error = np.sqrt(((samples.emulated[name] - native) ** 2).mean())
        assert score["rmse"] == pytest.approx(error, rel=0.5, abs=1e-12), name


def test_glue_is_all_that_the_model_misses(hybrid):
    """The model's own routines are still there, under their second names."""
    symbols = subprocess.run(["nm", hybrid], check=True, capture_output=True, text=True).stdout
    for routine in ("lwr", "swr", "kuo", "radstop"):
        addresses = re.findall(rf"^(\w+) \w ({routine}_|native_{routine}_)$", symbols, re.M)
        assert len(addresses) == 2 and addresses[0][0] != addresses[1][0]


def test_variants_have_folders_of_their_own():
    assert len({variant.name for variant in (SERIAL, SINGLE_PRECISION, TWO_RANKS)}) == 3
    assert Variant("x", real64=False).kind_flag == ""
