# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid report``: files of several ranks and restarts become one run; bad ones a message."""

import copy
import json
import os
import re

import numpy as np
import pytest
from click.testing import CliRunner

from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError
from pyhybrid.report import read_run
from pyhybrid.report.adding import add

SECONDS = {"pack": 0.25, "infer": 2.0, "guard": 0.125, "hooks": 0.0, "constrain": 0.0,
           "native": 1.0, "scatter": 0.5}  # fmt: skip


def guard(columns, level=3, name="range"):
    return {"guard": name, "policy": "native", "side": "input", "field": "air_temperature",
            "columns": columns, "level": level}  # fmt: skip


def hook(mean, rms, n):
    row = {"n": n, "mean": mean, "rms": rms, "limited": 1.0}
    added = {"heating": {**row, "unit": "K s-1", "rows": [row, {}]}}
    return {"name": "hook 1 (ridge)", "dry_run": False, "added": added}


def audit(error, total, raised=False):
    return {"audits": 9, "alarms": int(raised), "raised": raised, "threshold": 10.0,
            "score": {"error": error, "bias": error / 2},
            "error": {"mean": 1.0, "deviation": 0.1, "sum": total},
            "bias": {"mean": 0.5, "deviation": 0.1, "sum": 0.0}}  # fmt: skip


def budget(mean, n, name="energy", **more):
    sums = {"n": n, "mean": mean, "rms": 2 * abs(mean)}
    return {"name": name, "unit": "W m-2", "enforced": True, "imbalance": sums,
            "added_by_hooks": {}} | more  # fmt: skip


def scheme(columns=640, **more):
    return {
        "mode": "emulate", "calls": 10, "columns": columns, "rejected": 4, "audited": 64,
        "failures": 0, "inputs_not_finite": 2, "outputs_not_finite": 0, "seconds": dict(SECONDS),
        "batches": {"inferences": 10, "samples": columns,
                    "sizes": [{"from": 33, "to": 64, "inferences": 10}]},
        "guards": [guard(3), guard(1, level=4)], "hooks": [hook(1.0, 2.0, 100.0)],
        "audit": audit(1.0, 2.0), **more,
    }  # fmt: skip


def record(step, ranks=1, **more):
    return {"step": step, "date": f"2001-01-{step:02d}", "elapsed": 600.0 * step, "steps": 2,
            "ranks": ranks, "schemes": {"radiation": scheme(64, **more)}}  # fmt: skip


def statistics(rank=0, ranks=1, began=1, step=9, restored=None, history=(), **more):
    return {
        "format": "pyhybrid statistics", "version": 1, "rank": rank, "ranks": ranks, "step": step,
        "date": f"2001-01-{step:02d}", "began": began, "restored": restored,
        "schemes": {"radiation": scheme(**more)}, "history": list(history),
    }  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(contents, name="statistics.0.json"):
        path = tmp_path / name
        path.write_text(contents if isinstance(contents, str) else json.dumps(contents))
        return path

    return write


def invoke(*arguments):
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


# ---- Ranks


def test_ranks_are_added_up(write, tmp_path):
    write(statistics(0, 2, history=[record(2, 2), record(4, 2)]))
    write(statistics(1, 2, columns=320), "statistics.1.json")
    run = read_run([tmp_path])
    radiation = run.schemes["radiation"]
    assert (run.ranks, run.first, run.last, run.notes) == (2, 1, 9, ())
    assert (radiation["columns"], radiation["rejected"]) == (960, 8)
    assert radiation["seconds"]["infer"] == 4.0
    assert {one["level"]: one["columns"] for one in radiation["guards"]} == {3: 6, 4: 2}
    assert radiation["batches"]["sizes"] == [{"from": 33, "to": 64, "inferences": 20}]
    assert [one["step"] for one in run.history] == [2, 4]
    assert run.history[0]["schemes"]["radiation"]["columns"] == 64  # of all ranks already


