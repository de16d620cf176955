# SPDX-License-Identifier: BSD-3-Clause
"""The coupled comparison of the column model: what it measures, accepts and refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from column_cases import ROOT, built, persistence_emulator
from column_coupled import PERTURBATION, compare, fingerprints, perturbed, run_coupled
from column_figures import MODES, SOLUBLE, SPECIES, Output
from column_host import Variant
from column_places import ZONES
from column_recordings import CASES, SOURCES
from column_runs import SCHEME, STEPS_PER_DAY, ColumnRun
from column_sizes import RADII, SIGMA, size_distribution, size_errors
from columns import make_columns

from pyhybrid import open_recording

EXAMPLE = Path(__file__).parents[3] / "examples" / "aerosol_columns"
SHIPPED = EXAMPLE / "emulators" / "m7.safetensors"
NUMBERS = {f"N_{mode}" for mode in MODES}


def native_run(folder: Path, every: int = 8, **options) -> ColumnRun:
    """A run that is ready to be made, with each so many longitudes and latitudes."""
    columns = make_columns(ROOT, ROOT / f"columns_{every}.nc", every)
    options = {"steps": STEPS_PER_DAY, "output_every": STEPS_PER_DAY, **options}
    return ColumnRun(folder, built(Variant()), {"columns": columns, **options})


@pytest.fixture(scope="session")
def native(tmp_path_factory) -> ColumnRun:
    """Two days from clean air."""
    run = native_run(tmp_path_factory.mktemp("coupled") / "native", steps=2 * STEPS_PER_DAY)
    run.run()
    return run


# ---- Members


def tracers(path: Path) -> np.ndarray:
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return file["tracers"][0]


def test_members_start_a_thousandth_away(native, tmp_path):
    before = tracers(native.restart)
    after = tracers(perturbed(native.restart, tmp_path / "one.nc", 1))
    assert before.min() == 0 and after.min() == 0
    np.testing.assert_array_equal(after == 0, before == 0)
    many = before[(before > 0).sum(axis=(1, 2)) > 500]
    moved = after[(before > 0).sum(axis=(1, 2)) > 500]
    ratio = np.divide(moved, many, out=np.full_like(many, np.nan), where=many > 0) - 1
    own, shared = np.nanstd(ratio, axis=(1, 2)), np.nanmean(ratio, axis=(1, 2))
    # 4 standard errors of 500 numbers; of 5 and more.
    np.testing.assert_allclose(own, PERTURBATION, rtol=4 / np.sqrt(1000))
    assert 0.3 < np.sqrt(np.mean(shared**2)) / PERTURBATION < 2


def test_members_are_seeded(native, tmp_path):
    one, same, other = (
        tracers(perturbed(native.restart, tmp_path / f"{name}.nc", seed))
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    assert np.array_equal(one, same) and not np.array_equal(one, other)


# ---- Water


@pytest.fixture(scope="session")
def recorded(tmp_path_factory) -> ColumnRun:
    run = native_run(tmp_path_factory.mktemp("recorded") / "recorded", steps=4, output_every=2)
    run.hybrid = f'[scheme.{SCHEME}]\nmode = "record"\n'
    run.run()
    return run


def test_water_of_the_output_is_what_m7_gave(recorded):
    """Of the output's steps, 2 and 4."""
    tree = open_recording(recorded.folder / f"{SCHEME}.0.nc")
    with netCDF4.Dataset(recorded.output) as file:
        found = file["water_burden"][:]
    with netCDF4.Dataset(recorded.options["columns"]) as file:
        layers = np.diff(file["pressure_bounds"][:]) / 9.80665
    for index, step in enumerate((2, 4)):
        chosen = np.flatnonzero(tree["step"].values == step)
        chosen = chosen[np.argsort(tree["column"].values[chosen])]
        water = tree["native"]["aerosol_water_mixing_ratios"].values[chosen]
        burden = np.einsum("clm,l->mc", water, layers)
        assert burden.min() >= 0 and burden.max() > 0
        np.testing.assert_allclose(found[index], burden, rtol=1e-12, atol=0)


def test_water_does_not_depend_on_blocks(native, tmp_path):
    other = native_run(tmp_path / "other", steps=2 * STEPS_PER_DAY, nproma=5)
    other.run()
    assert np.array_equal(Output(other.output).water, Output(native.output).water)


# ---- Sizes


def test_size_distributions_hold_all_particles(native):
    """Their integral is the number, whatever the radii; the grid leaves out tails of 0.5 %."""
    with netCDF4.Dataset(native.restart) as file:
        file.set_auto_mask(False)
        area = file["area"][:] / file["area"][:].sum()
        number = file["tracers"][0, 20:26, -1, :].sum(axis=0) @ area * 1.2922e-6
        fresh = file["tracers"][0, 19, -1, :] @ area * 1.2922e-6
    integral = np.trapezoid(size_distribution(native.restart, 1000e2), np.log(RADII))
    assert number * 0.995 < integral < (number + fresh) * 1.005
    assert SIGMA["CS"] == 2.0


