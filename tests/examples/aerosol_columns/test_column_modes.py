# SPDX-License-Identifier: BSD-3-Clause
"""What `hybrid.toml` makes of the column model: recorded, replayed, emulated, shadowed."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
from column_cases import COLUMNS, LEVELS, STEPS, emulated, same_bits, scheme, shipped
from column_runs import SCHEME, emulator_calls

from pyhybrid import Domain, open_recording


@pytest.mark.parametrize("two_loops", [False, True])
def test_recording_keeps_bits_and_replays(run, two_loops):
    native = run("native")
    recorded = run("recorded", hybrid=scheme("record"), nproma=5, two_loops=two_loops)
    assert same_bits(recorded, native)
    path = recorded.folder / f"{SCHEME}.0.nc"
    replayed = run(
        "replayed",
        nproma=7,
        two_loops=two_loops,
        hybrid=scheme("replay", f'replay = {{ path = "{path}" }}'),
    )
    assert same_bits(replayed, native)
    assert "differs" not in (replayed.folder / "hybrid.0.log").read_text()
    tree = open_recording(path)
    assert tree.sizes["sample"] == STEPS * COLUMNS
    assert tree["native"]["aerosol_mass_mixing_ratios"].shape == (STEPS * COLUMNS, LEVELS, 19)


def test_ranks_record_each_their_columns(run, mpi):
    native = run("native")
    recorded = run("recorded", executable=mpi, ranks=3, nproma=4, hybrid=scheme("record"))
    assert same_bits(recorded, native)
    tree = open_recording(recorded.folder / f"{SCHEME}.*.nc")
    assert tree.sizes["sample"] == STEPS * COLUMNS
    assert set(tree["column"].values) == set(range(1, COLUMNS + 1))


def test_an_emulator_of_boxes_takes_over(run, tmp_path, python_backend):
    """Persistence: numbers change by emission, mixing and removal only."""
    one = run("one", hybrid=emulated(tmp_path))
    two = run("two", hybrid=emulated(tmp_path), two_loops=True, nproma=5)
    assert same_bits(one, two)
    assert not same_bits(one, run("native"))
    with netCDF4.Dataset(one.restart) as file:
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        assert file["tracers"][0, names.index("N_NS")].max() == 0  # nothing nucleated


def test_shadow_keeps_every_bit(run, tmp_path, python_backend):
    shadow = run("shadow", hybrid=emulated(tmp_path, "shadow"))
    assert same_bits(shadow, run("native"))


@pytest.mark.parametrize("mode", ["emulate", "shadow"])
@pytest.mark.parametrize("two_loops", [False, True])
def test_a_field_that_the_model_has_not_ends_the_run(
    run, tmp_path, python_backend, mode, two_loops
):
    """It would run natively to its end otherwise, and nobody would know."""
    hybrid = emulated(tmp_path, mode)
    path = tmp_path / "persistence.py"
    wants = path.read_text().replace('"air_temperature"', '"ozone"')
    path.write_text(wants.replace("air_temperature", "ozone"))
    with pytest.raises(RuntimeError, match="ended with 1: aerosol_columns: .*ozone"):
        run("run", hybrid=hybrid, two_loops=two_loops)
    assert not list(tmp_path.glob("run.part/*.nc"))


@pytest.mark.parametrize("two_loops", [False, True])
def test_an_emulator_that_fails_gives_way_to_native_m7(run, tmp_path, python_backend, two_loops):
    hybrid = emulated(tmp_path, last_call=0, spoil="raise ValueError")
    given = run("run", hybrid=hybrid, two_loops=two_loops, nproma=8)
    assert same_bits(given, run("native"))
    assert emulator_calls(given.folder) == (STEPS * COLUMNS // 8,) * 2


@pytest.mark.parametrize(
    "spoil, message",
    [
        ("masses[3, 5] = float('nan')", "BC_KS(column 4, level 1): expected 0.00000E+00 to"),
        ("masses[1183, 0] = -1e-30", "H2SO4(column 32, level 37): expected 0.00000E+00 to"),
        ("water[3, 1] = float('nan')", "WAT_KS(column 4, level 1): expected 0.00000E+00 to"),
        ("water[3, 3] = -1e-30", "WAT_CS(column 4, level 1): expected 0.00000E+00 to"),
    ],
)
@pytest.mark.parametrize("build_of", ["fast", "debug"])
def test_what_was_written_before_a_failure_stays(
    run, request, tmp_path, python_backend, spoil, message, build_of
):
    """The emulator spoils what it returns from the fifth step on."""
    with pytest.raises(RuntimeError) as failure:
        run(
            "run",
            executable=request.getfixturevalue(build_of),
            hybrid=emulated(tmp_path, last_call=4, spoil=spoil),
            nproma=COLUMNS,
            output_every=2,
            restart_every=2,
        )
    assert f"aerosol_columns: after the aerosol: {message}" in str(failure.value)
    with netCDF4.Dataset(tmp_path / "run.part" / "output.nc") as file:
        assert list(file["step"][:]) == [2, 4]
    with netCDF4.Dataset(tmp_path / "run.part" / "restart.nc") as file:
        assert list(file["step"][:]) == [4]
    run("rest", restart_in=tmp_path / "run.part" / "restart.nc")


# ---- The shipped emulator: no column, and more vapour than saturates

FIELDS = {
    "air_temperature": 280.0,
    "air_pressure": 9e4,
    "cloud_area_fraction_in_atmosphere_layer": 0.0,
    "tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production": 1e-16,
}


def emulate_block(columns: int, humidity: float) -> np.ndarray:
    """Masses, numbers and water after a call of the shipped emulator, one behind the other."""
    shape = (columns, 37)
    masses, numbers = np.full((*shape, 19), 1e-10), np.full((*shape, 7), 1e8)
    water = np.full((*shape, 4), np.nan)
    with Domain(text=shipped("emulate")) as domain, domain.scheme(SCHEME) as aerosol:
        with aerosol.open(columns, 1) as call:
            for name, value in {**FIELDS, "relative_humidity": humidity}.items():
                call.put(name, np.full(shape, value))
            call.put("time_step", np.array(1800.0))
            call.put("aerosol_mass_mixing_ratios", masses)
            call.put("aerosol_number_mixing_ratios", numbers)
            call.run()
            assert not call.native_wanted()
            call.get("aerosol_mass_mixing_ratios", masses)
            call.get("aerosol_number_mixing_ratios", numbers)
            call.get("aerosol_water_mixing_ratios", water)
    return np.concatenate([masses, numbers, water], axis=2)


def test_a_block_without_columns_is_emulated_as_one():
    """Native M7 takes it as well: tests/fortran/physics/test_m7_limits.f90."""
    assert emulate_block(0, 0.8).shape == (0, 37, 30)


def test_more_than_saturated_is_saturated():
    """Native M7 has it so too, to 1.5: tests/fortran/physics/test_m7_limits.f90."""
    saturated = emulate_block(3, 1.0)
    assert np.isfinite(saturated).all()
    np.testing.assert_array_equal(emulate_block(3, 1.5), saturated)
    assert not np.array_equal(emulate_block(3, 0.9), saturated)
