# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid validate``: files, limits, exit codes; and its page in a real browser."""

import hashlib
import json
import re
import shutil
import subprocess
import sys

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner
from recorded_runs import WATER, card

from pyhybrid import Field
from pyhybrid.cli import main
from pyhybrid.errors import ConfigError
from pyhybrid.validation import validating
from pyhybrid.validation.setting import setting_of

NATIVELY = """\
import numpy as np

def drying_and_rain(fields):
    drying = -1e-9 * np.maximum(fields["temperature"] - 265, 0)
    rain = -(fields["mass"] * drying).sum(1)
    return {"drying": drying, "rain": rain, "deep": (rain > 2e-5).astype(np.int32)}
"""


def invoke(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


@pytest.fixture
def limits(tmp_path):
    def write(text):
        path = tmp_path / "limits.toml"
        path.write_text(text)
        return path

    return write


def test_tables_and_files(emulator, recording, tmp_path):
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    result = invoke(emulator(), recording, "--html", page, "--json", numbers, "--split", "region")
    assert result.exit_code == 0, result.output
    assert re.search(r"drying +s-1 ", result.stdout) and "tropics" in result.stdout
    found = json.loads(numbers.read_text())
    assert found["format"] == "pyhybrid validation" and found["recording"]["samples"] == 320
    assert found["beyond"] == []
    text = page.read_text()
    assert text.count("data:image/png;base64,") > 5 and "http" not in text.split("</style>")[1]
    for one in found["emulators"].values():
        assert one["sha256"] in text


def test_numbers_on_the_screen(emulator, recording):
    result = invoke(emulator(), recording, "--json", "-")
    assert json.loads(result.stdout)["emulators"]["emulator.py"]["samples"] == 320


def test_no_page(emulator, recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke(emulator(), recording, "--no-html")
    assert result.exit_code == 0 and not (tmp_path / "validation.html").exists()


def test_patterns_and_several_emulators(emulator, record, tmp_path):
    record("run.0.nc")
    record("run.1.nc", offset=3.0)
    one, other = emulator("one.py"), emulator("other.py", threshold=268)
    result = invoke(one, other, tmp_path / "run.*.nc", "--no-html")
    assert result.exit_code == 0 and "640 samples in 2 files" in result.stdout
    lines = [line.split()[:2] for line in result.stdout.splitlines()]
    at = lines.index(["one.py", "drying"])
    assert lines[at + 1] == ["other.py", "drying"]  # beside each other


# ---- Limits


def test_limits_that_are_kept(emulator, recording, limits):
    path = limits("[field.drying]\nr2 = { min = 0.5 }\nbias = { min = -1, max = 1 }")
    assert invoke(emulator(), recording, "--no-html", "--thresholds", path).exit_code == 0


def test_limits_that_are_not_kept_end_with_3(emulator, recording, limits, tmp_path):
    path = limits(
        "[field.drying]\nr2 = { min = 0.999999 }\n[field.rain]\nbelow = { max = 0 }\n"
        "[split.tropics.field.drying]\nworst_r2 = { min = 1.0 }\n[outside]\nsamples = { max = 1 }\n"
    )
    page = tmp_path / "page.html"
    more = ("--split", "region", "--html", page)
    result = invoke(emulator(), recording, "--thresholds", path, *more)
    assert result.exit_code == 3
    beyond = re.findall("beyond its limit: (.*)", result.stderr)
    assert [one.split(": expected")[0] for one in beyond] == [
        "emulator.py: field / drying / r2",
        "emulator.py: field / rain / below",
        "emulator.py: split / tropics / field / drying / worst_r2",
        "emulator.py: outside / samples",  # of a card without a training range
    ]
    assert page.read_text().count("Beyond its limit") == 4  # written all the same


def test_a_score_that_is_none_is_beyond_its_limit(python_plugin, write_emulator, record, limits):
    path = limits("[field.drying]\nr2 = { min = 0.0 }\n")
    cold = record("cold.nc", offset=-200.0)  # nothing ever dries: R2 has no meaning
    program = "import numpy as np\n\ndef emulate(x):\n    return np.zeros((x.shape[0], 7))\n"
    emulator = write_emulator(card(), program)
    result = invoke(emulator, cold, "--no-html", "--thresholds", path)
    assert result.exit_code == 3 and "expected at least 0, found no number" in result.stderr


@pytest.mark.parametrize(
    "text, message",
    [
        ("[field.dryng]\nr2 = { min = 0 }", "unknown entry 'dryng'; did you mean 'drying'"),
        ("[field.drying]\nr3 = { min = 0 }", "unknown entry 'r3'; did you mean 'r2'"),
        ("[field.drying]\nr2 = 0.5", "expected a table such as { min = 0.9 }, found 0.5"),
        ("[field.drying]\nr2 = { min = 'a' }", "r2.min: expected a number, found 'a'"),
        ("[field.drying]\nrows = { min = 0 }", "expected one number, found several"),
        ("[field.drying.rows.r2.9]\n1 = { min = 0 }", "expected a number from 1 to 5, found 9"),
        ("[field.drying]\nr2 = { mim = 0 }", "expected a table such as"),
        ("[field.drying]\nr2 = { min = 0.9, mx = 1 }", "side of a limit 'mx'; did you mean 'max'"),
        ("[field.drying.rows.r2.\"²\"]\n1 = { min = 0 }", "expected a number from 1 to 5, found ²"),
        ("[field.drying]\nr2 = { min = 1, max = 0.5 }", "expected a min that is at most the max"),
        ("[split.tropics.field.drying]\nr2 = { min = 0 }", "split: expected --split"),
        ("[jacobian]\ncorrelation = { min = 0 }", "jacobian: expected --native"),
        ("", "expected limits such as"),
        ("[field", "expected TOML"),
    ],
)
def test_limits_that_are_wrong_are_messages(emulator, recording, limits, text, message):
    result = invoke(emulator(), recording, "--no-html", "--thresholds", limits(text))
    assert result.exit_code == 1 and message in result.output


@pytest.mark.parametrize(
    "text, message",
    [
        ("[field.drying]\nrr2 = { min = 0 }", "unknown entry 'rr2'; did you mean 'r2'"),
        ("[field.drying.rows.rmze]\n1 = { max = 0 }", "did you mean 'rmse'"),
        ("[field.drying.ensemble]\ncrsp = { max = 0 }", "did you mean 'crps'"),
        ("[budget.water]\nrelativ = { max = 0 }", "did you mean 'relative'"),
        ("[outside]\nsample = { max = 0 }", "did you mean 'samples'"),
        ("[outside.field.temperature.beloww]\n1 = { max = 0 }", "did you mean 'below'"),
        ("[split.tropics.field.drying]\nr3 = { min = 0 }", "did you mean 'r2'"),
        ("[split.tropics.field.drying.rows.r2]\n1 = { min = 0 }", "unknown entry 'rows'"),
        ("[jacobian.field.drying.temperature]\ncorelation = { min = 0 }", "mean 'correlation'"),
        ("[feild.drying]\nr2 = { min = 0 }", "unknown entry 'feild'; did you mean 'field'"),
        ("[field]\ndrying = { min = 0 }", "expected one number, found several"),
        ("[attribution]\nmax = 1", "attribution: expected --attributions"),
    ],
)
def test_a_misspelled_score_is_told_before_any_file_is_read(tmp_path, limits, text, message):
    """There is none that could be: whatever opened the emulator or the recording would fail."""
    files = tmp_path / "no_emulator.py", tmp_path / "no_recording.nc"
    native = ("--native", "os:getcwd") if "jacobian" in text else ()
    more = ("--split", "region", "--no-html", *native)
    result = invoke(*files, *more, "--thresholds", limits(text))
    assert result.exit_code == 1 and "limits.toml: " in result.stderr and message in result.stderr


@pytest.mark.parametrize(
    "text, message",
    [
        ("[field.dryng]\nr2 = { min = 0 }", "did you mean 'drying'"),
        ("[field.deep]\nr2 = { min = 0 }", "field.deep.r2: unknown entry 'r2'"),
        ("[field.drying]\nbelow = { max = 0 }", "field.drying.below: unknown entry"),
        ("[field.drying.ensemble]\ncrps = { max = 0 }", "unknown entry 'ensemble'"),
        ("[field.drying.rows.r2.6]\n1 = { min = 0 }", "expected a number from 1 to 5, found 6"),
        ("[outside.field.temperature.below.1]\n1 = { max = 0 }", "did you mean 'nothing'"),
        ("[budget.watr]\nrms = { max = 0 }", "unknown entry 'watr'"),
        ("[split.tropics.field.dryng]\nr2 = { min = 0 }", "did you mean 'drying'"),
        ("[split.tropic.field.drying]\nr2 = { min = 0 }", "did you mean 'tropics'"),
        ("[jacobian.field.drying.temprature]\nrms = { min = 0 }", "did you mean 'temperature'"),
    ],
)
def test_limits_of_what_this_emulator_has_not_are_told_before_the_work(
    emulator, recording, limits, monkeypatch, text, message
):
    monkeypatch.setattr(validating, "_score", None)  # any work would fail
    native = ("--native", "os:getcwd") if "jacobian" in text else ()
    more = ("--split", "region", "--no-html", *native)
    result = invoke(emulator(), recording, *more, "--thresholds", limits(text))
    assert result.exit_code == 1 and "limits.toml: " in result.stderr and message in result.stderr


def numbers_of(table, keys=()):
    """Where numbers, or none, are in tables."""
    if isinstance(table, dict | list):
        pairs = table.items() if isinstance(table, dict) else enumerate(table, 1)
        for key, one in pairs:
            yield from numbers_of(one, (*keys, str(key)))
    elif not isinstance(table, str):
        yield keys


def test_every_number_of_the_result_may_be_limited(emulator, recording, tmp_path, monkeypatch):
    """Of outputs, budgets, parts, distributions, Jacobians: none is refused before the work."""
    (tmp_path / "natively.py").write_text(NATIVELY)
    monkeypatch.chdir(tmp_path)
    ranges = {"temperature": {"min": 200.0, "max": 300.0}}
    file = emulator(card=card(constraints=(WATER,), training_range=ranges))
    more = ("--split", "region", "--native", "natively:drying_and_rain", "--sensitivity-samples", 2)
    config = tmp_path / "limits.toml"
    result = invoke(file, recording, *more, "--json", "-")
    (found,) = json.loads(result.stdout)["emulators"].values()
    places = [keys for keys in numbers_of(found) if keys[-1] != "worst"]
    assert len(places) > 500 and {keys[0] for keys in places} > {"field", "budget", "outside"}
    lines = [".".join(f'"{key}"' for key in (*keys, "min")) + " = -inf" for keys in places]
    config.write_text("\n".join(lines))
    again = invoke(file, recording, *more, "--json", "-", "--thresholds", config)
    assert again.exit_code in (0, 3) and "unknown entry" not in again.stderr, again.stderr


def test_what_a_limit_asks_in_vain_is_told_after_everything_is_written(
    emulator, recording, limits, tmp_path
):
    """Months of a recording are known at the end alone."""
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    path = limits("[split.2003-01.field.drying]\nr2 = { min = 0 }\n")
    more = ("--split", "date", "--thresholds", path, "--html", page, "--json", numbers)
    result = invoke(emulator(), recording, *more)
    assert result.exit_code == 1 and "did you mean '2001-" in result.stderr
    assert page.is_file() and re.search(r"drying +s-1 ", result.stdout)
    found = json.loads(numbers.read_text())
    assert found["emulators"]["emulator.py"]["samples"] == 320 and "2003-01" in found["failed"][0]


@pytest.mark.parametrize("split, part", [("step", "steps 1 to 2"), ("latitude", "+00 to +30")])
def test_a_part_of_a_split_may_be_limited(emulator, recording, limits, split, part):
    for name, code in ((part, 3), (f"{part}0", 1)):
        path = limits(f'[split."{name}".field.drying]\nr2 = {{ min = 2 }}\n')
        result = invoke(emulator(), recording, "--no-html", "--split", split, "--thresholds", path)
        assert result.exit_code == code, result.output
    assert f"did you mean '{part}'" in result.stderr and "drying" not in result.stdout


def test_the_worst_level_is_told_of_fields_with_levels_alone(emulator, recording):
    result = invoke(emulator(), recording, "--no-html")
    table = result.stdout.partition("worst level R2")[2].partition("\n\n")[0].splitlines()
    drying, rain = (next(line for line in table if line.split()[:1] == [name])
                    for name in ("drying", "rain"))  # fmt: skip
    assert re.search(r" \(level \d\)$", drying) and re.search(r" (0\.\d+|1)$", rain)


def test_a_second_split_is_refused(emulator, recording):
    result = invoke(emulator(), recording, "--no-html", "--split", "region", "--split", "latitude")
    assert result.exit_code == 2 and "expected one (run again" in result.stderr
    assert "found 'region' and 'latitude'" in result.stderr


@pytest.mark.parametrize("margin", ["0.25", "0"])
def test_a_limit_on_a_training_range_that_is_unknown_is_not_kept(
    emulator, recording, limits, margin
):
    """Nothing was compared: that is no "nothing is outside"."""
    path = limits("[outside]\nsamples = { max = 0.5 }\n")
    result = invoke(emulator(), recording, "--json", "-", "--thresholds", path, "--margin", margin)
    assert result.exit_code == 3 and "found no number" in result.stderr
    (found,) = json.loads(result.stdout)["emulators"].values()
    assert found["outside"] == {"samples": None, "without_margin": None, "field": {}}


@pytest.mark.parametrize("option", ["--margin", "--dt"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_numbers_that_are_none_are_refused(option, value):
    result = invoke("a.py", "a.nc", option, value)
    assert result.exit_code == 2 and option in result.stderr


# ---- Configurations


def config(tmp_path, text):
    path = tmp_path / "hybrid.toml"
    path.write_text(text)
    return path


def test_constraints_of_a_run_count(emulator, recording, tmp_path):
    terms = ", ".join(
        "{" + ", ".join(f"{key} = '{value}'" for key, value in term.items()) + "}"
        for term in WATER["terms"]
    )
    budget = f"constraint = [{{kind='budget', name='water', unit='kg m-2 s-1', terms=[{terms}]}}]"
    text = f"[scheme.convection]\nmode = 'native'\nguard.finite = 'native'\n{budget}\n"
    result = invoke(emulator(), recording, "--no-html", "--json", "-", "--config",
                    config(tmp_path, text))  # fmt: skip
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["emulators"].values()
    assert found["budget"]["water"]["relative"] < 1e-14


@pytest.mark.parametrize(
    "text, more, message",
    [
        ("[domain]\n", (), "expected a table [scheme.NAME], found none"),
        ("[scheme.a]\n[scheme.b]\n", (), "expected 'convection' as in the recording, found 'a'"),
        ("[scheme.a]\n", (), "recording, found 'a' (--scheme NAME says which one)"),
        ("[scheme.a]\n", ("--scheme", "b"), "unknown scheme 'b'; did you mean 'a'"),
        ("[scheme\n", (), "expected TOML"),
    ],
)
def test_a_configuration_without_the_scheme_is_a_message(
    emulator, recording, tmp_path, text, more, message
):
    path = config(tmp_path, text)
    result = invoke(emulator(), recording, "--no-html", "--config", path, *more)
    assert result.exit_code == 1 and message in result.output


@pytest.mark.parametrize("command", ["validate", "replay"])
@pytest.mark.parametrize("more", [(), ("--scheme", "convection"), ("--scheme", "another")])
def test_the_scheme_is_that_of_the_recording_unless_it_is_said(
    emulator, record, tmp_path, command, more
):
    path = emulator()
    recording = record(mode="shadow", keys=f"emulator = '{path}'\n")
    text = f"[scheme.another]\nsha256 = '{'0' * 64}'\n[scheme.convection]\n"
    more = [*more, "--no-html"] if command == "validate" else more
    arguments = [command, str(path), str(recording), "--config", str(config(tmp_path, text))]
    result = CliRunner().invoke(main, [*arguments, *more])
    assert result.exit_code == ("another" in more), result.output
    assert ("0" * 64 in result.output) == ("another" in more)


def test_a_recording_that_does_not_say_its_scheme_takes_the_only_one(tmp_path):
    one = config(tmp_path, "[scheme.a]\nseed = 5\n")
    assert setting_of(one, None, 0.0, lambda: "").keys == {"seed": 5}
    two = config(tmp_path, "[scheme.a]\n[scheme.b]\n")
    with pytest.raises(ConfigError, match="scheme: expected one, found 'a' and 'b'"):
        setting_of(two, None, 0.0, lambda: "")


@pytest.mark.parametrize("keys", ["sha256 = '{right}'", "", "sha256 = '{wrong}'"])
@pytest.mark.parametrize("required", ["true", "false"])
@pytest.mark.parametrize("command", ["validate", "replay"])
def test_the_checksum_of_a_configuration_counts(
    emulator, record, tmp_path, command, keys, required
):
    """As in the model: another file is not even opened."""
    path = emulator()
    recording = record(mode="shadow", keys=f"emulator = '{path}'\n")
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    text = f"[domain]\nrequire_sha256 = {required}\n[scheme.convection]\nmode = 'emulate'\n"
    text += f"emulator = '{path}'\n"
    file = config(tmp_path, text + keys.format(right=right, wrong="0" * 64))
    more = ["--no-html"] if command == "validate" else []
    arguments = [command, str(path), str(recording), "--config", str(file), *more]
    result = CliRunner().invoke(main, arguments)
    refused = "wrong" in keys or (not keys and required == "true")
    assert result.exit_code == (1 if refused else 0), result.output
    assert not refused or "sha" in result.output.lower()


def test_configurations_are_utf_8_in_any_locale(emulator, recording, tmp_path, monkeypatch):
    file = tmp_path / "hybrid.toml"
    file.write_bytes("# Läuter\n[scheme.convection]\nmode = 'native'\n".encode())
    monkeypatch.setattr("locale.getencoding", lambda: "ascii", raising=False)
    result = invoke(emulator(), recording, "--no-html", "--config", file)
    assert result.exit_code == 0, result.output


# ---- Usage


@pytest.mark.parametrize("files", [("a.nc",), ("a.safetensors",)])
def test_one_of_each_is_needed(files):
    assert invoke(*files).exit_code == 2


def test_an_emulator_twice_is_refused(emulator, recording):
    path = emulator()
    link = path.with_name(f"link{path.suffix}")
    link.symlink_to(path)
    for other in (path, link):
        result = invoke(path, other, recording, "--no-html")
        assert result.exit_code == 1 and "emulators: expected each once, found" in result.output


def test_a_recording_twice_is_refused(emulator, recording, tmp_path, monkeypatch):
    """However it is spelled: its samples would count twice."""
    monkeypatch.chdir(recording.parent)
    link = tmp_path / "link.nc"
    link.symlink_to(recording)
    for other in (recording, recording.name, link, recording.with_name("*.nc")):
        result = invoke(emulator(), recording, other, "--no-html")
        assert result.exit_code == 1 and "recordings: expected each once, found" in result.output


def test_what_cannot_be_written_is_told_before_the_work(emulator, recording, tmp_path, monkeypatch):
    monkeypatch.setattr(validating, "_score", None)  # any work would fail
    for option in ("--html", "--json"):
        result = invoke(emulator(), recording, option, tmp_path / "none" / "file")
        assert result.exit_code == 1 and "expected a folder '" in result.output


def test_nothing_that_is_read_is_replaced(emulator, recording, tmp_path, monkeypatch):
    """--json and --html take the next word, though that is a recording."""
    monkeypatch.chdir(tmp_path)
    second, link = tmp_path / "second.nc", tmp_path / "link"
    shutil.copy(recording, second)
    link.symlink_to(recording)
    path = emulator()
    for option in ("--json", "--html"):
        for output in (second, recording, link, path):
            before = output.read_bytes()
            result = invoke(path, recording, option, output)
            assert result.exit_code == 1 and f"{option}: " in result.output, result.output
            assert output.read_bytes() == before
    result = invoke(path, recording, "--html", "same", "--json", tmp_path / "same")
    assert result.exit_code == 1 and "nothing else of the command" in result.output
    assert not (tmp_path / "same").exists()


def test_progress_is_silent_without_a_terminal(emulator, recording):
    result = invoke(emulator(), recording, "--no-html")
    assert result.stderr == ""


def test_what_an_emulator_prints_is_no_json(python_plugin, write_emulator, recording):
    """Neither what Python prints, nor what native code does, at once or when the process ends."""
    program = """
import ctypes, os
import numpy as np

def emulate(x):
    print("PRINTED")
    os.write(1, b"WRITTEN")
    ctypes.CDLL(None).printf(b"BUFFERED")
    return np.zeros((len(x), 7))
"""
    words = ["validate", write_emulator(card(), program), recording, "--no-html", "--json", "-"]
    script = "from pyhybrid.cli import main; main()"
    done = subprocess.run([sys.executable, "-Pc", script, *map(str, words)], capture_output=True,
                          text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["format"] == "pyhybrid validation"
    for word in ("PRINTED", "WRITTEN", "BUFFERED"):
        assert word in done.stderr


# ---- Stochastic emulators


@pytest.fixture
def stochastic(python_plugin, write_emulator):
    """Drying is right but for normal noise, of which the members have all, half or twice."""
    noise = Field("wave", "1", "noise", "real", ("column", "level"), 5)

    def make(factor):
        program = f"""\
import numpy as np

def emulate(x):
    drying = -1e-9 * np.maximum(x[:, :5] - 265, 0) + {factor} * 1e-9 * x[:, 10:15]
    return np.concatenate([drying, np.zeros((x.shape[0], 2))], axis=1)
"""
        return write_emulator(card(inputs=(*card().inputs, noise)), program)

    return make


def ensemble(path, recording, *options):
    result = invoke(path, recording, "--json", "-", "--members", 9, *options)
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["emulators"].values()
    return found["field"]["drying"]


def test_an_ensemble_about_the_truth_spreads_too_much(stochastic, recording):
    """Native values have no noise: they are always in the middle."""
    pytest.importorskip("scoringrules")
    field = ensemble(stochastic(1.0), recording)["ensemble"]
    assert field["members"] == 9 and len(field["ranks"]) == 10
    assert field["spread"] == pytest.approx(1e-9 * (10 / 9) ** 0.5, rel=0.05)
    assert field["spread_over_error"] == pytest.approx(10**0.5, rel=0.05)
    assert sum(field["ranks"]) == pytest.approx(field["n"]) and field["n"] == 1600
    assert max(field["ranks"]) == max(field["ranks"][3:7])


def test_members_are_drawn_as_a_run_draws_them(stochastic, recording, record):
    """Seed 0 is the first member: the emulated results of a run with that seed."""
    path = stochastic(1.0)
    shadow = record("shadow.nc", "shadow", f"emulator = '{path}'\nseed = 0\n")
    drawn, recorded = ensemble(path, recording), ensemble(path, shadow)
    assert drawn["rmse"] == recorded["rmse"] and drawn["bias"] == recorded["bias"]
    assert drawn["ensemble"] == recorded["ensemble"]


def test_no_members_no_calibration(stochastic, recording):
    result = invoke(stochastic(1.0), recording, "--json", "-", "--members", 0)
    (found,) = json.loads(result.stdout)["emulators"].values()
    assert "ensemble" not in found["field"]["drying"]


@pytest.mark.parametrize("value", [1e300, -1e300, np.inf, np.nan])
def test_numbers_beyond_any_scale_are_drawn(emulator, recording, tmp_path, value):
    """Squares of them are not finite: R2 is none anywhere."""
    with netCDF4.Dataset(recording, "a") as file:
        file["input"]["temperature"][:] = value
        file["native"]["rain"][:] = value
    page = tmp_path / "page.html"
    result = invoke(emulator(), recording, "--html", page, "--split", "region")
    assert result.exit_code == 0, result.output
    assert page.read_text().count("<figure>") > 3


# ---- The page in a browser


@pytest.fixture
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no chromium on the path: what the page looks like in a browser is not tested")
    return found


def opened(browser, page, folder, *options):
    """What a browser prints and says of a page."""
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1100,900",
               "--enable-logging=stderr", "--v=0", f"--user-data-dir={folder}", *options,
               f"file://{page}"]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def test_page_opens_in_a_browser_with_all_pictures(browser, emulator, recording, tmp_path):
    page = tmp_path / "page.html"
    assert invoke(emulator(), recording, "--html", page, "--split", "region").exit_code == 0
    # the page itself has no script: this one asks the browser what it made of the pictures
    script = """<script>addEventListener('load', () => {
      const images = [...document.images];
      const broken = images.filter(one => !(one.complete && one.naturalWidth > 100));
      document.title = 'pictures ' + images.length + ' broken ' + broken.length + ' wide ' +
        (document.documentElement.scrollWidth > innerWidth);
    })</script>"""
    asked = tmp_path / "asked.html"
    asked.write_text(page.read_text().replace("</body>", script + "</body>"))
    found = opened(browser, asked, tmp_path / "profile", "--dump-dom")
    count = page.read_text().count("<img")
    assert f"<title>pictures {count} broken 0 wide false</title>" in found.stdout
    assert found.stdout.count("<caption>") >= 5
    assert "CONSOLE" not in found.stderr
    assert opened(browser, page, tmp_path / "profile", "--dump-dom").stdout.count("<img") == count


def test_names_cannot_break_the_page(browser, python_plugin, write_emulator, emulator, record,
                                     tmp_path):  # fmt: skip
    """Whatever a card or a path holds is text."""
    path = emulator("<script>document.title='broken'<script>.py".replace("/", ""))
    page = tmp_path / "page.html"
    assert invoke(path, record(), "--html", page).exit_code == 0
    found = opened(browser, page, tmp_path / "profile", "--dump-dom")
    assert "<title>Validation of &lt;script&gt;" in found.stdout
