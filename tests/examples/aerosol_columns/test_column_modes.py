# SPDX-License-Identifier: BSD-3-Clause
"""What `hybrid.toml` makes of the column model: recorded, replayed, emulated, shadowed."""

from __future__ import annotations

import netCDF4
import pytest
from column_cases import COLUMNS, LEVELS, STEPS, emulated, same_bits, scheme
from column_runs import SCHEME

from pyhybrid import open_recording


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
    with netCDF4.Dataset(tmp_path / "run" / "output.nc") as file:
        assert list(file["step"][:]) == [2, 4]
    with netCDF4.Dataset(tmp_path / "run" / "restart.nc") as file:
        assert list(file["step"][:]) == [4]
    run("rest", restart_in=tmp_path / "run" / "restart.nc")