def test_means_are_weighted_and_sizes_are_pooled():
    total = add(scheme(hooks=[hook(1.0, 2.0, 100.0)]), scheme(hooks=[hook(4.0, 5.0, 300.0)]))
    heating = total["hooks"][0]["added"]["heating"]
    assert heating["n"] == 400
    assert heating["mean"] == (100 * 1 + 300 * 4) / 400
    assert heating["rms"] == pytest.approx(((100 * 4 + 300 * 25) / 400) ** 0.5, rel=1e-15)
    assert heating["rows"][0]["mean"] == heating["mean"]
    assert heating["rows"][1] == {}


def test_columns_that_a_hook_vetoed_are_told_and_added_up(write):
    veto = {"name": "hook 1 (c)", "dry_run": False, "rejected": 30.0, "weight": 1.0}
    total = add(scheme(hooks=[veto]), scheme(hooks=[{**veto, "rejected": 12.0}]))
    assert total["hooks"][0]["rejected"] == 42
    assert "rejected" not in add(scheme(), scheme())["hooks"][0]
    result = invoke(write(statistics(hooks=total["hooks"])), "--no-html")
    assert result.exit_code == 0, result.output
    assert "rejected 42 columns" in result.stdout and "nothing added" not in result.stdout


def test_budgets_are_pooled_by_name():
    one = scheme(budgets=[budget(1.0, 100.0), budget(3.0, 10.0, name="water")])
    added = {"n": 5.0, "mean": 0.1, "rms": 0.2}
    total = add(one, scheme(budgets=[budget(4.0, 50.0, added_by_hooks=added)]))
    energy, water = total["budgets"]
    assert energy["imbalance"]["n"] == 150.0
    assert energy["imbalance"]["mean"] == pytest.approx(2.0)
    assert energy["imbalance"]["rms"] == pytest.approx(np.sqrt((100 * 4 + 50 * 64) / 150))
    assert energy["added_by_hooks"] == added
    assert water["imbalance"]["mean"] == 3.0


def test_budgets_have_a_table(write):
    added = {"n": 5.0, "mean": 0.125, "rms": 0.25}
    budgets = [budget(1.5, 100.0, enforced=False), budget(4.0, 50.0, "water", added_by_hooks=added)]
    result = invoke(write(statistics(budgets=budgets)), "--no-html")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    imbalance = "energy, not enforced imbalance before constraints 100 1.5 3 W m-2"
    assert any(imbalance in line for line in lines)
    assert any("water what hooks added 5 0.125 0.25 W m-2" in line for line in lines)


def test_scores_of_several_ranks_have_no_r2():
    one = {"flux": {"n": 10, "bias": 1.0, "rmse": 2.0, "r2": 0.9, "unit": "W m-2", "rows": [{}]}}
    other = {"flux": {"n": 30, "bias": 3.0, "rmse": 4.0, "r2": 0.8, "unit": "W m-2", "rows": [{}]}}
    flux = add(scheme(scores=one), scheme(scores=other))["scores"]["flux"]
    assert (flux["bias"], flux["r2"], flux["unit"]) == (2.5, None, "W m-2")
    assert flux["rmse"] == pytest.approx(13**0.5, rel=1e-15)


def test_order_of_addition_changes_no_count():
    parts = [scheme(columns=n, guards=[guard(n)]) for n in (1, 2, 3)]
    forth, back = add(add(*parts[:2]), parts[2]), add(parts[2], add(parts[1], parts[0]))
    assert forth["columns"] == back["columns"] == 6
    assert forth["guards"] == back["guards"]


def test_ranks_with_records_of_their_own_are_joined(write, tmp_path):
    for rank in range(3):
        write(statistics(rank, 3, history=[record(2), record(4)]), f"statistics.{rank}.json")
    history = read_run([tmp_path]).history
    assert [one["step"] for one in history] == [2, 4]
    assert history[0]["ranks"] == 3
    assert history[0]["schemes"]["radiation"]["columns"] == 192


