# SPDX-License-Identifier: BSD-3-Clause
"""The column model: the same bits however it is run, nothing lost, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from column_figures import burdens, draw
from column_host import Variant, build, missing_tools
from column_runs import SCENARIOS, SCHEME, ColumnRun, namelist
from columns import (
    EARTH_AREA,
    SNAPSHOT,
    fetch,
    make_columns,
    saturation_pressure,
    saturation_pressure_ice,
)

import pyhybrid
from pyhybrid import open_recording

ROOT = Path(__file__).parents[2] / "build" / "aerosol_columns"
COLUMNS, LEVELS = 32, 37
STEPS = 8
SULFURIC_ACID_OF_SO2 = 98.0734 / 64.066


def built(variant: Variant) -> Path:
    if missing := missing_tools(variant):
        pytest.skip(f"not here: {', '.join(missing)}")
    return build(ROOT, variant)


@pytest.fixture(scope="session")
def fast() -> Path:
    return built(Variant())


@pytest.fixture(scope="session")
def debug() -> Path:
    return built(Variant(debug=True))


@pytest.fixture(scope="session")
def mpi() -> Path:
    return built(Variant(mpi=True))


@pytest.fixture(scope="session")
def few_columns() -> Path:
    """Every eighth longitude and latitude."""
    return make_columns(ROOT, ROOT / "columns_8.nc", every=8)


@pytest.fixture
def run(fast: Path, few_columns: Path, tmp_path: Path):
    """Runs the model in a folder of that name."""

    def run(name, executable=fast, columns=few_columns, hybrid="", threads=1, ranks=1, **options):
        chosen = ColumnRun(
            tmp_path / name,
            executable,
            Path(columns),
            {"steps": STEPS, **options},
            hybrid,
            threads,
            ranks,
        )
        chosen.run()
        return chosen

    return run


def state(path: Path) -> np.ndarray:
    """All that the model keeps."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return np.concatenate([file[name][:].ravel() for name in ("tracers", "budget")])


def same_bits(one: ColumnRun, other: ColumnRun) -> bool:
    return np.array_equal(state(one.restart), state(other.restart))


# ---- Bits


def test_restart_keeps_every_bit(run):
    whole = run("whole", steps=2 * STEPS)
    half = run("half")
    rest = run("rest", restart_in=half.restart)
    assert same_bits(rest, whole)
    assert not same_bits(half, whole)
    with netCDF4.Dataset(rest.output) as one, netCDF4.Dataset(whole.output) as other:
        np.testing.assert_array_equal(one["burden"][:], other["burden"][:])
        assert one["step"][-1] == 2 * STEPS


@pytest.mark.parametrize(
    "how",
    [
        {"nproma": 1},
        {"nproma": 5},
        {"nproma": 1000},
        {"nblocks": 3},
        {"nproma": 5, "two_loops": True},
        {"nproma": 3, "threads": 2},
        {"nproma": 3, "threads": 2, "two_loops": True},
    ],
    ids=str,
)
def test_bits_do_not_depend_on_blocks_threads_or_loops(run, how):
    assert same_bits(run("one"), run("other", **how))


def test_bits_do_not_depend_on_ranks(run, mpi):
    assert same_bits(run("one"), run("three", executable=mpi, ranks=3, nproma=4))


def test_restart_moves_between_ranks(run, mpi):
    half = run("half", executable=mpi, ranks=2)
    assert same_bits(run("rest", restart_in=half.restart), run("whole", steps=2 * STEPS))


def test_nobody_reads_rows_without_a_column(run, debug):
    """They hold signalling NaN, and this build traps."""
    short = run("short", executable=debug, nproma=7)
    assert COLUMNS % 7
    assert same_bits(short, run("full", executable=debug, nproma=8, threads=2, two_loops=True))


# ---- Physics


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_emitted_is_there_or_was_lost(run, scenario):
    with netCDF4.Dataset(run("run", scenario=scenario, steps=48).restart) as file:
        file.set_auto_mask(False)
        names = [str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])]
        emitted, dry, wet = file["budget"][0]
        tracers, bounds = file["tracers"][0], pressure_bounds(file["pressure"][:])
    burden = np.einsum("tlc,l->tc", tracers, np.diff(bounds) / 9.80665)
    assert tracers.min() == 0
    for index, species in enumerate(("SO4", "BC", "OC", "SS", "DU")):
        there = sum(burden[i] for i, name in enumerate(names) if name.startswith(species + "_"))
        if species == "SO4":
            there = there + burden[names.index("H2SO4")]
            there = there + burden[names.index("SO2")] * SULFURIC_ACID_OF_SO2
        # Some thousand additions, each rounded: far below what a forgotten term would leave.
        left = np.abs(emitted[index] - dry[index] - wet[index] - there)
        assert left.max() < 1e-12 * emitted[index].max()
        assert dry[index].min() >= 0 and wet[index].min() >= 0 and dry[index].max() > 0


