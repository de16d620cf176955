# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid train`` says what is wrong before it trains, and leaves no file."""

import os
import re
import signal

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
for package in ("netCDF4", "scoringrules", "tqdm", "xarray"):
    pytest.importorskip(package)

import recorded_physics as physics

import pyhybrid
from pyhybrid import Card, Field
from pyhybrid.baseline import learning, memory, running
from pyhybrid.cli import main


@pytest.fixture(scope="module")
def recording(builtin_plugin, tmp_path_factory):
    if not (pyhybrid.library_dir() / "libhybrid_netcdf.so").is_file():
        pytest.skip("libhybrid_netcdf.so was not built")
    return physics.run(tmp_path_factory.mktemp("recorded") / "physics.nc")


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Runs the command, which has to fail before any training; returns its message."""

    def never(*_):
        raise AssertionError("it was trained")

    def run(*arguments, code=1, output=tmp_path / "emulator.safetensors"):
        before = sorted(tmp_path.iterdir())
        monkeypatch.setattr(running, "learn", never)
        done = CliRunner().invoke(main, ["train", *map(str, arguments), "--output", str(output)])
        assert isinstance(done.exception, SystemExit) and done.exit_code == code, done.output
        assert sorted(tmp_path.iterdir()) == before
        return " ".join(done.output.split())

    return run


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--input-field", "air_temperatur"), "did you mean 'air_temperature'?"),
        (("--output-field", "rains"), "unknown field 'rains'; did you mean 'rain'?"),
        (("--unused", "heatin"), "did you mean 'heating'?"),
        (("--input-field", "rain"), "--input-field: unknown field 'rain'"),
        (("--output-field", "rain", "--unused", "rain"), "outputs: expected a field at least"),
        (("--input-field", "cloud", "--unused", "cloud"), "inputs: expected a field at least"),
        (("--samples", "60"), "expected 64 samples at least to learn from, found 60"),
        (("--split-date", "1999-01-01"), "expected one after 2001-01-02, up to 2001-01-12"),
        (("--split-date", "2002"), "expected one after 2001-01-02, up to 2001-01-12"),
        (("--split-date", "January"), "expected a date such as 2001-07"),
        (("nothing.nc",), "nothing.nc: expected a file, found none"),
        (("--card", "nothing.json"), "card nothing.json: expected a file of text"),
    ],
)
def test_arguments(recording, refused, arguments, message):
    assert message in refused(recording, *arguments)


@pytest.mark.parametrize(
    "free, message",
    [
        (10_000, "GiB for 1200 recorded samples, found 9.31e-06 GiB: take fewer files"),
        (100_000, r"GiB for 1000 samples of \d+ numbers, found 9.31e-05 GiB: take fewer "),
    ],
)
def test_what_memory_does_not_hold_is_refused_before_it_is_read(
    recording, refused, monkeypatch, free, message
):
    monkeypatch.setattr(memory, "available", lambda: free)
    monkeypatch.setattr(running, "matrices", None)
    assert re.search(f"train: memory: expected .* {message}", refused(recording))


def test_as_many_samples_as_the_message_says_are_taken(recording, tmp_path, refused, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 200_000)
    (count,) = re.findall(r"--samples (\d+)\)", refused(recording))
    monkeypatch.undo()
    monkeypatch.setattr(memory, "available", lambda: 200_000)
    output = tmp_path / "emulator.safetensors"
    words = (recording, "--samples", count, "--epochs", 1, "--width", 8, "--output", output)
    done = CliRunner().invoke(main, ["train", *map(str, words)])
    assert 64 <= int(count) < 1000 and done.exit_code == 0 and output.is_file(), done.output


@pytest.mark.parametrize(
    "text, bytes_",
    [("MemTotal: 9 kB\nMemAvailable:    7 kB\n", 7168), ("MemTotal: 9 kB\n", None), (None, None)],
)
def test_free_memory_is_what_the_kernel_says(tmp_path, monkeypatch, text, bytes_):
    if text:
        (tmp_path / "meminfo").write_text(text)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert memory.available() == (bytes_ or whole)


@pytest.mark.parametrize(
    "arguments", [(), ("--epochs", "0"), ("--held-out", "1"), ("--width", "-1"), ("--name", " "),
                  ("--dt", "nan"), ("--dt", "inf"), ("--held-out", "nan")]
)
def test_usage(recording, refused, arguments):
    files = [recording] if arguments else []
    refused(*files, *arguments, code=2)


@pytest.mark.parametrize(
    "name, message",
    [
        ("emulator.onnx", "expected '.safetensors', '.pt' and '.pt2' at the end"),
        ("there.safetensors", "expected no such file yet, or --replace"),
        ("nowhere/emulator.safetensors", "nowhere', found none"),
        ("folder.safetensors", "expected a regular file"),
    ],
)
def test_outputs(recording, refused, tmp_path, name, message):
    (tmp_path / "there.safetensors").write_text("precious")
    (tmp_path / "folder.safetensors").mkdir()
    assert message in refused(recording, output=tmp_path / name)
    assert (tmp_path / "there.safetensors").read_text() == "precious"


def test_two_recordings_that_do_not_fit(recording, refused, tmp_path):
    other = [(name, "degC" if name == "air_temperature" else unit, role)
             for name, unit, role in physics.FIELDS]  # fmt: skip
    odd = physics.run(tmp_path / "odd.nc", fields=other)
    message = refused(recording, odd)
    assert "input/air_temperature" in message and "'degC'" in message


def test_a_recording_without_native_results(recording, refused, tmp_path):
    import netCDF4

    path = tmp_path / "cut.nc"
    path.write_bytes(recording.read_bytes())
    with netCDF4.Dataset(path, "a") as file:
        file.renameGroup("native", "other")
    assert "expected fields in the group 'native', found none" in refused(path)


@pytest.mark.parametrize(
    "steps, message",
    [((1, 2), "samples of three times at least"), ((1,), "samples of three times at least")],
)
def test_too_few_times(recording, refused, tmp_path, steps, message):
    assert message in refused(physics.run(tmp_path / "short.nc", steps))


def test_a_host_that_never_opens_a_step(recording, refused, tmp_path):
    """Its samples all have step 0: what to do is said."""
    message = refused(physics.run(tmp_path / "stepless.nc", opened=False))
    assert "found step 0: no step was opened (call domain%step)" in message


def test_no_date(recording, refused, tmp_path):
    undated = physics.run(tmp_path / "undated.nc", dates=False)
    assert "expected dates in the recordings" in refused(undated, "--split-date", "2001-01-05")


def test_nothing_that_is_finite(recording, refused, tmp_path):
    def spoil(step, temperature, humidity, cloud):
        temperature[:] = np.nan

    message = refused(physics.run(tmp_path / "nan.nc", spoil=spoil))
    assert "found 0, and 900 dropped that are not finite" in message


def test_nothing_that_varies(recording, refused, tmp_path):
    def spoil(step, temperature, humidity, cloud):
        temperature[:], humidity[:], cloud[:] = 250.0, 1e-3, 0

    constant = physics.run(tmp_path / "constant.nc", spoil=spoil)
    assert "expected an input that varies" in refused(constant)


def test_no_output_that_varies(recording, refused, tmp_path, monkeypatch):
    monkeypatch.setattr(physics, "native", lambda t, q, c: (t * 0, t * 0, q[:, 0] * 0, c * 0, q))
    constant = physics.run(tmp_path / "constant.nc")
    assert "expected an output that varies" in refused(constant)


def card(**changed):
    temperature = Field("air_temperature", "K", "state", "real", ("column", "level"), 4)
    rain = Field("rain", "kg m-2 s-1", "state", "real", ("column",))
    return Card(**{"name": "c", "sample": "column", "kind": "real32", "inputs": (temperature,),
                   "outputs": (rain,)} | changed)  # fmt: skip


@pytest.mark.parametrize(
    "field, message",
    [
        (("air_temperature", "degC", "state", "real", ("column", "level"), 4), "expected 'K' as"),
        (("air_temperature", "K", "state", "real", ("column", "level"), 5), "levels: expected 4"),
        (("air_temperature", "K", "state", "real", ("column", "species"), None, 4), "dims"),
        (("air_temperature", "K", "tendency", "real", ("column", "level"), 4), "role: expected"),
        (("temperature", "K", "state", "real", ("column", "level"), 4), "no 'temperature'"),
        (("noise", "1", "noise", "real", ("column",)), "no noise"),
    ],
)
def test_a_card_of_something_else(recording, refused, tmp_path, field, message):
    path = tmp_path / "card.json"
    path.write_text(card(inputs=(Field(*field),)).to_json())
    assert message in refused(recording, "--card", path)


def test_fields_beside_a_card(recording, refused, tmp_path):
    path = tmp_path / "card.json"
    path.write_text(card().to_json())
    assert "beside --card" in refused(recording, "--card", path, "--unused", "rain")


def test_a_file_that_cannot_be_exported(recording, refused, tmp_path, monkeypatch):
    """Found with the untrained network, not after hours."""
    def broken(*_, **__):
        raise pyhybrid.HybridError("export: no compiler")

    monkeypatch.setattr(running, "export", broken)
    assert "no compiler" in refused(recording, output=tmp_path / "emulator.pt2")


@pytest.mark.usefixtures("interruptible")
def test_a_second_interruption_leaves_no_file(recording, tmp_path, monkeypatch):
    def twice(*arguments):
        *_, ends = arguments
        os.kill(os.getpid(), signal.SIGINT)
        assert ends()
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(learning, "train", twice)
    path = tmp_path / "emulator.safetensors"
    done = CliRunner().invoke(main, ["train", str(recording), "--output", str(path)])
    assert done.exit_code == 1 and "Aborted" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_gives_no_number(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(learning, "targets", lambda scaling, x, y: np.full_like(y, np.inf))
    path = tmp_path / "emulator.safetensors"
    arguments = ["train", str(recording), "--output", str(path), "--epochs", "1"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1 and "expected a loss that is a number" in done.output
    assert list(tmp_path.iterdir()) == []
