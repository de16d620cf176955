# SPDX-License-Identifier: BSD-3-Clause
"""Contenders on a board: one that fails stops no other, none changes what others learn from."""

import numpy as np
import pytest

pytest.importorskip("torch")

from pyhybrid.board.contenders import persistence
from pyhybrid.board.metrics import Scale
from pyhybrid.board.running import run_board
from pyhybrid.board.tables import board_table
from pyhybrid.errors import ArgumentError


def with_file(file):
    """A contender whose results are well, but not its file."""

    def predict(x):
        return np.zeros((len(x), 30))

    predict.file = file
    return predict


def with_parameters(count):
    predict = with_file(None)
    predict.parameters = count
    return predict


def with_grad(x):
    import torch

    return torch.nn.Linear(32, 30).double()(torch.from_numpy(x))


def small(x):
    """Fails at the sizes of blocks only."""
    assert len(x) == 450
    return np.zeros((450, 30))


WRONG = {
    "training": (lambda task: {}["x"], "training: expected no failure, found KeyError: 'x'"),
    "exit": (lambda task: exit(0), "training: expected no failure, found SystemExit: 0"),
    "number": (lambda task: 3, "result: expected a function of boxes, found int"),
    "held out": (lambda task: task.held_out, "no attribute 'held_out'"),
    "in place": (lambda task: task.training.x.fill(0.0), "read-only"),
    "shape": (lambda task: lambda x: x[:, :5], "shape: expected (450, 30), found (450, 5)"),
    "count": (lambda task: lambda x: np.zeros((3, 30)), "expected (450, 30), found (3, 30)"),
    "words": (lambda task: lambda x: "words", "predict: expected no failure, found ValueError"),
    "failure": (lambda task: lambda x: 1 / 0, "found ZeroDivisionError"),
    "tensor": (lambda task: with_grad, "predict: expected no failure, found RuntimeError"),
    "sizes": (lambda task: small, "predict: expected no failure, found AssertionError"),
    "file": (lambda task: with_file("nowhere.safetensors"), "file: "),
    "no path": (lambda task: with_file(3), "file: expected no failure, found TypeError"),
    "parameters": (lambda task: with_parameters("many"), "attributes: expected no failure"),
}


@pytest.mark.parametrize("case", WRONG)
def test_others_go_on(case, task, timing):
    if case in ("file", "no path") and "missing" in timing.native:
        pytest.skip(timing.native["missing"])
    contender, message = WRONG[case]
    contenders = {"first": persistence, "bad": contender, "last": persistence}
    first, bad, last = run_board(task, contenders, timing).rows
    assert message in bad["error"]
    assert bad.keys() == {"name", "default", "error"}
    assert first["error"] is last["error"] is None
    assert first["r2_linear_mean"] == last["r2_linear_mean"] is not None
    assert first["us_per_box_packed"] > 0


def test_a_failure_is_told(task, timing):
    board = run_board(task, {"bad": WRONG["training"][0]}, timing)
    lines = board_table({"rows": board.rows, "native": board.native})
    assert "bad: failed: training: expected no failure, found KeyError: 'x'" in lines


def test_an_interrupt_is_no_failure(task, timing):
    def interrupted(task):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_board(task, {"first": persistence, "bad": interrupted}, timing)


def test_rows_are_kept_as_they_come(task, timing):
    kept = []
    contenders = {"first": persistence, "bad": WRONG["training"][0], "last": persistence}
    run_board(task, contenders, timing, lambda rows: kept.append([row["name"] for row in rows]))
    assert kept == [["first"], ["first", "bad"], ["first", "bad", "last"]]


def test_numbers_that_are_none_are_told(task, timing):
    def hollow(x):
        return np.full((len(x), 30), np.nan)

    board = run_board(task, {"hollow": lambda task: hollow}, timing)
    (row,) = board.rows
    assert row["error"] is row["r2_linear_mean"] is row["mass_error_max"] is None
    lines = board_table({"rows": board.rows, "native": board.native})
    assert f"hollow: {450 * 30} not finite" in lines


def test_a_contender_may_do_as_it_likes_with_boxes_to_predict(task, timing):
    given = []

    def spoil(x):
        x[:] = 0.0
        return np.zeros((len(x), 30))

    def watch(x):
        given.append(np.abs(x).max())
        return np.zeros((len(x), 30))

    before = task.held_out.x.copy()
    run_board(task, {"spoiler": lambda task: spoil, "watcher": lambda task: watch}, timing)
    np.testing.assert_array_equal(task.held_out.x, before)
    assert min(given) > 0


@pytest.mark.parametrize("part", ["training", "validation"])
@pytest.mark.parametrize("values", ["x", "y"])
def test_changed_lessons_end_the_board(task, timing, part, values):
    """Torch writes to read-only arrays: what follows would learn from something else."""
    import torch

    array = getattr(getattr(task.lessons, part), values)
    before = array.copy()

    def spoil(lessons):
        torch.from_numpy(getattr(getattr(lessons, part), values))[3, 7] += 1.0
        return persistence(lessons)

    try:
        with pytest.raises(ArgumentError, match="contender spoiler: expected boxes as they were"):
            run_board(task, {"spoiler": spoil}, timing)
    finally:
        _restore(array, before)


def _restore(array, before):
    array.setflags(write=True)
    array[:] = before
    array.setflags(write=False)


def test_all_arrays_of_a_task_are_read_only(task):
    boxes = (task.lessons.training, task.lessons.validation, task.held_out)
    arrays = [task.columns, *(one.x for one in boxes), *(one.y for one in boxes)]
    assert not any(array.flags.writeable for array in arrays)


def test_what_is_small_is_known_before_anyone_learns(task):
    np.testing.assert_array_equal(task.scale.state, Scale.of(task.lessons.training).state)


def test_lessons_hold_nothing_of_the_judgement(task):
    seen = (task.lessons.training, task.lessons.validation)
    for boxes in seen:
        for values in (boxes.x, boxes.y):
            base = values if values.base is None else values.base
            assert not np.shares_memory(base, task.held_out.y)


def test_a_network_that_cannot_be_exported_is_run_by_torch(task, timing):
    import torch

    from pyhybrid.board.contenders.exported import exported

    class Steep(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(1e7))

        def forward(self, x):
            return torch.sin(x[:, :30].float() * self.scale).double()

    (row,) = run_board(task, {"steep": lambda task: exported(Steep(), task)}, timing).rows
    assert "a last bit of the inputs" in row["not_exported"]
    assert row["us_per_box"] is None and row["us_per_box_packed"] > 0
    assert row["parameters"] == 1