def test_a_missing_rank_is_told(write, tmp_path):
    write(statistics(0, 3))
    write(statistics(2, 3), "statistics.2.json")
    (note,) = read_run([tmp_path]).notes
    assert note == "ranks from step 1: expected files of 3, found none of rank 1; totals lack them"
    page = tmp_path / "page.html"
    assert invoke(tmp_path, "--html", page).exit_code == 0
    assert page.read_text().count("found none of rank 1") == 1


def test_ranks_that_stopped_at_different_steps_are_told(write, tmp_path):
    write(statistics(0, 2, step=9))
    write(statistics(1, 2, step=7), "statistics.1.json")
    (note,) = read_run([tmp_path]).notes
    assert "7 to 9" in note


def test_ranks_of_other_runs_are_refused(write, tmp_path):
    write(statistics(0, 2))
    other = statistics(1, 2)
    other["schemes"] = {"convection": other["schemes"]["radiation"]}
    write(other, "statistics.1.json")
    with pytest.raises(ArgumentError, match="radiation.*found.*convection.*several runs"):
        read_run([tmp_path])


def test_ranks_that_disagree_on_their_number_are_refused(write, tmp_path):
    write(statistics(0, 2))
    write(statistics(1, 4), "statistics.1.json")
    with pytest.raises(ArgumentError, match="expected 2 as in .*found 4"):
        read_run([tmp_path])


def test_two_files_of_one_rank_are_refused(write, tmp_path):
    write(statistics())
    write(statistics(), "statistics_copy.json")
    with pytest.raises(ArgumentError, match="rank 0: expected one file, found two that begin at"):
        read_run([tmp_path])


def test_the_same_file_twice_is_one(write, tmp_path):
    path = write(statistics())
    assert read_run([path, tmp_path, path]).schemes["radiation"]["columns"] == 640


# ---- Restarts


@pytest.mark.parametrize("mode", ["emulate", "blend", "correct", "shadow"])
def test_a_restart_that_has_the_counters_replaces_those_before(write, mode):
    before = [record(2), record(4), record(6), record(8)]
    first = write(statistics(history=before, mode=mode), "a.json")
    then = statistics(began=7, step=15, restored=6, columns=1000, mode=mode,
                      history=[record(8), record(10)])  # fmt: skip
    run = read_run([write(then, "b.json"), first])
    assert run.schemes["radiation"]["columns"] == 1000
    assert [one["step"] for one in run.history] == [2, 4, 6, 8, 10]
    assert run.history[3]["elapsed"] == then["history"][0]["elapsed"]
    assert (run.first, run.last, run.notes) == (1, 15, ())


def test_a_restart_of_another_mode_replaces_nothing(write):
    first = write(statistics(mode="record", columns=100), "a.json")
    then = write(statistics(began=10, step=15, restored=9, columns=1000), "b.json")
    assert read_run([first, then]).schemes["radiation"]["columns"] == 1100


def test_a_shorter_record_at_the_end_leaves_no_gap(write):
    first = write(statistics(history=[record(2), record(4), record(5)], step=5), "a.json")
    second = write(statistics(began=4, step=6, restored=3, history=[record(6)]), "b.json")
    assert [one["step"] for one in read_run([first, second]).history] == [2, 6]
    anew = write(statistics(began=6, step=8, history=[record(8)]), "c.json")
    assert [one["step"] for one in read_run([first, anew]).history] == [2, 4, 5, 8]


def test_parts_without_a_restart_are_added(write):
    first = write(statistics(history=[record(2)]), "a.json")
    second = write(statistics(began=10, step=15, history=[record(11)]), "b.json")
    run = read_run([first, second])
    assert run.schemes["radiation"]["columns"] == 1280
    assert [one["step"] for one in run.history] == [2, 11]
    assert run.notes == ()


def test_steps_that_were_run_twice_are_told(write):
    first = write(statistics(history=[record(2), record(8)]), "a.json")
    second = write(statistics(began=6, step=15, history=[record(7)]), "b.json")
    run = read_run([first, second])
    assert [one["step"] for one in run.history] == [2, 7]
    (note,) = run.notes
    assert "steps from 6 were run twice" in note


