# SPDX-License-Identifier: BSD-3-Clause
"""The board of M7's emulators: a quick run of all, contenders of one's own, and what is refused."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("xarray")

from m7_boxes import changed, usual, write_recording

from pyhybrid.board.contenders import DEFAULT, contenders
from pyhybrid.board.native import NativeBlock
from pyhybrid.board.running import added, run_board
from pyhybrid.board.task import QUICK, load_task
from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError, PluginError, RecordingError, ShapeError
from pyhybrid.m7.layout import VARIABLES

NEEDED = {"name", "default", "r2_linear_mean", "r2_linear_min", "r2_log_state_mean",
          "r2_signed_log_mean", "mass_error_max", "negative_fraction", "speedup_native",
          "us_per_box", "parameters", "per_variable"}  # fmt: skip


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Recordings in which tracers change at random: nothing to learn, but of the right form."""
    folder = tmp_path_factory.mktemp("recorded")
    for seed, part in enumerate(("training", "validation", "held_out")):
        x = usual(600, seed)
        write_recording(folder / part / "some" / "m7.0.nc", x, changed(x, seed), 3)
    return folder


@pytest.fixture(scope="module")
def task(recordings):
    return load_task(recordings, QUICK)


@pytest.fixture(scope="module")
def quick(recordings, tmp_path_factory):
    """Results and picture of a quick run of all contenders."""
    folder = tmp_path_factory.mktemp("board")
    files = [f"--json={folder / 'board.json'}", f"--plot={folder / 'board.png'}"]
    arguments = ["board", "m7", "--quick", f"--recordings={recordings}", *files]
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
    assert quick[0]["task"]["boxes"] == {"training": 600, "validation": 500, "held_out": 600}
    assert quick[0]["task"]["seen_in_training"] == QUICK.seen


def test_the_picture_is_one(quick, builtin_plugin):
    assert quick[1].read_bytes().startswith(b"\x89PNG")


def test_the_task_is_frozen(recordings, task):
    again = load_task(recordings, QUICK)
    np.testing.assert_array_equal(again.validation.x, task.validation.x)


def test_native_block_is_native_m7(task):
    try:
        block = NativeBlock(("-O1",))
    except (PluginError, FileNotFoundError) as error:
        pytest.skip(str(error))
    from pyhybrid.m7.samples import native

    x = task.held_out.x[:60]
    try:
        expected = native(x)
    except PluginError as error:
        pytest.skip(str(error))
    np.testing.assert_allclose(block(x, levels=3), expected, rtol=1e-9, atol=0)


def test_native_block_of_odd_size_is_refused(task):
    try:
        block = NativeBlock(("-O1",))
    except (PluginError, FileNotFoundError) as error:
        pytest.skip(str(error))
    with pytest.raises(ShapeError, match="expected a multiple of 3 boxes, found 10"):
        block(task.held_out.x[:10], levels=3)


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


def test_a_contender_of_ones_own(tmp_path, task):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n\n"
        "def nothing(task):\n"
        "    def predict(x):\n"
        "        return np.pad(x[:, 6:], ((0, 0), (0, 4)))\n"
        "    predict.parameters = 3\n"
        "    return predict\n\n"
        "def _private(task):\n    raise AssertionError\n"
    )
    found = added([file])
    assert list(found) == ["nothing"]
    (row,) = run_board(task, found).rows
    assert (row["name"], row["parameters"], row["default"]) == ("nothing", 3, False)
    assert row["us_per_box"] > 0


WRONG = {
    "shape": (lambda x: x[:, :5], ShapeError, r"predict: expected \(600, 30\), found \(600, 5\)"),
    "count": (lambda x: np.zeros((3, 30)), ShapeError, r"expected \(600, 30\), found \(3, 30\)"),
    "words": (lambda x: "words", ArgumentError, "contender bad: predict: expected results"),
    "failure": (lambda x: 1 / 0, ArgumentError, "found ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_a_contender_must_not_return(case, task):
    predict, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        run_board(task, {"bad": lambda task: predict})


def test_a_contender_may_not_change_the_boxes(task):
    def spoil(x):
        x[:] = 0.0
        return np.zeros((len(x), 30))

    before = task.held_out.x.copy()
    run_board(task, {"spoiler": lambda task: spoil})
    np.testing.assert_array_equal(task.held_out.x, before)


def test_a_contender_that_returns_no_function(task):
    with pytest.raises(ArgumentError, match="expected a function of boxes, found int"):
        run_board(task, {"bad": lambda task: 3})


def test_a_contender_that_cannot_train(task):
    with pytest.raises(ArgumentError, match="contender bad: .*found KeyError"):
        run_board(task, {"bad": lambda task: {}["x"]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "found no public function"),
        ("1 / 0\n", "found ZeroDivisionError"),
        (None, "none"),
    ],
)
def test_files_without_contenders(tmp_path, text, message):
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ArgumentError, match=message):
        added([file])


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


def test_a_file_of_contenders_that_is_not_there(recordings):
    arguments = ["board", "m7", f"--recordings={recordings}", "--add=nowhere.py"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "nowhere.py" in done.output and "Traceback" not in done.output


def test_help_needs_no_torch():
    import subprocess
    import sys

    code = ("import sys; from pyhybrid.cli import main\n"
            "try: main(['board', 'm7', '--help'])\n"
            "except SystemExit: assert 'torch' not in sys.modules")  # fmt: skip
    subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True)
