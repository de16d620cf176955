# SPDX-License-Identifier: BSD-3-Clause
"""Goals of the benchmarks, on forged results: tables, pictures and what falls short."""

import math

import pytest
from bench_results import results, row_of

from pyhybrid.bench.goals import GOALS, check
from pyhybrid.bench.plots import plot
from pyhybrid.bench.tables import tables


def missed(found):
    return {verdict.goal.row: verdict for verdict in check(found) if verdict.missed}


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
        ("online", {"network": "mlp-column", "contender": "guards and constraints"}, 1.06,
         "guards and constraints over nothing, mlp-column"),
        ("online", {"network": "gru-column", "contender": "audit of 0.1 of the tiles"}, 17.6,
         "audit of 0.1 of the tiles beyond its native runs, gru-column"),
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


@pytest.mark.parametrize("rows", [[], [{"network": "m7", "contender": "builtin", "error": "no"}]])
def test_bits_that_nobody_compared_are_not_the_same(rows):
    found = results()
    found["scaling"]["rows"] = rows
    del found["scaling"]["ranks"]["same_bits"]
    told = missed(found)
    for name in ("forms and threads with other bits", "ranks with other bits"):
        assert "not measured" in str(told[name])


def test_native_runs_of_an_audit_do_not_count_against_it():
    found = results()
    row = row_of(found["online"], network="mlp-column", contender="audit of 0.1 of the tiles")
    row |= {"by_round": [110.3] * 3, "native_by_round": [100.0] * 3}
    assert missed(found) == {}


def test_network_that_could_not_be_written_is_missed_with_its_reason():
    found = results()
    rows = [row for row in found["online"]["rows"] if row["network"] != "mlp-column"]
    failed = {"network": "mlp-column", "contender": "builtin", "error": "no engine"}
    found["online"]["rows"] = [*rows, failed]
    assert {one.why for one in missed(found).values()} == {"no engine"}
    assert len(missed(found)) == 3


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


def test_portable_products_excuse_what_assumes_a_library():
    found = results()
    found["emulator"]["library"] = {"name": "portable", "why": "built without libxsmm"}
    for row in found["emulator"]["rows"]:
        if row["contender"] in ("builtin", "torchscript"):  # three times as slow
            row |= {"seconds": 3 * row["seconds"], "by_round": [3 * one for one in row["by_round"]]}
    verdicts = {one.goal.row: one for one in check(found)}
    excused = {name for name, one in verdicts.items() if one.excuse}
    assert excused == {
        name
        for name in verdicts
        if name.startswith(("builtin against plain libtorch", "builtin against its products"))
    }
    missed = {name for name, one in verdicts.items() if one.missed}
    assert "torchscript against plain libtorch, mlp, 512 columns" in missed
    assert not missed & excused
    text = "\n".join(table.text() for table in tables(found, list(verdicts.values())))
    assert "not applicable: portable products, not libxsmm: built without libxsmm" in text
    assert "matrix products by portable code: built without libxsmm" in text


def test_portable_products_excuse_nothing_that_failed():
    found = results()
    found["emulator"]["library"] = {"name": "portable", "why": "built without libxsmm"}
    row = row_of(found["emulator"], network="m7", block=64, contender="builtin")
    del row["seconds"], row["by_round"]
    row["error"] = "other results"
    assert [one.why for one in check(found) if one.missed] == ["other results"]


@pytest.mark.parametrize(
    "library, label",
    [
        ("libxsmm 1.17", "matrix products alone by libxsmm 1.17"),
        ("portable", "matrix products alone by portable code"),
    ],
)
def test_limit_says_what_makes_its_products(library, label):
    found = results()
    for row in found["emulator"]["rows"]:
        if row["contender"] == "products":
            row["library"] = library
    text = "\n".join(table.text() for table in tables(found, []))
    assert label in text


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
    names = sorted(path.stem for path in paths)
    assert names == ["online", "roofline", "stages", "throughput"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


@pytest.fixture
def figures(monkeypatch, tmp_path):
    """The pictures of results as matplotlib has them, by name."""
    from matplotlib import pyplot

    from pyhybrid.bench import plots

    found = {}
    monkeypatch.setattr(plots, "_saved", lambda figure, _, path: found.update({path.stem: figure}))

    def drawn(results):
        plot(results, tmp_path)
        return found

    yield drawn
    for figure in found.values():
        pyplot.close(figure)


def with_a_file(network, contender, flops):
    """Results that have a user's file besides."""
    found = results()
    section = found["emulator"]
    section["networks"][network] = {"flops": flops, "values": 62}
    of_m7 = [row for row in section["rows"] if row["network"] == "m7" and "stages" in row]
    section["rows"] += [
        row | {"network": network, "contender": contender}
        for row in of_m7
        if row["contender"] == "builtin"
    ]
    return found


def legend_texts(figure):
    return {text.get_text() for legend in figure.legends for text in legend.get_texts()}


def test_users_file_is_in_all_pictures(figures):
    found = figures(with_a_file("mine", "torchscript", 50000))
    assert "mine" in legend_texts(found["roofline"])
    titles = {name: [axes.get_title() for axes in one.axes] for name, one in found.items()}
    assert "mine" in titles["throughput"] and "mine, 512 columns" in titles["stages"]
    (title,) = titles["roofline"]
    assert "without" not in title


def test_roofline_says_what_it_cannot_show(figures):
    figure = figures(with_a_file("mine", "python", None))["roofline"]
    assert "without mine: number of operations unknown" in figure.axes[0].get_title()
    assert "mine" not in legend_texts(figure)


def test_no_panel_is_empty(figures):
    """With five networks one place of two columns is spare: the legend is there."""
    found = figures(with_a_file("mine", "python", None))
    *drawn, spare = found["throughput"].axes
    assert all(axes.lines for axes in drawn) and len(drawn) == 5
    assert spare.get_legend() and not spare.axison
    for axes in found["stages"].axes:
        contenders = len(axes.get_yticks())
        assert axes.get_ylim() == (contenders - 0.5, -0.5)


def test_panels_have_one_axis_of_rates(figures):
    found = results()
    for row in found["emulator"]["rows"]:
        row["seconds"] *= 1000 if row["network"] == "gru" else 1
    limits = {axes.get_ylim() for axes in figures(found)["throughput"].axes}
    assert len(limits) == 1


def test_axes_are_logarithmic_and_enclose_the_data(figures):
    found = figures(results())
    for axes in (*found["throughput"].axes, *found["roofline"].axes):
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        low, high = axes.get_ylim()
        values = [y for line in axes.lines[1:] for y in line.get_ydata()]  # [0]: the roof
        assert low < min(values) and max(values) < high
        assert f"{low:.0e}"[0] in "125" and f"{high:.0e}"[0] in "125"
    logarithmic = (figure for name, figure in found.items() if name != "online")
    labels = {axes.get_ylabel() for figure in logarithmic for axes in figure.axes}
    assert labels == {"thousand columns per second", "matrix products [GFLOP/s]", ""}


def test_picture_of_what_trust_costs(figures):
    (axes,) = figures(results())["online"].axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["guards and constraints"]
    widths = sorted(bar.get_width() for bar in axes.patches)
    assert widths == pytest.approx([4.0] * 3)


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
    found["online"]["rows"] = [{"network": "mlp-column", "contender": "builtin", "error": "none"}]
    assert len(plot(found, tmp_path)) == 2