def test_errors_of_sizes_are_those_of_numbers(native, tmp_path):
    """Half as many again of the same particles: half too many at each radius and level."""
    more = shutil.copy(native.restart, tmp_path / "more.nc")
    with netCDF4.Dataset(more, "a") as file:
        file.set_auto_mask(False)
        file["tracers"][:] = 1.5 * file["tracers"][:]
    found = size_errors(native.restart, more, [native.restart])
    assert [level["pressure"] for level in found] == [1000e2, 700e2, 400e2]
    for level in found:
        # Where a mode has hardly a particle the other has one: a millionth of all at most.
        assert level["largest"] == pytest.approx(0.5, rel=1e-6)
        assert level["members_largest"] == 0.0
        assert RADII[0] <= level["radius"] <= RADII[-1]
    assert size_errors(native.restart, more)[0]["members_largest"] is None


# ---- Runs


def test_a_run_is_as_good_as_itself(native):
    summary = compare(native, native, native)
    assert summary["rejected"] == []
    assert set(summary["burdens"]) == {*SPECIES, *NUMBERS}
    assert set(summary["water"]) == {f"water_{mode}" for mode in SOLUBLE}
    for found in (*summary["burdens"].values(), *summary["water"].values(), *summary["sizes"]):
        assert found["largest"] == found["members_largest"] == 0
    for found in (*summary["burdens"].values(), *summary["water"].values()):
        assert found["columns"] == found["members_columns"] == 0
        assert found["zones"] == found["members_zones"] == dict.fromkeys(ZONES, 0.0)


def test_a_burden_that_is_off_is_found(native, tmp_path):
    """By how much, with which sign, and no other."""
    shutil.copytree(native.folder, tmp_path / "other")
    other = ColumnRun(tmp_path / "other", native.executable, dict(native.options))
    output = Output(native.output)
    with netCDF4.Dataset(other.output, "a") as file:
        file["burden"][:, output.names.index("N_AI")] *= 0.97
        file["water_burden"][:, 1] *= 1.05
    summary = compare(native, other)
    assert summary["rejected"] == ["N_AI"]
    assert summary["burdens"]["N_AI"]["bias"] == pytest.approx(-0.03, rel=1e-9)
    assert summary["water"]["water_KS"]["bias"] == pytest.approx(0.05, rel=1e-9)
    assert summary["water"]["water_KS"]["accepted"] is False
    assert summary["burdens"]["N_AI"]["columns"] == pytest.approx(0.03, rel=1e-9)
    assert summary["burdens"]["N_AI"]["zones"]["30S-30N"] == pytest.approx(-0.03, rel=1e-9)
    assert summary["burdens"]["N_AI"]["members_columns"] is None
    assert set(summary["burdens"]["N_AI"]["members_zones"].values()) == {None}


def test_an_error_that_the_mean_hides_is_told(native, tmp_path):
    """North and south of the equator, of the last day."""
    shutil.copytree(native.folder, tmp_path / "other")
    other = ColumnRun(tmp_path / "other", native.executable, dict(native.options))
    output = Output(native.output)
    tracer = output.names.index("N_AS")
    last = output.burden[-1, tracer] * output.area
    north = np.where(output.lat > 0, 1.0, 0.0)
    share = 0.3 * np.where(north == 1, 1.0, -(last @ north) / (last @ (1 - north)))
    with netCDF4.Dataset(other.output, "a") as file:
        file["burden"][-1, tracer] *= 1 + share
    found = compare(native, other, other)["burdens"]["N_AS"]
    assert abs(found["last"]) < 1e-12 and found["accepted"] is True
    assert found["columns"] == pytest.approx(0.6 * (last @ north) / last.sum(), rel=1e-9)
    assert found["zones"]["60N-90N"] == pytest.approx(0.3, rel=1e-9)
    assert found["zones"]["90S-60S"] < 0 < found["members_zones"]["90S-60S"]
    assert found["members_columns"] == found["columns"]


# ---- Which emulator it was


def test_tensors_are_known_whatever_the_card_says(tmp_path):
    """The header is longer by a card; the file is another, its tensors are the same."""
    content = SHIPPED.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length] + b" " * 8
    other = tmp_path / "other.safetensors"
    other.write_bytes((length + 8).to_bytes(8, "little") + header + content[8 + length :])
    one, same = fingerprints(SHIPPED), fingerprints(other)
    assert one["tensors_sha256"] == same["tensors_sha256"] != one["emulator_sha256"]
    assert one["emulator_sha256"] != same["emulator_sha256"]
    other.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert fingerprints(other)["tensors_sha256"] != one["tensors_sha256"]
    script = tmp_path / "other.py"
    script.write_bytes(content)
    assert fingerprints(script)["tensors_sha256"] is None


@pytest.fixture
def persistence(tmp_path, python_backend):
    """Writes an emulator that does nothing, in a folder whose name is to be quoted."""
    folder = tmp_path / 'does "nothing"'
    folder.mkdir()
    return lambda **spoil: persistence_emulator(folder, **spoil)


