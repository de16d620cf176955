# SPDX-License-Identifier: BSD-3-Clause
"""Fields of every sort: orientation, species, one value for all columns, truth values, unused."""

import numpy as np
import pytest
from recorded_runs import card

import pyhybrid
from pyhybrid import Card, Domain, Emulator, Field, open_recording
from pyhybrid.validation import Plan, validate
from pyhybrid.validation.replaying import replay
from pyhybrid.validation.result import as_json

NCOL, NLEV, NSPEC = 12, 3, 2
LEVEL = ("column", "level")
SORTS = Card(
    "sorts", "column", "real32",
    (Field("time_step", "s", "state", "real", ()),
     Field("tracers", "kg kg-1", "state", "real", (*LEVEL, "species"), NLEV, NSPEC,
           normalisation={"offset": 1.0, "scale": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}),
     Field("land", "1", "flag", "logical", ("column",))),
    (Field("tracers", "kg kg-1", "state", "real", (*LEVEL, "species"), NLEV, NSPEC,
           valid_range={"max": [9.0, 9.0, 9.0, 1.0, 1.0, 1.0]}),
     Field("wet", "1", "flag", "logical", ("column",))),
)  # fmt: skip
PROGRAM = """\
import numpy as np

def emulate(x):
    tracers = x[:, 1:7] * np.array([1, 2, 3, 4, 5, 6], 'f4') + 1 + x[:, :1] * np.float32(1e-3)
    return np.concatenate([tracers, (x[:, 7:] > 0) * np.float32(1)], axis=1)
"""


@pytest.fixture
def sorts(python_plugin, write_emulator):
    return write_emulator(SORTS, PROGRAM, "sorts.py")


@pytest.fixture
def run(netcdf_plugin, tmp_path, sorts):
    """Five steps of changing length; returns the recording and what native gave."""

    def make(orientation="top_down", kind="f8", mode="shadow"):
        path = tmp_path / "sorts.nc"
        text = f"[scheme.s]\nmode = '{mode}'\nemulator = '{sorts}'\nrecord.path = '{path}'\n"
        given = []
        with Domain(text=text, column=np.arange(1, NCOL + 1)) as domain:
            with domain.scheme("s", orientation) as scheme:
                for one in SORTS.inputs + SORTS.outputs[1:]:
                    scheme.field(one.name, one.unit, one.role, " ".join(one.dims) or None)
                for step in range(1, 6):
                    domain.step(step, dt=600.0)
                    given.append(_step(scheme, step, kind))
        return path, *map(np.concatenate, zip(*given, strict=True))

    return make


def _step(scheme, step, kind):
    random = np.random.default_rng(step)
    tracers = random.uniform(0, 10, (NCOL, NLEV, NSPEC)).astype(kind)
    land = random.integers(0, 2, NCOL, dtype="i4")
    after = tracers + random.normal(0, 0.1, tracers.shape).astype(kind)
    with scheme.open(NCOL) as call:
        call.put("time_step", np.array(300.0 * step, kind))
        call.put("tracers", tracers)
        call.put("land", land, logical=True)
        call.run()
        call.get("tracers", after.copy())
        call.get("wet", 1 - land, logical=True)
    return tracers, after, land


def numbers(path, recording):
    (found,) = as_json(validate(Plan((path,), (str(recording),))))["emulators"].values()
    return found


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("orientation", ["top_down", "bottom_up"])
def test_scores_are_those_of_predict(run, sorts, orientation, kind):
    recording, before, after, land = run(orientation, kind)
    found = numbers(sorts, recording)
    parts = []
    with Emulator(sorts, orientation=orientation) as emulator:
        for step in range(5):
            here = slice(step * NCOL, (step + 1) * NCOL)
            inputs = {"time_step": np.array(300.0 * (step + 1), kind), "tracers": before[here],
                      "land": land[here]}  # fmt: skip
            parts.append(emulator.predict(inputs)["tracers"])
    emulated = np.concatenate(parts).astype("f8")
    error = emulated - after.astype("f8")
    field = found["field"]["tracers"]
    np.testing.assert_allclose(
        field["rows"]["rmse"], np.sqrt((error**2).mean(0)), rtol=1e-12
    )
    for species in range(NSPEC):
        one = field["by_species"][species]
        assert one["bias"] == pytest.approx(error[..., species].mean(), rel=1e-9)
    change = found["field"]["tracers (change)"]
    assert change["rmse"] == pytest.approx(field["rmse"], rel=1e-6)
    assert change["r2"] < field["r2"]
    assert found["field"]["wet"]["agreement"] == 0.0  # native is the opposite
    assert field["above"] == (emulated > [9.0, 1.0]).sum() and field["below"] == 0


@pytest.mark.parametrize("orientation", ["top_down", "bottom_up"])
def test_a_shadow_is_replayed(run, sorts, orientation):
    found = replay(sorts, (str(run(orientation)[0]),))
    assert found.same and found.fields["tracers"].values == 5 * NCOL * NLEV * NSPEC


def test_a_species_that_differs_is_named(run, sorts):
    import netCDF4

    recording = run()[0]
    with netCDF4.Dataset(recording, "a") as file:
        file["emulated"]["tracers"][17, 1, 1] = 77.0
    first = replay(sorts, (str(recording),)).first
    assert (first.step, first.column, first.level, first.species) == (2, 6, 2, 2)
    assert first.recorded == 77.0


def test_outputs_that_the_host_never_takes_are_not_scored(
    python_plugin, write_emulator, recording, emulator
):
    more = Field("cloud_top", "Pa", "state", "real", ("column", "level"), 5)
    program = "import numpy as np\n\ndef emulate(x):\n    return np.zeros((x.shape[0], 12))\n"
    path = write_emulator(card(outputs=(*card().outputs, more)), program, "more.py")
    assert set(numbers(path, recording)["field"]) == {"drying", "rain", "deep"}


def test_columns_lie_in_any_order(record, emulator):
    """Blocks of a run with threads are recorded as they are closed."""
    path = emulator()
    one = numbers(path, record("one.nc"))["field"]["drying"]
    other = numbers(path, record("other.nc", block=7, columns=np.arange(40, 0, -1)))
    assert other["field"]["drying"]["rmse"] == pytest.approx(one["rmse"], rel=1e-12)


def test_a_recording_of_real32_is_scored_in_real64(record, emulator):
    recording = record(record="kind = 'real32'\n")
    rain = open_recording(recording)["native"]["rain"].values
    assert rain.dtype == np.float32
    found = numbers(emulator(), recording)["field"]["rain"]
    assert found["native_mean"] == pytest.approx(rain.mean(dtype="f8"), rel=1e-12)


def test_a_closed_domain_leaves_nothing_behind(run, sorts, tmp_path, monkeypatch):
    """Temporary files of a replay are gone, also where it failed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    recording = run()[0]
    replay(sorts, (str(recording),))
    sorts.write_text(sorts.read_text() + "\n\ndef emulate(x):\n    return 'nothing'\n")
    with pytest.raises(pyhybrid.HybridError):
        replay(sorts, (str(recording),))
    assert list((tmp_path / "t").iterdir()) == []