def pressure_bounds(pressure):
    middle = (pressure[1:] + pressure[:-1]) / 2
    return np.concatenate([[0.0], middle, [2 * pressure[-1] - middle[-1]]])


def test_scenarios_differ_as_they_say(run):
    sulfate = {
        name: burdens(run(name, scenario=name, month=1, steps=48).output)["SO4"][-1]
        for name in ("preindustrial", "present", "polluted")
    }
    assert sulfate["preindustrial"] < sulfate["present"] < sulfate["polluted"]


def test_months_differ(run):
    assert not same_bits(run("january"), run("july", month=7))


def test_columns_are_those_of_an_atmosphere(few_columns):
    with netCDF4.Dataset(few_columns) as file:
        file.set_auto_mask(False)
        assert file["air_temperature"].shape == (LEVELS, 4, 8)
        assert file["area"][:].sum() == pytest.approx(EARTH_AREA, rel=1e-12)
        assert np.all(np.diff(file["pressure_bounds"][:]) > 0)
        for share in ("relative_humidity", "cloud", "land", "ice"):
            assert 0 <= file[share][:].min() <= file[share][:].max() <= 1
        assert 180 < file["air_temperature"][:].min() < file["air_temperature"][:].max() < 310


def test_saturation_at_the_triple_point():
    """611.657 Pa over water and ice (Murphy and Koop 2005, section 2); the fits hold to 0.05 %."""
    triple = np.array([273.16])
    assert saturation_pressure(triple) == pytest.approx(611.657, rel=5e-4)
    assert saturation_pressure_ice(triple) == pytest.approx(611.657, rel=5e-4)


def test_a_picture_is_drawn(run, tmp_path):
    draw(run("run", output_every=4).output, tmp_path / "burdens.png")
    assert (tmp_path / "burdens.png").stat().st_size > 20000


# ---- Modes


def scheme(mode: str, *lines: str) -> str:
    return "\n".join(["", f"[scheme.{SCHEME}]", f'mode = "{mode}"', *lines, ""])


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


EMULATOR = """
def field(name, unit, role="state", species=None):
    field = {"name": name, "unit": unit, "role": role, "kind": "real", "levels": 37}
    field["dims"] = ["column", "level"] if species is None else ["column", "level", "species"]
    return field if species is None else {**field, "species": species}

tracers = [
    field("aerosol_mass_mixing_ratios", "kg kg-1", species=19),
    field("aerosol_number_mixing_ratios", "kg-1", species=7),
]
card = {
    "format": "pyhybrid card", "version": 1, "name": "persistence", "sample": "box",
    "kind": "real64", "arguments": "fields",
    "inputs": [field("air_temperature", "K"), *tracers],
    "outputs": [*tracers, field("aerosol_water_mixing_ratios", "kg kg-1", species=4)],
}
calls = 0

def emulate(air_temperature, aerosol_mass_mixing_ratios, aerosol_number_mixing_ratios):
    global calls
    calls += air_temperature.max() > 100  # what it is tried with before the run is not air
    masses = aerosol_mass_mixing_ratios.copy()
    if LAST_CALL and calls > LAST_CALL:
        masses[3, 5] = float("nan")
    return masses, aerosol_number_mixing_ratios, masses[:, :4] * 0
"""


def emulated(tmp_path: Path, mode: str = "emulate", last_call: int = 0) -> str:
    path = tmp_path / "persistence.py"
    path.write_text(EMULATOR + f"\nLAST_CALL = {last_call}\n")
    return scheme(mode, f'emulator = "{path}"', "batch = { columns = 4096 }")


@pytest.fixture
def python_backend():
    if not list(pyhybrid.library_dir().glob("libhybrid_python.so")):
        pytest.skip("no Python backend")


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


