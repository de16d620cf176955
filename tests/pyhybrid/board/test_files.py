# SPDX-License-Identifier: BSD-3-Clause
"""Files with contenders of the user's, alone and in a board, and the files that it writes."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from pyhybrid._whole_file import check_writable
from pyhybrid.board.files import added
from pyhybrid.board.results import write_results
from pyhybrid.board.running import run_board
from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError

NOTHING = """\
import numpy as np

def {name}(task):
    def predict(x):
        return np.pad(x[:, 6:], ((0, 0), (0, 4)))
    predict.parameters = 3
    return predict

def _private(task):
    raise AssertionError
"""
BAD = "def bad(task):\n    raise OSError('no luck')\n"


def written(folder, text, name="mine.py"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def board(recordings, *arguments):
    every = ["board", "m7", "--quick", f"--recordings={recordings}", "--columns=2", "--flags=-O1"]
    return CliRunner().invoke(main, [*every, *arguments])


def test_a_contender_of_ones_own(tmp_path, task, timing):
    found = added([written(tmp_path, NOTHING.format(name="nothing"))])
    assert list(found) == ["nothing"]
    (row,) = run_board(task, found, timing).rows
    assert (row["name"], row["parameters"], row["default"]) == ("nothing", 3, False)
    assert row["us_per_box"] is None and row["us_per_box_packed"] > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "found no public function"),
        ("1 / 0\n", "found ZeroDivisionError"),
        ("exit(0)\n", "found SystemExit"),
        ("import nowhere_at_all\n", "found ModuleNotFoundError"),
        ("def (:\n", "found SyntaxError"),
        (None, "none"),
    ],
)
def test_files_without_contenders(tmp_path, text, message):
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text)
    before = list(sys.path)
    with pytest.raises(ArgumentError, match=message):
        added([file])
    assert sys.path == before


def test_a_file_that_is_not_there_ends_the_command(recordings):
    done = board(recordings, "--add=nowhere.py")
    assert done.exit_code == 1
    assert "nowhere.py" in done.output and "Traceback" not in done.output


def test_the_name_of_one_of_the_board_is_refused(tmp_path, recordings):
    file = written(tmp_path, NOTHING.format(name="rates"))
    done = board(recordings, f"--add={file}")
    assert done.exit_code == 1
    assert "contender rates: expected a name of its own, found that of the board" in done.output


def test_one_name_in_two_files_is_refused(tmp_path):
    files = [written(tmp_path, NOTHING.format(name="same"), f"{one}.py") for one in "ab"]
    with pytest.raises(ArgumentError, match="b.py: contender same: .*found that of .*a.py"):
        added(files)


def test_files_may_have_dataclasses(tmp_path):
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass One:\n    x: int\n\ndef mine(task):\n    return One(task).x\n"
    )
    assert added([written(tmp_path, text)])["mine"](7) == 7


@pytest.mark.parametrize("indent", ["", "    "])
def test_modules_beside_a_file_are_its_own(tmp_path, indent):
    """Imported when the file is run, and when it learns; of another folder with equal names."""
    beside = "import beside_board\n"
    late = "def {}(task):\n    import beside_board\n    return beside_board.VALUE\n"
    early = beside + late.replace("    import beside_board\n", "")
    files = []
    for value, folder in enumerate(("one", "two")):
        written(tmp_path / folder, f"VALUE = {value}\n", "beside_board.py")
        files.append(written(tmp_path / folder, (late if indent else early).format(folder)))
    before = list(sys.path)
    found = added(files)
    assert (found["one"](None), found["two"](None), found["one"](None)) == (0, 1, 0)
    assert sys.path == before and "beside_board" not in sys.modules


def test_modules_from_elsewhere_stay(tmp_path):
    """Loaded twice, compiled ones fail."""
    elsewhere = tmp_path / "elsewhere"
    written(elsewhere, "VALUE = 1\n", "elsewhere_board.py")
    text = f"import sys\nsys.path.append({str(elsewhere)!r})\nimport elsewhere_board\n"
    try:
        added([written(tmp_path, text + "def mine(task):\n    return 1\n")])
        assert "elsewhere_board" in sys.modules
    finally:
        sys.modules.pop("elsewhere_board", None)
        sys.path.remove(str(elsewhere))


def test_a_board_with_a_failure_is_written_and_fails(tmp_path, recordings):
    bad = written(tmp_path, BAD, "bad.py")
    good = written(tmp_path, NOTHING.format(name="good"), "good.py")
    out, picture = tmp_path / "board.json", tmp_path / "board.png"
    done = board(recordings, f"--add={bad}", f"--add={good}", "--only=bad",  # and those added
                 f"--json={out}", f"--plot={picture}")  # fmt: skip
    assert done.exit_code == 1
    assert "bad: failed: training: expected no failure, found OSError: no luck" in done.output
    assert "Error: board: failed: bad" in done.output and "Traceback" not in done.output
    failed, fine = json.loads(out.read_text())["rows"]
    assert failed["error"] and fine["error"] is None and fine["us_per_box_packed"] > 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_board_of_failures_alone(tmp_path, recordings):
    picture = tmp_path / "board.png"
    done = board(recordings, f"--add={written(tmp_path, BAD)}", "--only=bad", f"--plot={picture}")
    assert done.exit_code == 1 and "Error: board: failed: bad" in done.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_board_of_no_numbers(tmp_path, recordings):
    text = (
        "import numpy as np\ndef mine(task):\n    return lambda x: np.full((len(x), 30), np.nan)\n"
    )
    picture = tmp_path / "board.png"
    done = board(recordings, f"--add={written(tmp_path, text)}", "--only=mine", f"--plot={picture}")
    assert done.exit_code == 0, done.output
    assert "mine: 13500 not finite" in done.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_kill_loses_no_row(tmp_path, recordings):
    text = "import os\n\ndef killed(task):\n    os._exit(9)\n"
    out = tmp_path / "board.json"
    out.write_text("{}")
    arguments = ["board", "m7", "--quick", f"--recordings={recordings}", "--flags=-O1",
                 f"--add={written(tmp_path, text)}", "--only=persistence", "--only=killed",
                 f"--json={out}"]  # fmt: skip
    code = f"from pyhybrid.cli import main; main({arguments!r})"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    (row,) = json.loads(out.read_text())["rows"]
    assert row["name"] == "persistence" and row["r2_log_state_mean"] is not None


def test_a_contender_that_changes_the_folder(tmp_path, recordings, monkeypatch):
    text = (
        f"import os\n\ndef mover(task):\n    os.chdir({str(tmp_path.parent)!r})\n    return None\n"
    )
    monkeypatch.chdir(tmp_path)
    done = board(recordings, f"--add={written(tmp_path, text)}", "--only=mover", "--json=out.json")
    assert "mover: failed: result: expected a function of boxes" in done.output
    assert len(json.loads((tmp_path / "out.json").read_text())["rows"]) == 1


def test_results_replace_what_a_link_leads_to(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("of before")
    link.symlink_to(real)
    check_writable(link, "board")
    write_results({"rows": []}, link)
    assert link.is_symlink() and json.loads(real.read_text()) == {"rows": []}
    assert sorted(os.listdir(tmp_path)) == ["link.json", "real.json"]


def test_results_that_cannot_be_written_leave_those_of_before(tmp_path):
    out = tmp_path / "board.json"
    out.write_text("of before")
    with pytest.raises(ValueError):
        write_results({"rows": float("nan")}, out)
    assert out.read_text() == "of before" and os.listdir(tmp_path) == ["board.json"]


def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArgumentError, match="pipe: expected a regular file"):
        check_writable(tmp_path / "pipe", "board")
