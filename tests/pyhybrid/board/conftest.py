# SPDX-License-Identifier: BSD-3-Clause
"""A small task for the tests of the board."""

import pytest

PARTS = {"training": 1, "validation": 1, "held_out": 151}  # and their first columns, of 200


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """Recordings in which tracers change at random: nothing to learn, but of the right form."""
    pytest.importorskip("xarray")
    from m7_boxes import changed, usual, write_recording

    folder = tmp_path_factory.mktemp("recorded")
    for seed, (part, first) in enumerate(PARTS.items()):
        x = usual(600, seed)
        path = folder / part / "some" / "m7.0.nc"
        write_recording(path, x, changed(x, seed), 3, first=first)
    return folder


@pytest.fixture(scope="session")
def task(recordings):
    from pyhybrid.board.task import QUICK, load_task

    return load_task(recordings, QUICK)


@pytest.fixture(scope="session")
def timing(task):
    from pyhybrid.board.timing import Timing

    return Timing(task.columns, (2,), ("-O1",))  # fast to compile
