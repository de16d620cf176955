# SPDX-License-Identifier: BSD-3-Clause
"""The board of M7's emulators: a quick run of all, contenders of one's own, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("xarray")

from m7_boxes import changed, usual, write_recording

from pyhybrid.board.compiling import in_order
from pyhybrid.board.contenders import DEFAULT, contenders
from pyhybrid.board.site import Site
from pyhybrid.board.task import QUICK, load_task
from pyhybrid.board.timing import Timing
from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError, PluginError, RecordingError, ShapeError
from pyhybrid.m7.layout import VARIABLES
from pyhybrid.m7.samples import Boxes

NEEDED = {"name", "default", "r2_linear_mean", "r2_linear_min", "r2_log_state_mean",
          "r2_signed_log_mean", "mass_error_max", "negative_fraction", "speedup_native",
          "us_per_box", "us_per_box_packed", "timings", "bias_max", "bias_humid_max",
          "parameters", "per_variable"}  # fmt: skip
SOURCES = Path(__file__).parents[3] / "fortran"
FAST = ("-O1",)  # to compile


@pytest.fixture(scope="module")
def site(task):
    try:
        return Site(FAST)
    except (PluginError, FileNotFoundError) as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def quick(recordings, tmp_path_factory):
    """Results and picture of a quick run of all contenders."""
    folder = tmp_path_factory.mktemp("board")
    files = [f"--json={folder / 'board.json'}", f"--plot={folder / 'board.png'}"]
    arguments = ["board", "m7", "--quick", f"--recordings={recordings}", "--columns=64",
                 "--columns=4", "--flags=-O1", *files]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return json.loads((folder / "board.json").read_text()), folder / "board.png", done.output


def test_all_contenders_have_rows(quick, builtin_plugin):
    results, _, printed = quick
    assert [row["name"] for row in results["rows"]] == list(contenders())
    for row in results["rows"]:
        assert NEEDED <= row.keys()
        assert row["name"] in printed
        assert row["per_variable"].keys() == set(VARIABLES)


def test_ours_is_the_default(quick, builtin_plugin):
    defaults = [row["name"] for row in quick[0]["rows"] if row["default"]]
    assert defaults == [DEFAULT]


def test_what_holds_without_training(quick, builtin_plugin):
    rows = {row["name"]: row for row in quick[0]["rows"]}
    assert rows[DEFAULT]["mass_error_max"] < 1e-12
    assert rows[DEFAULT]["negative_fraction"] == 0
    assert rows["completion"]["mass_error_max"] < 1e-6  # of large numbers that cancel
    assert rows["correction"]["negative_fraction"] == 0
    assert rows["z_score"]["mass_error_max"] > 1e-3
    assert rows["z_score"]["negative_fraction"] > 0


def test_sizes_are_stated(quick, builtin_plugin):
    assert quick[0]["task"]["boxes"] == {"training": 600, "validation": 500, "held_out": 450}
    assert quick[0]["task"]["epochs"] == QUICK.epochs


def test_the_picture_is_one(quick, builtin_plugin):
    assert quick[1].read_bytes().startswith(b"\x89PNG")


def test_the_task_is_frozen(recordings, task):
    again = load_task(recordings, QUICK)
    np.testing.assert_array_equal(again.lessons.validation.x, task.lessons.validation.x)


def test_the_site_runs_native_m7(task, site):
    from pyhybrid.m7.samples import native

    x = task.columns[:20]
    try:
        expected = native(x.reshape(60, -1))
    except PluginError as error:
        pytest.skip(str(error))
    site.fill(x)
    assert site.native() > 0
    np.testing.assert_allclose(site.results.reshape(60, -1), expected, rtol=1e-9, atol=0)


@pytest.fixture(scope="module")
def emulator(task, builtin_plugin):
    """A file: one of the networks, untrained."""
    from pyhybrid.board.contenders.exported import Exported
    from pyhybrid.board.contenders.scaled import ScaledNetwork

    boxes = task.lessons.training
    writable = Boxes(boxes.x.copy(), boxes.y.copy())  # torch warns of others
    return Exported(ScaledNetwork(writable), replace(task.lessons, training=writable))


def test_the_site_has_the_bits_of_packed_arrays(task, site, emulator):
    x = task.columns[:20]
    site.fill(x)
    with site.emulating(emulator.file) as step:
        for _ in range(2):  # from the same arrays
            assert step() > 0
    np.testing.assert_array_equal(site.results.reshape(60, -1), emulator(x.reshape(60, -1)))


def test_the_site_has_several_emulators_at_once(task, site, emulator):
    site.fill(task.columns[:5])
    with site.emulating(emulator.file) as one, site.emulating(emulator.file) as other:
        one()
        first = site.results
        other()
        np.testing.assert_array_equal(site.results, first)


@pytest.mark.parametrize("shape", [(3, 32), (2, 3, 31), (0, 3, 32)])
def test_the_site_refuses_other_arrays(site, shape):
    with pytest.raises(ShapeError, match=r"expected \(column, level, 32\)"):
        site.fill(np.zeros(shape))


def test_the_site_says_what_is_wrong_with_a_file(task, site, tmp_path):
    site.fill(task.columns[:5])
    with (
        pytest.raises(ArgumentError, match="nowhere.safetensors"),
        site.emulating(tmp_path / "nowhere.safetensors"),
    ):
        pass


def test_flags_that_do_not_compile_are_told(task):
    timing = Timing(task.columns, (2,), ("--no-such-flag",))
    assert "no-such-flag" in timing.native["missing"] or "gfortran" in timing.native["missing"]
    (row,) = timing.rows({"none": lambda x: x}).values()
    assert row["us_per_box"] is row["speedup_native"] is row["speedup_native_packed"] is None
    assert row["us_per_box_packed"] > 0


def test_sources_come_after_what_they_use():
    sources = in_order([*(SOURCES / "physics" / "m7").glob("*.?90")])
    assert len(sources) > 10
    seen = set()
    for source in sources:
        lines = [line.split() for line in source.read_text().lower().splitlines()]
        used = {words[1].rstrip(",") for words in lines if words[:1] == ["use"]}
        assert {name for name in used if name.startswith("m7_")} <= seen
        seen.add(source.stem)


def test_modules_in_the_current_folder_are_not_taken(tmp_path, monkeypatch, site):
    for name in ("hybrid.mod", "m7_kinds.mod"):
        (tmp_path / name).write_text("of another compiler")
    monkeypatch.chdir(tmp_path)
    Site(FAST)


def test_every_size_of_blocks_is_timed(quick, builtin_plugin):
    results = quick[0]
    if "missing" in results["native"]:
        pytest.skip(results["native"]["missing"])
    assert [one["columns"] for one in results["native"]["timings"]] == [4, 64]
    for row in results["rows"]:
        small, main = row["timings"]
        assert (small["columns"], main["columns"]) == (4, 64)
        assert main["us_per_box_packed"] == row["us_per_box_packed"] > 0
        assert main["us_per_box"] == row["us_per_box"]
        assert (row["us_per_box"] is None) == (row["name"] == "persistence")


def test_only_the_time_of_files(recordings, emulator, tmp_path):
    out = tmp_path / "time.json"
    arguments = ["board", "time", str(emulator.file), "--columns=2", "--flags=-O1"]
    done = CliRunner().invoke(main, [*arguments, f"--recordings={recordings}", f"--json={out}"])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(out.read_text())["rows"]
    assert row["name"] in done.output
    assert [one["columns"] for one in row["timings"]] == [2]


def test_the_time_of_what_is_no_emulator(recordings, tmp_path):
    file = tmp_path / "words.safetensors"
    file.write_text("words")
    done = CliRunner().invoke(main, ["board", "time", str(file), f"--recordings={recordings}"])
    assert done.exit_code == 1
    assert "words.safetensors" in done.output and "Traceback" not in done.output


def test_the_time_of_an_emulator_of_something_else(recordings, tmp_path, builtin_plugin):
    import torch

    from pyhybrid import Card, Field, export

    fields = [Field("albedo", "1", "state", "real", ("column",))]
    card = Card(name="other", sample="column", kind="real32", inputs=fields, outputs=fields)
    file = export(torch.nn.Linear(1, 1), card, tmp_path / "other.safetensors")
    done = CliRunner().invoke(main, ["board", "time", str(file), f"--recordings={recordings}"])
    assert done.exit_code == 1
    assert "found of real32, albedo to albedo" in done.output


def test_held_out_columns_are_in_no_other_recording(recordings, task):
    x = usual(600, 2).reshape(200, 3, 32)
    assert len(task.held_out) == 150 * 3
    np.testing.assert_array_equal(task.columns, x[50:])


def test_held_out_columns_that_all_are_known(tmp_path):
    for seed, part in enumerate(("training", "validation", "held_out")):
        x = usual(6, seed)
        write_recording(tmp_path / part / "some" / "m7.0.nc", x, changed(x, seed), 3)
    with pytest.raises(RecordingError, match="expected columns that no other recording has"):
        load_task(tmp_path, QUICK)


def test_recordings_without_places_are_refused(tmp_path):
    for seed, part in enumerate(("training", "validation", "held_out")):
        x = usual(6, seed)
        path = tmp_path / part / "some" / "m7.0.nc"
        write_recording(path, x, changed(x, seed), 3, leave_out=("lat",))
    with pytest.raises(RecordingError, match="expected a coordinate lat, found none"):
        load_task(tmp_path, QUICK)


@pytest.mark.parametrize("part", ["training", "held_out"])
def test_missing_recordings_are_told_how_to_make(tmp_path, recordings, part):
    for present in {"training", "validation", "held_out"} - {part}:
        (tmp_path / present).symlink_to(recordings / present)
    with pytest.raises(
        RecordingError, match=f"expected recordings {part}.*examples/aerosol_columns"
    ):
        load_task(tmp_path, QUICK)


def test_missing_recordings_end_the_command(tmp_path):
    done = CliRunner().invoke(main, ["board", "m7", f"--recordings={tmp_path}"])
    assert done.exit_code == 1
    assert "record" in done.output and "Traceback" not in done.output


def test_nan_in_recordings_is_refused(tmp_path):
    x = usual(6)
    y = changed(x)
    y[4, 3] = np.nan
    write_recording(tmp_path / "training" / "some" / "m7.0.nc", x, y, 3)
    with pytest.raises(RecordingError, match=r"sample 2, level 2, species 4.*found nan"):
        load_task(tmp_path, QUICK)


def test_unknown_contender_is_named_with_the_nearest(recordings):
    done = CliRunner().invoke(main, ["board", "m7", f"--recordings={recordings}", "--only=z_scor"])
    assert done.exit_code == 1
    assert "did you mean 'z_score'" in done.output


@pytest.mark.parametrize("option", ["--json", "--plot"])
def test_a_file_that_cannot_be_written_is_told_before_training(tmp_path, recordings, option):
    file = tmp_path / "none" / "board"
    arguments = ["board", "m7", f"--recordings={recordings}", f"{option}={file}"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert str(file) in done.output and "Traceback" not in done.output


@pytest.mark.parametrize("before", [None, "of before"])
def test_a_board_that_fails_leaves_files_as_they_were(tmp_path, before):
    files = [tmp_path / "board.json", tmp_path / "board.png"]
    for file in files:
        if before is not None:
            file.write_text(before)
    arguments = ["board", "m7", f"--recordings={tmp_path}"]
    done = CliRunner().invoke(main, [*arguments, f"--json={files[0]}", f"--plot={files[1]}"])
    assert done.exit_code == 1
    assert [file.read_text() if file.exists() else None for file in files] == [before] * 2


def test_a_picture_of_unknown_kind_is_told_before_training(tmp_path, recordings):
    arguments = ["board", "m7", f"--recordings={recordings}", f"--plot={tmp_path / 'board.xyz'}"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "board.xyz: expected a suffix of" in done.output and "found xyz" in done.output


@pytest.mark.parametrize("option", ["--columns=0", "--epochs=0", "--columns=x", "--flags='"])
def test_options_out_of_range(recordings, option):
    done = CliRunner().invoke(main, ["board", "m7", f"--recordings={recordings}", option])
    assert done.exit_code == 2
    assert option.partition("=")[0] in done.output


def test_help_needs_no_torch():
    import subprocess
    import sys

    code = ("import sys; from pyhybrid.cli import main\n"
            "try: main(['board', 'm7', '--help'])\n"
            "except SystemExit: assert 'torch' not in sys.modules")  # fmt: skip
    subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True)