def test_a_restart_alone_says_what_is_missing(write):
    run = read_run([write(statistics(began=7, restored=6))])
    (note,) = run.notes
    assert "restart of step 6" in note


# ---- Bad files


@pytest.mark.parametrize(
    "text, found",
    [
        ("", "an empty file"),
        ("[1]", "other JSON"),
        ('{"schemes": {}, "rank": 0}', "none: an older pyhybrid wrote it"),
        ('{"format": "pyhybrid statistics", "version": 2, "schemes": {}}', "expected 1, found 2"),
        ('{"format": "pyhybrid statistics", "version": 1, "schemes": {}}', "began"),
        ("no JSON at all", "a part of one, or something else"),
        ("\xff\xfe\x00", "a part of one, or something else"),
    ],
)
def test_other_files_are_refused(write, text, found):
    result = invoke(write(text), "--no-html")
    assert result.exit_code == 1
    assert found in result.output
    assert "statistics.0.json" in result.output


@pytest.mark.parametrize(
    "change, found",
    [
        ({"schemes": {"radiation": 5}}, "scheme 'radiation': expected counts and seconds"),
        ({"schemes": []}, "expected counts and seconds"),
        ({"schemes": {"radiation": {**scheme(), "columns": "many"}}}, "counts and seconds"),
        ({"history": {}}, "a list of records"),
        ({"history": [1]}, "a list of records"),
        ({"history": [{"step": 1, "steps": 1, "ranks": 1, "schemes": None}]}, "counts and"),
        ({"history": [{"schemes": {}}]}, "step, steps, ranks in each record"),
    ],
)
def test_contents_that_do_not_fit_are_refused(write, change, found):
    result = invoke(write(statistics() | change), "--no-html")
    assert result.exit_code == 1
    assert found in result.output


