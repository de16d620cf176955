# SPDX-License-Identifier: BSD-3-Clause
"""Runs, their configuration, and what a recording becomes."""

import os
import tomllib

import numpy as np
import pytest
from model import fetch
from recordings import Recorded, read
from runs import SCHEMES, Run, configuration
from schedule import run_all
from scores import f1, r2, r2_of_levels, scores_of, worst_level

from pyhybrid import Domain, errors
from pyhybrid.interpose import interpose

# ---- Configuration


TABLES = {
    "longwave": {"mode": "emulate", "emulator": 'a "quoted" \\ path é.pt'},
    "convection": {
        "mode": "record",
        "record": {"steps": 0.25, "seed": 3, "kind": "real32"},
        "batch": {"columns": 512},
    },
}


def test_configuration_is_toml_that_says_the_same():
    read_back = tomllib.loads(configuration(TABLES))
    assert read_back["scheme"] == TABLES
    assert read_back["domain"]["statistics"] == "statistics.{rank}.json"


def test_configuration_of_nothing():
    assert "scheme" not in tomllib.loads(configuration({}))


def test_library_reads_the_configuration(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hybrid.toml").write_text(configuration({"longwave": {"mode": "native"}}))
    with Domain("hybrid.toml") as domain, domain.scheme("longwave") as scheme:
        assert scheme.mode == "native"


def test_library_refuses_a_wrong_key():
    with pytest.raises(errors.ConfigError, match="unknown key 'emulater'"):
        Domain(text=configuration({"longwave": {"mode": "native", "emulater": "x"}}))


# ---- Runs, with a script in place of the model


@pytest.fixture
def model(tmp_path):
    """Writes an executable from lines of shell."""

    def write(lines):
        path = tmp_path / "model.sh"
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def surface(tmp_path):
    folder = tmp_path / "surface"
    folder.mkdir()
    (folder / "N032_surf_0129.sra").write_text("orography")
    (folder / "other.sra").write_text("")
    return folder


def test_folder_of_a_run(model, surface, tmp_path):
    (tmp_path / "restart").write_text("state")
    run = Run(tmp_path / "run", model("cp plasim_restart plasim_status"), 7, tmp_path / "restart")
    run.noise_seed = 3
    assert run.run(surface).restart.read_text() == "state"
    assert " N_RUN_DAYS = 7\n" in (run.folder / "plasim_namelist").read_text()
    assert "SEED = 3" in (run.folder / "noise_namelist").read_text()
    assert (run.folder / "N032_surf_0129.sra").read_text() == "orography"
    assert not (run.folder / "other.sra").exists()


def test_folder_is_made_anew(model, surface, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "plasim_status").write_text("of another run")
    with pytest.raises(RuntimeError):
        Run(tmp_path / "run", model("exit 0"), 1).run(surface)


@pytest.mark.parametrize(
    "lines, ended",
    [("echo no water >&2; exit 3", "3"), ("echo no water; kill -8 $$", "-8"), ("echo no water", 0)],
)
def test_run_that_fails_says_its_last_words(model, surface, tmp_path, lines, ended):
    message = rf"the run in .*/run ended with {ended}:\n.*no water"
    with pytest.raises(RuntimeError, match=message):
        Run(tmp_path / "run", model(lines), 1).run(surface)


def test_one_failure_ends_all_runs(model, surface, tmp_path):
    lines = 'case $PWD in *slow) echo $$ > pid; exec sleep 60;; *) sleep 0.3; exit 5;; esac'
    script = model(lines)
    runs = [Run(tmp_path / name, script, 1) for name in ("slow", "bad", "never")]
    with pytest.raises(RuntimeError, match="ended with 5"):
        run_all(runs, surface, 2, "test")
    assert not (tmp_path / "never").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "slow" / "pid").read_text()), 0)


def test_runs_are_all_done(model, surface, tmp_path):
    runs = [Run(tmp_path / str(place), model("touch plasim_status"), 1) for place in range(5)]
    run_all(runs, surface, 2, "test")
    assert all(run.restart.is_file() for run in runs)


# ---- The model's archive


def test_archive_of_another_content(tmp_path, monkeypatch):
    (tmp_path / "exoplasim-3.4.2.tar.gz").write_text("something else")
    monkeypatch.setattr("subprocess.run", lambda *arguments, **options: None)
    with pytest.raises(RuntimeError, match="expected sha256 .*, found"):
        fetch(tmp_path)


def test_routine_that_is_not_there(hybrid, tmp_path):
    with pytest.raises(errors.ArgumentError, match="unknown routine 'lwrr'; did you mean 'lwr_'"):
        interpose(hybrid.with_name("radmod.o"), ["lwrr"], tmp_path / "radmod.o")


# ---- Recordings


def samples(days):
    values = np.arange(len(days))
    return Recorded({"t": values}, {"h": values * 2}, {}, np.array(days))


def test_days_are_selected_with_their_samples():
    chosen = samples([0, 0, 1, 2, 2, 3]).select(1, 2)
    np.testing.assert_array_equal(chosen.inputs["t"], [2, 3, 4])
    np.testing.assert_array_equal(chosen.native["h"], [4, 6, 8])
    np.testing.assert_array_equal(chosen.day, [1, 2, 2])
    assert chosen.emulated == {}


def test_days_that_were_not_recorded():
    with pytest.raises(ValueError, match="days 7 to 9: expected samples, found none"):
        samples([0, 1]).select(7, 9)


def test_recording_that_is_missing(tmp_path):
    with pytest.raises(errors.RecordingError, match="expected a file, found none"):
        read(tmp_path / "longwave.0.nc")


def test_recording_of_the_model(run):
    table = {"mode": "record", "record": {"steps": 0.3}}
    folder = run("recorded", {"convection": table}, days=2).folder
    recorded = read(folder / "convection.0.nc")
    assert 0 in recorded.day and recorded.day.max() <= 2  # days begin with the first step
    assert recorded.inputs["air_temperature"].shape == (len(recorded.day), 10)
    assert recorded.native["convective_cloud_flag"].dtype == np.int32
    assert recorded.emulated == {}
    assert "tendency_of_air_temperature" in recorded.native


# ---- Scores


def test_r2_of_what_is_known():
    native = np.array([[1.0, 10.0], [3.0, 20.0]])
    assert r2(native, native) == 1
    assert r2(native, np.broadcast_to(native.mean(0), native.shape)) == 0
    assert r2(native, native + [[1.0, 0.0], [0.0, 0.0]]) == pytest.approx(1 - 1 / 52)


def test_level_that_does_not_vary_has_no_r2():
    native = np.array([[1.0, 5.0], [3.0, 5.0]])
    found = r2_of_levels(native, native + 0.1)
    assert np.isnan(found[1])
    assert worst_level(native, native + 0.1) == found[0] == pytest.approx(0.99)


def test_f1_counts_both_kinds_of_mistake():
    native = np.array([True, True, False, False])
    assert f1(native, native) == 1
    assert f1(native, ~native) == 0
    assert f1(native, np.array([True, False, True, False])) == 0.5


def test_scores_of_an_unknown_scheme():
    assert set(SCHEMES) == {"longwave", "shortwave", "convection"}
    with pytest.raises(KeyError, match="vegetation"):
        scores_of("vegetation", {}, {}, {})