def test_what_was_written_before_a_failure_stays(run, tmp_path, python_backend):
    """The emulator returns NaN from the fifth step on."""
    with pytest.raises(RuntimeError) as failure:
        run(
            "run",
            hybrid=emulated(tmp_path, last_call=4),
            nproma=COLUMNS,
            output_every=2,
            restart_every=2,
        )
    assert "after the aerosol: BC_KS(column 4, level 1): " in str(failure.value)
    assert "expected a number of 0 or more, found NaN" in str(failure.value)
    with netCDF4.Dataset(tmp_path / "run" / "output.nc") as file:
        assert list(file["step"][:]) == [2, 4]
    with netCDF4.Dataset(tmp_path / "run" / "restart.nc") as file:
        assert list(file["step"][:]) == [4]
    run("rest", restart_in=tmp_path / "run" / "restart.nc")


# ---- What is refused


@pytest.mark.parametrize(
    "options, message",
    [
        ({"steps": 0}, "steps: expected at least 1, found 0"),
        ({"nproma": -3}, "nproma: expected at least 1, found -3"),
        ({"output_every": -1}, "output_every: expected at least 0, found -1"),
        ({"time_step": -1.0}, "time_step: expected up to 7200 s, found -1"),
        ({"time_step": 1e5}, "time_step: expected up to 7200 s, found 100000"),
        ({"scenario": "future"}, "scenario: expected present, preindustrial, polluted or"),
        ({"month": 13}, "month: expected 1 to 12, or 0 for the scenario's own, found 13"),
        ({"radius": 1.0}, "expected the group &aerosol_columns, found: Cannot match"),
        ({"columns": "none.nc"}, "none.nc': No such file or directory"),
        ({"restart_in": "none.nc"}, "'none.nc': No such file or directory"),
        ({"restart_out": "none/restart.nc"}, "'none/restart.nc.part': "),
        ({"output": "none/output.nc"}, "'none/output.nc': "),
        ({"nblocks": 33}, "block 33: expected a column or more, found none: nblocks = 33 for 32"),
        ({"nblocks": 23}, "block 17: expected a column or more, found none: nblocks = 23 for 32"),
        ({"hybrid": scheme("dream")}, "mode"),
        ({"hybrid": scheme("emulate", 'emulator = "none.py"')}, "expected a file, found none"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value)[:30],
)
def test_bad_settings_are_told(run, options, message):
    with pytest.raises(RuntimeError) as failure:
        run("run", **options)
    assert message in str(failure.value)
    assert "STOP" not in str(failure.value) and "Backtrace" not in str(failure.value)


def test_more_ranks_than_columns_are_refused(run, mpi):
    with pytest.raises(RuntimeError, match="expected at most 32 ranks, one for each column, fo"):
        run("run", executable=mpi, ranks=33)


def test_a_namelist_that_is_not_there_is_told(run):
    native = run("run", steps=1)
    (native.folder / "columns.nml").unlink()
    with pytest.raises(RuntimeError, match="namelist 'columns.nml': expected the group"):
        native.start_again()


def test_output_of_another_run_is_left_alone(run):
    native = run("run", steps=1)
    before = native.output.read_bytes()
    with pytest.raises(RuntimeError, match="output 'output.nc': expected no such file yet"):
        native.start_again()
    assert native.output.read_bytes() == before


def spoiled(source: Path, target: Path, variable: str, place: tuple, value: float) -> Path:
    shutil.copy(source, target)
    with netCDF4.Dataset(target, "a") as file:
        file.set_auto_mask(False)
        file[variable][place] = value
    return target


@pytest.mark.parametrize("value, found", [(np.nan, "NaN"), (-1e-20, "-")])
@pytest.mark.parametrize("build_of", ["fast", "debug"])
def test_bad_tracers_of_a_restart_are_told(run, request, tmp_path, value, found, build_of):
    bad = spoiled(
        run("one", steps=1).restart, tmp_path / "bad.nc", "tracers", (0, 8, 20, 17), value
    )
    with pytest.raises(RuntimeError) as failure:
        executable = request.getfixturevalue(build_of)
        run("two", executable=executable, restart_in=bad, nproma=5)
    expected = f"restart '{bad}': BC_KI(column 18, level 21): expected a number of 0 or more, found"
    assert f"{expected} {found}" in str(failure.value)


def test_one_rank_alone_ends_the_run_of_all(run, mpi, tmp_path):
    bad = spoiled(run("one", steps=1).restart, tmp_path / "bad.nc", "tracers", (0, 2, 36, 30), -1)
    with pytest.raises(RuntimeError, match=r"SO4_KS\(column 31, level 37\): expected a number"):
        run("two", executable=mpi, ranks=3, restart_in=bad)


@pytest.mark.parametrize("value", [400.0, np.nan, -5.0])
def test_weather_that_cannot_be_is_told(run, few_columns, tmp_path, value):
    bad = spoiled(few_columns, tmp_path / "bad.nc", "air_temperature", (9, 1, 4), value)
    with pytest.raises(RuntimeError) as failure:
        run("run", columns=bad)
    expected = "columns: air_temperature(column 13, level 10): expected 150 to 350, found "
    assert expected in str(failure.value)


def test_what_the_native_scheme_refuses_is_told(run, tmp_path):
    """More particles than it believes: they pass the restart's own check."""
    first = run("first", steps=1)
    bad = spoiled(first.restart, tmp_path / "bad.nc", "tracers", (0, 21, 30, 17), 1e25)
    with pytest.raises(RuntimeError, match=r"m7_driver: N_AS\(column 8, level .*the block is 11"):
        run("second", restart_in=bad, nproma=10)


def test_columns_that_lack_something_are_told(run, few_columns, tmp_path):
    shutil.copy(few_columns, tmp_path / "bad.nc")
    with netCDF4.Dataset(tmp_path / "bad.nc", "a") as file:
        file.renameVariable("cloud", "clouds")
    with pytest.raises(RuntimeError, match="columns: variable 'cloud': NetCDF: Variable not found"):
        run("run", columns=tmp_path / "bad.nc")
    with netCDF4.Dataset(tmp_path / "bad.nc", "a") as file:
        file.renameDimension("lon", "x")
    with pytest.raises(RuntimeError, match="columns: dimension 'lon': expected 1 or more, found n"):
        run("run", columns=tmp_path / "bad.nc")


def test_columns_upside_down_are_told(run, few_columns, tmp_path):
    bad = spoiled(few_columns, tmp_path / "bad.nc", "pressure_bounds", (3,), 0.0)
    with pytest.raises(RuntimeError, match="pressure_bounds: expected to increase from the top"):
        run("run", columns=bad)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"scenario": "polluted", "month": 1}, "scenario: expected polluted, found present"),
        ({"month": 3}, "month: expected 3, found 1"),
        ({"time_step": 900.0}, "time_step: expected 900, found 1800"),
    ],
)
def test_a_restart_of_another_configuration_is_refused(run, options, message):
    first = run("first", steps=1)
    with pytest.raises(RuntimeError) as failure:
        run("second", restart_in=first.restart, **options)
    assert message in str(failure.value)