def test_netcdf_of_something_else_is_refused(tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    netcdf.Dataset(tmp_path / "climate.nc", "w").close()
    (tmp_path / "half.nc").write_bytes(b"CDF")
    assert "variable 'statistics', found none" in invoke(tmp_path / "climate.nc").output
    assert "expected a whole NetCDF file" in invoke(tmp_path / "half.nc").output
    assert "[domain] in hybrid.toml), found none" in invoke(tmp_path).output


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_half_a_file_is_refused_also_in_a_folder(write, tmp_path, share):
    text = json.dumps(statistics(history=[record(2)]))
    write(text[: int(share * len(text))])
    result = invoke(tmp_path, "--no-html")
    assert result.exit_code == 1
    assert "expected a whole file of JSON" in result.output


def test_a_folder_without_statistics_says_how_to_get_some(tmp_path):
    (tmp_path / "other.json").write_text("{}")
    result = invoke(tmp_path)
    assert result.exit_code == 1
    assert "key 'statistics' of [domain] in hybrid.toml), found none" in result.output


def test_names_that_are_no_utf8(write, tmp_path):
    """Printed and written escaped, in the folder and as what is missing."""
    folder = tmp_path / os.fsdecode(b"run\xff")
    folder.mkdir()
    write(statistics(history=[record(2)]), f"{folder.name}/statistics.0.json")
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    result = invoke(folder, "--html", page, "--json", numbers)
    assert result.exit_code == 0, result.output
    assert "run\\udcff" in page.read_text() and json.loads(numbers.read_text())
    other = invoke(tmp_path / os.fsdecode(b"no\xff"))
    assert other.exit_code == 1 and "no\\udcff: expected a file or a folder" in other.output


def test_a_missing_path_is_told(tmp_path):
    result = invoke(tmp_path / "nothing")
    assert result.exit_code == 1
    assert "expected a file or a folder, found none" in result.output


def test_other_files_of_a_folder_are_passed_over(write, tmp_path):
    write(statistics())
    (tmp_path / "card.json").write_text('{"name": "card"}')
    (tmp_path / "out.nc").write_bytes(b"no NetCDF")
    assert len(read_run([tmp_path]).files) == 1


# ---- What comes out


def test_tables_name_the_numbers(write):
    result = invoke(write(statistics(history=[record(2), record(4)])), "--no-html")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    counts = next(line for line in lines if line[:2] == ["radiation", "emulate"])
    assert counts[2:4] == ["10", "640"]
    worst = next(line for line in lines if line[:2] == ["radiation", "range"])
    assert worst[-3:] == ["4", "3:", "3"]
    assert "steps 1 to 9, until 2001-01-09, 1 rank, 2 records" in result.stdout


def test_json_holds_everything(write, tmp_path):
    path = write(statistics(history=[record(2)]))
    out = tmp_path / "out" / "run.json"
    out.parent.mkdir()
    assert invoke(path, "--no-html", "--json", out).exit_code == 0
    screen = invoke(path, "--json", "-")
    assert json.loads(screen.stdout) == json.loads(out.read_text())
    assert json.loads(screen.stdout)["schemes"]["radiation"]["columns"] == 640


def test_a_run_that_did_nothing_has_a_report(write, tmp_path):
    empty = statistics()
    empty |= {"schemes": {}, "began": None}
    pytest.importorskip("matplotlib")
    result = invoke(write(empty), "--html", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert "no step" in (tmp_path / "page.html").read_text()


def test_json_that_cannot_be_written_is_told_first(write, tmp_path):
    result = invoke(write("broken"), "--no-html", "--json", tmp_path / "no" / "such.json")
    assert result.exit_code == 1
    assert "such.json" in result.output and "broken" not in result.output


@pytest.fixture
def page(write, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")

    def page(contents):
        out = tmp_path / "page.html"
        result = invoke(write(contents), "--html", out)
        assert result.exit_code == 0, result.output
        return out.read_text()

    return page


def test_the_page_has_all_pictures_inside(page):
    history = [record(step, audit=audit(1.0 + 0.1 * step, step, step > 6)) for step in (2, 4, 6, 8)]
    text = page(statistics(history=history))
    assert text.count("steps 1 to 9") == 2  # in the window and on the page
    titles = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    assert len(titles) == 7
    assert len(re.findall(r'src="data:image/png;base64,[A-Za-z0-9+/]{2000,}', text)) == 7
    assert not re.search(r'(src|href)="(?!data:)', text)  # nothing that it would have to fetch


@pytest.mark.parametrize("maker", ["_times", "_rejected"])
def test_pictures_over_time_begin_with_the_first_record(maker):
    pytest.importorskip("matplotlib")
    from pyhybrid.report import pictures

    history = [(one, one["schemes"]["radiation"]) for one in (record(2), record(4), record(6))]
    figure = getattr(pictures, maker)(scheme(), history)
    axis = figure.axes[-1]
    assert axis.get_xlim() == (0.5, 6.5)


def test_a_page_of_few_records_has_fewer_pictures(page):
    text = page(statistics(audit=None, guards=[], hooks=[]))
    assert len(re.findall("<figcaption>", text)) == 2


def test_names_in_a_page_are_no_html(page):
    contents = statistics()
    contents["schemes"] = {"<script>x</script>": contents["schemes"]["radiation"]}
    text = page(contents)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_values_that_are_missing_do_no_harm(page):
    nothing = audit(1.0, 1.0)
    nothing["score"] = None
    broken = audit(1.0, 1.0)
    broken["score"] = {"error": None, "bias": None}
    broken["error"] = {**broken["error"], "sum": None}
    history = [record(2, audit=nothing), record(4, audit=broken), record(6)]
    page(statistics(history=history, audit=copy.deepcopy(broken)))


def test_a_page_is_not_written_over_what_is_no_file(write, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    result = invoke(write(statistics()), "--html", tmp_path)
    assert result.exit_code == 1
    assert "expected a regular file" in result.output
