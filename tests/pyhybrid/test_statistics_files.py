# SPDX-License-Identifier: BSD-3-Clause
"""Files of statistics that a run leaves, however it ends."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from pyhybrid import Domain, errors
from pyhybrid.report import read_run

netCDF4 = pytest.importorskip("netCDF4")

CONFIG = """\
[domain]
statistics = "{path}"
report_steps = 2
[scheme.radiation]
mode = "emulate"
emulator = "{emulator}"
guard.finite = "native"
"""

RUN = """\
import ctypes, os, signal
import numpy as np
from pyhybrid import Domain

domain = Domain(text={config!r}, log=lambda level, text: None)
scheme = domain.scheme("radiation")
for step in range(1, 8):
    domain.step(step, f"2001-01-{{step:02d}}", dt=600)
    with scheme.open(6, 1) as call:
        temperature = np.full((6, 4), 250.0)
        temperature[step % 6, 2] = np.nan
        call.put("air_temperature", temperature)
        call.put("surface_air_pressure", np.full(6, 1e5))
        call.run()
        assert call.native_wanted()
        call.get("heating", np.zeros((6, 4)))
        call.get("flux", np.zeros(6))
{end}
"""
ENDS = {
    "closed": "scheme.close(); domain.close()",
    "exit": "ctypes.CDLL(None).exit(0)",  # as a Fortran host stops: nobody destroys anything
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.fixture(params=["statistics.json", "statistics.nc"])
def path(request, tmp_path):
    if request.param.endswith(".nc"):
        request.getfixturevalue("netcdf_plugin")
    return tmp_path / request.param


def run(path, emulator, end):
    config = CONFIG.format(path=path, emulator=emulator)
    program = RUN.format(config=config, end=ENDS[end])
    command = [sys.executable, "-c", program]
    folder = path.parent  # not that of the sources
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)


@pytest.mark.parametrize("end", ENDS)
def test_whatever_the_end_is_the_records_are_there(path, plain, end):
    done = run(path, plain, end)
    assert done.returncode == (-signal.SIGKILL if end == "killed" else 0), done.stderr
    assert done.stderr == ""
    found = read_run([path])
    steps = [2, 4, 6] if end == "killed" else [2, 4, 6, 7]
    assert [record["step"] for record in found.history] == steps
    assert found.date == "2001-01-07"
    assert found.schemes["radiation"]["columns"] == (36 if end == "killed" else 42)
    assert found.schemes["radiation"]["rejected"] == (6 if end == "killed" else 7)
    assert [other.name for other in path.parent.glob(f"*{path.name}*.tmp")] == []
    assert list(path.parent.glob(".hybrid*")) == []


@pytest.fixture
def dataset(netcdf_plugin, tmp_path, plain):
    path = tmp_path / "statistics.nc"
    assert run(path, plain, "closed").returncode == 0
    with netCDF4.Dataset(path) as dataset:
        yield dataset


def test_netcdf_has_the_records_as_variables(dataset):
    history = dataset["history"]
    assert history["step"][:].tolist() == [2, 4, 6, 7]
    assert history["time"][:].tolist() == [1200, 2400, 3600, 4200]  # the end of its last step
    assert history["time"].units == "s"
    dates = netCDF4.chartostring(history["date"][:])
    assert dates.tolist() == [f"2001-01-0{day}" for day in (2, 4, 6, 7)]
    radiation = history["radiation"]
    assert radiation["columns"].dimensions == ("time",)
    assert radiation["columns"][:].tolist() == [12, 12, 12, 6]
    assert radiation["seconds/infer"].units == "s"
    assert (radiation["seconds/infer"][:] > 0).all()


def test_netcdf_has_rejections_by_level(dataset):
    columns = dataset["history/radiation/guards/input_finite/columns"]
    assert columns.dimensions == ("time", "level")
    assert columns.units == "1"
    assert columns[:].tolist() == [[0, 0, 0, 2]] * 3 + [[0, 0, 0, 1]]  # level 3


def test_netcdf_has_totals_and_the_json_itself(dataset):
    text = bytes(dataset["statistics"][:].tobytes()).decode()
    statistics = json.loads(text)["schemes"]["radiation"]
    total = dataset["total/radiation"]
    for name in ("calls", "columns", "rejected", "audited", "failures"):
        assert total[name][...] == statistics[name]
    for name, seconds in statistics["seconds"].items():
        assert total["seconds"][name][...] == seconds
    assert total["batches/inferences"][...] == 7
    power = np.log2(statistics["batches"]["sizes"][0]["to"])
    assert total["batches/sizes/inferences"][int(power)] == 7
    assert dataset.Conventions == "CF-1.8"


def test_every_variable_of_numbers_has_a_unit(dataset):
    def variables(group):
        yield from group.variables.values()
        for inner in group.groups.values():
            yield from variables(inner)

    numbers = [one for one in variables(dataset) if one.dtype != "S1"]
    assert len(numbers) > 40
    assert [one.name for one in numbers if not one.units] == []


@pytest.mark.parametrize("name", ["a b", "x/y", "1st", "caf\u00e9", "con.vection"])
def test_names_of_schemes_may_be_anything(netcdf_plugin, tmp_path, plain, name):
    path = tmp_path / "statistics.nc"
    text = CONFIG.replace("radiation", '"{name}"').format(path=path, emulator=plain, name=name)
    with Domain(text=text) as domain, domain.scheme(name):
        domain.step(1, dt=1)
    with netCDF4.Dataset(path) as dataset:
        assert len(dataset["total"].groups) == 1
    assert list(read_run([path]).schemes) == [name]


def test_netcdf_that_cannot_be_written_fails_at_the_end_and_is_told_before(
    netcdf_plugin, tmp_path, plain
):
    told = []
    text = CONFIG.format(path=tmp_path / "no" / "such.nc", emulator=plain)
    domain = Domain(text=text, log=lambda level, line: told.append((level, line)))
    domain.step(1, dt=1)
    domain.step(2, dt=1)
    assert len([line for level, line in told if "such.nc" in line]) == 1
    with pytest.raises(errors.RecordingError, match="such.nc"):
        domain.close()


def test_a_table_of_the_user_is_not_replaced_by_half_a_file(netcdf_plugin, tmp_path, plain):
    path = tmp_path / "statistics.nc"
    path.mkdir()
    told = []
    with pytest.raises(errors.RecordingError, match="statistics.nc"):
        with Domain(
            text=CONFIG.format(path=path, emulator=plain), log=lambda *line: told.append(line)
        ) as domain:
            domain.step(1, dt=1)
    assert path.is_dir() and len(told) >= 1
