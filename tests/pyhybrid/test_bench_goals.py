# SPDX-License-Identifier: BSD-3-Clause
"""Goals of the benchmarks, on forged results: tables, pictures and what falls short."""

import math

import pytest
from bench_results import results, row_of

from pyhybrid.bench.goals import GOALS, check
from pyhybrid.bench.plots import plot
from pyhybrid.bench.tables import tables


def missed(found):
    return {verdict.goal.row: verdict for verdict in check(found) if not verdict.met}


def test_good_results_reach_every_goal():
    verdicts = check(results())
    assert [verdict.goal for verdict in verdicts] == list(GOALS)
    assert missed(results()) == {}


def test_goals_have_rows_of_their_own():
    assert len({goal.row for goal in GOALS}) == len(GOALS)


@pytest.mark.parametrize(
    "section, place, seconds, row",
    [
        ("emulator", {"network": "mlp", "block": 16, "contender": "builtin"}, 3.6,
         "builtin against plain libtorch, mlp, 16 columns"),
        ("emulator", {"network": "conv", "block": 512, "contender": "aoti"}, 10.4,
         "aoti against plain libtorch, conv, 512 columns"),
        ("emulator", {"network": "mlp", "block": 64, "contender": "products"}, 0.8,
         "builtin against its products alone, mlp, 64 columns"),
        ("scaling", {"network": "gru", "contender": "builtin", "threads": 2}, 1.2,
         "one loop, 2 threads against 1, builtin, gru"),
        ("scaling", {"network": "m7", "contender": "torchscript", "form": "two loops"}, 1.2,
         "two loops of 16 against one call, torchscript, m7"),
    ],
)  # fmt: skip
def test_slow_row_is_named(section, place, seconds, row):
    found = results()
    slow = row_of(found[section], **place)
    slow |= {"seconds": seconds, "by_round": [seconds] * 3}
    assert set(missed(found)) == {row}


def test_ratio_is_that_of_the_same_round():
    """A burst of other work in two of three rounds changes the medians, not the ratio."""
    found = results()
    place = {"network": "gru", "block": 64}
    row_of(found["emulator"], contender="plain", **place)["by_round"] = [10, 50, 60]
    row_of(found["emulator"], contender="builtin", **place)["by_round"] = [1, 5, 6]
    name = "builtin against plain libtorch, gru, 64 columns"
    (value,) = [verdict.value for verdict in check(found) if verdict.goal.row == name]
    assert value == 10


@pytest.mark.parametrize(
    "section, key, value, row",
    [
        ("bridge", "bridge_s", 2.2e-5, "bridge beyond 1.2 copies of the data"),
        ("emulator", "calls", {"calls": 10**6, "before": 0, "after": 2 * 10**5},
         "builtin, growth of memory in a call"),
        ("emulator", "start", [{"contender": "builtin", "seconds": 0.06, "resident": 1}],
         "builtin, start to the first result"),
        ("emulator", "start", [{"contender": "builtin", "seconds": 0, "resident": 5e7}],
         "builtin, resident memory"),
        ("scaling", "ranks", {"same_bits": False}, "ranks with other bits"),
    ],
)  # fmt: skip
def test_other_value_that_falls_short_is_named(section, key, value, row):
    found = results()
    found[section][key] = value
    assert set(missed(found)) == {row}


def test_other_bits_are_named():
    found = results()
    row_of(found["scaling"], network="m7", contender="builtin", threads=2)["same_bits"] = False
    assert set(missed(found)) == {"forms and threads with other bits"}


def test_best_form_counts_on_a_device():
    found = results()
    rows = found["gpu"]["rows"]
    rows.append(rows[0] | {"form": "one loop", "reached": 0.1})
    assert missed(found) == {}
    rows[0]["reached"] = 0.69
    assert set(missed(found)) == {"device against its slowest bound, m7, 16384 columns"}


def test_row_that_failed_is_missed_with_its_reason():
    found = results()
    row = row_of(found["emulator"], network="m7", block=64, contender="builtin")
    del row["seconds"], row["by_round"]
    row["error"] = "a backend that is not there"
    (verdict,) = missed(found).values()
    assert verdict.why == "a backend that is not there" and math.isnan(verdict.value)


def test_row_that_is_not_there_is_missed():
    found = results()
    found["emulator"]["rows"].clear()
    assert {verdict.why for verdict in missed(found).values()} == {"not measured"}
    assert len(missed(found)) > 50


def test_what_was_not_asked_for_is_no_goal():
    found = results()
    found["emulator"]["asked"] = {"networks": ["mlp"], "contenders": ["builtin"], "blocks": [64]}
    rows = [v.goal.row for v in check({"emulator": found["emulator"]}) if v.goal.network]
    assert rows == [
        "builtin against plain libtorch, mlp, 64 columns",
        "builtin against its products alone, mlp, 64 columns",
    ]


def test_two_threads_are_no_goal_on_one_core():
    found = results()["scaling"]
    found["asked"]["cores"] = 1
    assert not [v for v in check({"scaling": found}) if "threads against" in v.goal.row]


@pytest.mark.parametrize(
    "section", [{"absent": "not measured: no accelerator"}, {"device": "cpu:async"}]
)
def test_no_device_is_nothing_that_falls_short(section):
    assert check({"gpu": section}) == []


def test_tables_have_all_rows():
    found = results()
    text = "\n".join(table.text() for table in tables(found, check(found)))
    for goal in GOALS:
        assert goal.row in text
    for word in ("plain libtorch", "matrix products alone", "aoti frozen", "two loops", "GB/s"):
        assert word in text
    assert "10 (10.00x)" not in text and "0.016 (10.00x)" in text  # thousand columns per second


def test_markdown_has_as_many_cells_in_each_line():
    found = results()
    for table in tables(found, check(found)):
        lines = [line for line in table.markdown().splitlines() if line.startswith("|")]
        assert len({line.count(" | ") for line in lines}) == 1


def test_table_names_what_is_missed():
    found = results()
    found["bridge"]["bridge_s"] = 1
    (goals,) = [t for t in tables(found, check(found)) if t.title.startswith("Goals")]
    assert [row[0] for row in goals.rows if row[-1] == "NO"] == [GOALS[0].row]


def test_pictures(tmp_path):
    paths = plot(results(), tmp_path / "new" / "folder")
    assert sorted(path.name for path in paths) == ["roofline.png", "stages.png", "throughput.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_pictures_of_what_failed(tmp_path):
    """Rows without times are left out; one network alone, and no roofline without its rate."""
    found = results()
    section = found["emulator"]
    section["rows"] = [
        {key: row[key] for key in ("network", "block", "contender")} | {"error": "none"}
        if row["contender"] == "aoti"
        else row
        for row in section["rows"]
        if row["network"] == "m7"
    ]
    del section["roofline"]["products"]
    assert len(plot(found, tmp_path)) == 2