def test_an_emulator_that_does_nothing_is_rejected(tmp_path, persistence):
    """It coagulates and ages nothing: numbers and species move apart from native."""
    start = native_run(tmp_path / "coupled", **CASES["validation"])
    before = dict(start.options)
    summary = run_coupled(start, persistence(), days=2, spin_up=1, members=2)
    assert start.options == before
    assert {"SO4", "N_KS", "N_KI"} <= set(summary["rejected"])
    for found in summary["burdens"].values():
        assert 0 < found["members_largest"] and len(found["members_by_day"]) == 2
    assert all(found["bias"] == -1 for found in summary["water"].values())
    assert json.loads((tmp_path / "coupled" / "summary.json").read_text()) == summary
    assert summary["options"] == CASES["validation"]
    for name in ("burdens.png", "sizes.png", "errors.png", "zones.png"):
        assert (tmp_path / "coupled" / name).stat().st_size > 20000


@pytest.mark.slow
def test_the_shipped_emulator_stays_within_two_percent(tmp_path):
    """For 30 days in 512 columns; with fewer, native members are further off in N_NS."""
    start = native_run(tmp_path / "coupled", every=2, **CASES["held_out"])
    summary = run_coupled(start, SHIPPED, days=30, spin_up=10, members=0)
    largest = {name: found["largest"] for name, found in summary["burdens"].items()}
    assert set(largest) == {*SPECIES, *NUMBERS}
    assert {name: error for name, error in largest.items() if not error <= 0.02} == {}


def test_native_columns_do_not_pass_for_emulated_ones(tmp_path, persistence):
    """Where the emulator fails native M7 does its work, and would be as good as itself."""
    start = native_run(tmp_path / "coupled", **CASES["validation"])
    with pytest.raises(RuntimeError, match="48 of them failed and run natively"):
        failing = persistence(last_call=0, spoil="raise ValueError")
        run_coupled(start, failing, days=1, spin_up=1, members=0)


def test_clean_air_cannot_be_perturbed(tmp_path):
    start = native_run(tmp_path / "coupled")
    with pytest.raises(ValueError, match="members: expected a spin-up or a restart to perturb"):
        run_coupled(start, SHIPPED, days=1, spin_up=0, members=1)
    assert not start.folder.exists()


def test_a_run_does_not_delete_the_restart_it_starts_from(native):
    again = ColumnRun(native.folder, native.executable, dict(native.options))
    again.options["restart_in"] = native.restart
    with pytest.raises(FileExistsError, match="expected another folder than that of the restart"):
        again.run()
    assert native.restart.is_file()


def test_a_run_does_not_delete_what_is_no_run(native, tmp_path):
    (tmp_path / "thesis.tex").write_text("all my work")
    with pytest.raises(FileExistsError, match="one of a run, found thesis.tex in it"):
        ColumnRun(tmp_path, native.executable, dict(native.options)).run()
    assert (tmp_path / "thesis.tex").is_file()


def test_a_run_takes_the_place_of_another(tmp_path):
    run = native_run(tmp_path / "run", steps=1)
    run.run()
    before = run.restart.stat().st_mtime_ns
    run.run()
    assert run.restart.stat().st_mtime_ns > before


def test_a_run_that_fails_keeps_what_was_there(tmp_path):
    """It stays beside it, to be looked at, until the next one."""
    run = native_run(tmp_path / "run", steps=1)
    run.run()
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    with pytest.raises(RuntimeError, match=r"the run in .*run.part ended with 1: aerosol_columns:"):
        replace(run, options={"steps": 0}).run()
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before
    assert "steps = 0" in (run.part / "columns.nml").read_text()
    run.run()
    assert not run.part.exists()


def test_a_run_does_not_delete_what_it_goes_on_from_after_a_failure(native, tmp_path):
    run = ColumnRun(tmp_path / "run", native.executable, dict(native.options))
    shutil.copytree(native.folder, run.part)
    run.options["restart_in"] = run.part / "restart.nc"
    with pytest.raises(FileExistsError, match="expected another folder than that of the restart"):
        run.run()
    assert (run.part / "restart.nc").is_file()


def test_cases_are_those_that_are_recorded():
    recorded = {source.folder.split("/")[0]: source.options for source in SOURCES}
    assert {name: recorded[name] for name in CASES} == CASES
    training = [source.options for source in SOURCES if source.folder.startswith("training/")]
    assert not [case for case in CASES.values() if case in training]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["coupled", SHIPPED, "--case", "training"], "'training' is not one of 'validation', 'h"),
        (["coupled", SHIPPED, "--spin-up", "0"], "--members: expected a spin-up or a restart, fou"),
        (["coupled", SHIPPED, "--members", "-1"], "-1 is not in the range x>=0"),
        (["coupled", "none.safetensors"], "'none.safetensors' does not exist"),
        (["run", "--scenario", "future"], "'future' is not one of 'present', 'preindustrial'"),
        (["record", "--thinner", "17"], "17 is not in the range 1<=x<=16"),
        (["run", "--month", "13"], "13 is not in the range 1<=x<=12"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(map(str, value[-2:])),
)
def test_bad_arguments_are_told(arguments, message, tmp_path):
    command = [sys.executable, EXAMPLE, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and message in done.stderr
    assert not list(tmp_path.iterdir())
