# SPDX-License-Identifier: BSD-3-Clause
"""The commands, as a user gives them."""

import json
import math
import re
import subprocess
import sys

import pytest
from exoplasim_files import EMULATORS, ROOT
from runs import SCHEMES

COUPLED = {
    "completed_days", "rms_temperature_K", "level_bias_K", "olr_bias_W_m2", "rain_ratio"
}  # fmt: skip


def command(*arguments):
    return subprocess.run(
        [sys.executable, "examples/exoplasim", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def demo(hybrid, tmp_path_factory):
    """Two days and two members of the main job: output folder, and what it said."""
    output = tmp_path_factory.mktemp("demo")
    done = command("demo", "--days", 2, "--members", 2, "--output", output)
    assert (output / "summary.json").is_file(), done.stderr
    return output, done


@pytest.fixture(scope="module")
def summary(demo):
    return json.loads((demo[0] / "summary.json").read_text())


def all_numbers(tree):
    if isinstance(tree, dict | list):
        for one in tree.values() if isinstance(tree, dict) else tree:
            yield from all_numbers(one)
    elif isinstance(tree, float | int):
        yield tree


def test_summary_has_its_structure(summary):
    assert summary.keys() == {"schemes", "native"}
    assert summary["schemes"].keys() == {*SCHEMES, "all"}
    assert summary["schemes"]["all"].keys() == {"coupled"}
    assert summary["native"].keys() == {"rms_temperature_K"}
    spread = summary["native"]["rms_temperature_K"]
    assert spread.keys() == {"pairs", "largest"}
    assert len(spread["pairs"]) == 1 and spread["largest"] == max(spread["pairs"])
    for scheme in (*SCHEMES, "all"):
        assert summary["schemes"][scheme]["coupled"].keys() >= COUPLED
        assert summary["schemes"][scheme]["coupled"]["completed_days"] == 2


@pytest.mark.parametrize("scheme", SCHEMES)
def test_summary_of_a_scheme(summary, scheme):
    entry = summary["schemes"][scheme]
    assert entry.keys() == {"offline", "shadow", "coupled", "seconds_per_call"}
    assert entry["seconds_per_call"].keys() == {"native", "emulated"}
    assert all(value > 0 for value in entry["seconds_per_call"].values())
    for kind in ("offline", "shadow"):
        assert entry[kind].keys() >= {"r2", "rmse", "worst_level_r2"}
        for value, unit in entry[kind]["rmse"].values():
            assert value >= 0 and isinstance(unit, str)
    assert entry["offline"]["r2"].keys() == entry["shadow"]["r2"].keys()


def test_summary_has_nothing_that_is_not_finite(summary):
    numbers = list(all_numbers(summary))
    assert len(numbers) > 100 and all(map(math.isfinite, numbers))


def test_report_carries_its_pictures(demo):
    text = (demo[0] / "report.html").read_text()
    pictures = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)"', text)
    assert len(pictures) == text.count("<img") == 6
    assert all(len(data) > 5000 for data, _ in pictures)
    for word in ("Zonal-mean temperature", "Zonal-mean rain", "Profiles of R2", "Time per call"):
        assert any(word in alternative for _, alternative in pictures)
    assert "http" not in text  # nothing is loaded from elsewhere


def test_output_says_where_and_how_well(demo):
    output, done = demo
    assert f"report: {output / 'report.html'}" in done.stdout
    verdicts = dict(line.split(": ", 1) for line in done.stdout.splitlines()[2:])
    assert verdicts.keys() == {*SCHEMES, "all"}
    rejected = any(text != "accepted" for text in verdicts.values())
    assert done.returncode == (1 if rejected else 0)
    assert "spin-up" in done.stderr  # progress


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("demo", "--days", "0"), "0 is not in the range x>=1"),
        (("demo", "--members", "1"), "1 is not in the range x>=2"),
        (("demo", "--emulators", "/nowhere"), "'/nowhere' does not exist"),
        (("train", "--days", "2"), "2 is not in the range x>=8"),
        (("dmeo",), "No such command 'dmeo'"),
    ],
)
def test_wrong_usage(arguments, message):
    done = command(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_shipped_emulators_are_small():
    sizes = [path.stat().st_size for path in EMULATORS.iterdir()]
    assert len(sizes) == 3 and sum(sizes) < 1_000_000