def test_a_restart_of_other_columns_is_refused(run, few_columns, tmp_path):
    first = run("first", steps=1)
    fewer = make_columns(ROOT, ROOT / "columns_16.nc", every=16)
    with pytest.raises(RuntimeError, match="dimension column: expected 8, found 32"):
        run("second", columns=fewer, restart_in=first.restart)
    warmer = spoiled(few_columns, tmp_path / "warm.nc", "air_temperature", (30, 2, 2), 285.0)
    with pytest.raises(RuntimeError, match="columns_checksum: expected"):
        run("third", columns=warmer, restart_in=first.restart)


def test_a_run_may_branch_off_another_scenario(run):
    first = run("first", steps=1)
    run("second", restart_in=first.restart, scenario="polluted", branch=True)


def test_other_tracers_are_refused(run, tmp_path):
    first = run("first", steps=1)
    shutil.copy(first.restart, tmp_path / "bad.nc")
    with netCDF4.Dataset(tmp_path / "bad.nc", "a") as file:
        file["tracer_name"][4] = netCDF4.stringtochar(np.array(["NO3_CS"], "S8"))
    with pytest.raises(RuntimeError, match="tracer 5: expected SO4_CS, found NO3_CS"):
        run("second", restart_in=tmp_path / "bad.nc")


def test_half_a_restart_is_refused(run, tmp_path):
    whole = run("first", steps=1).restart.read_bytes()
    (tmp_path / "half.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RuntimeError, match=r"'.*half.nc': NetCDF: "):
        run("second", restart_in=tmp_path / "half.nc")


def test_a_wheel_that_is_not_the_known_one_is_refused(tmp_path, monkeypatch):
    wheel = tmp_path / SNAPSHOT[1]
    monkeypatch.setattr("subprocess.run", lambda *_, **__: wheel.write_bytes(b"another"))
    with pytest.raises(RuntimeError, match="expected sha256 7952"):
        fetch(tmp_path, SNAPSHOT)


def test_namelists_quote_what_fortran_would_end_at():
    assert namelist({"output": "it's", "branch": True, "steps": 3}) == (
        "&aerosol_columns\n  output = 'it''s'\n  branch = .true.\n  steps = 3\n/\n"
    )
