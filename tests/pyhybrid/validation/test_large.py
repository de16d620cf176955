# SPDX-License-Identifier: BSD-3-Clause
"""A recording of 1e6 columns: within 2 GB, with progress, and the same numbers with workers."""

import json
import os
import pty
import subprocess
import sys
import termios

import numpy as np
import pytest

from pyhybrid import Card, Domain, Field

LEVEL = ("column", "level")
NLEV, NCOL, BLOCK = 20, 50_000, 10_000
CARD = Card(
    "heating", "column", "real64",
    (Field("temperature", "K", "state", "real", LEVEL, NLEV),
     Field("humidity", "1", "state", "real", LEVEL, NLEV),
     Field("pressure", "Pa", "state", "real", ("column",))),
    (Field("heating", "K s-1", "tendency", "real", LEVEL, NLEV),
     Field("flux", "W m-2", "state", "real", ("column",))),
    training_range={"temperature": {"min": 215.0, "max": 285.0}},
)  # fmt: skip
PROGRAM = """\
import numpy as np

def emulate(x):
    return np.concatenate([1e-7 * x[:, :20] + 1e-4 * x[:, 20:40], x[:, 40:] / 1e3], axis=1)
"""
MEASURED = """\
import resource, sys, time
from pyhybrid.cli import main

start = time.monotonic()
try:
    main(sys.argv[1:])
finally:
    used = [resource.getrusage(who).ru_maxrss
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print("MEASURED", *used, time.monotonic() - start, file=sys.stderr)
"""


def record(path, steps, ncol=NCOL):
    """A recording of steps * ncol columns, through the library."""
    text = f"[scheme.s]\nmode = 'record'\nrecord.path = '{path}'\n"
    random = np.random.default_rng(0)
    lat, lon = np.linspace(-89, 89, ncol), random.uniform(0, 360, ncol)
    place = {"lat": lat, "lon": lon, "area": np.cos(np.radians(lat))}
    fields = [*CARD.inputs, *CARD.outputs]
    with Domain(text=text, column=np.arange(1, ncol + 1), **place) as domain:
        with domain.scheme("s") as scheme:
            for field in fields:
                scheme.field(field.name, field.unit, field.role)
            for step in range(1, steps + 1):
                domain.step(step, "2001-01-01", dt=600.0)
                for first in range(0, ncol, BLOCK):
                    _call(scheme, random, min(BLOCK, ncol - first), first)


def _call(scheme, random, ncol, first):
    temperature = random.normal(250, 12, (ncol, NLEV))
    humidity = random.lognormal(-6, 2, (ncol, NLEV))
    pressure = random.uniform(6e4, 1e5, ncol)
    with scheme.open(ncol, first + 1) as call:
        call.put("temperature", temperature)
        call.put("humidity", humidity)
        call.put("pressure", pressure)
        call.run()
        call.get("heating", 1e-7 * temperature + 1.1e-4 * humidity)
        call.get("flux", pressure / 1e3 + random.normal(0, 1, ncol))


def measured(folder, *arguments):
    """Numbers, MiB of all processes together at most, seconds."""
    numbers = folder / "numbers.json"
    script = [sys.executable, "-c", MEASURED, "validate", *map(str, arguments)]
    done = subprocess.run([*script, "--no-html", "--json", str(numbers)], capture_output=True,
                          text=True, cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("MEASURED")]
    own, child, seconds = map(float, line.split()[1:])
    workers = int(arguments[-1]) if "--workers" in arguments else 0
    return json.loads(numbers.read_text()), (own + workers * child) / 1024, seconds


@pytest.mark.slow
def test_a_million_columns_need_less_than_2_GB(
    netcdf_plugin, python_plugin, write_emulator, tmp_path
):
    pytest.importorskip("distributed")
    emulator, recording = write_emulator(CARD, PROGRAM), tmp_path / "large.nc"
    record(recording, 20)
    assert recording.stat().st_size > 5e8
    alone, memory, seconds = measured(tmp_path, emulator, recording)
    print(f"1e6 columns, this process alone: {memory:.0f} MiB, {seconds:.0f} s")
    assert alone["recording"]["samples"] == 1_000_000 and memory < 2000
    together, memory, seconds = measured(tmp_path, emulator, recording, "--workers", 2)
    print(f"with two workers: {memory:.0f} MiB, {seconds:.0f} s")
    assert memory < 2000 and together == alone


@pytest.mark.slow
def test_memory_does_not_grow_with_the_recording(
    netcdf_plugin, python_plugin, write_emulator, tmp_path
):
    """Of four times as many columns, at most 30 MiB more: the recording has 80 MiB more."""
    emulator, used = write_emulator(CARD, PROGRAM), []
    for steps in (1, 4):
        recording = tmp_path / f"{steps}.nc"
        record(recording, steps)
        used.append(measured(tmp_path, emulator, recording)[1])
    size = (tmp_path / "4.nc").stat().st_size / 2**20
    assert size > 100 and used[1] < used[0] + 30


def test_progress_is_shown_on_a_terminal(netcdf_plugin, python_plugin, write_emulator, tmp_path):
    emulator, recording = write_emulator(CARD, PROGRAM), tmp_path / "small.nc"
    record(recording, 1, ncol=20_000)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    script = "from pyhybrid.cli import main; main()"
    arguments = ["validate", str(emulator), str(recording), "--no-html"]
    done = subprocess.run([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE,
                          stderr=theirs, cwd=tmp_path, timeout=120)  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "/20000" in shown.replace(".0k", "000") and "%|" in shown
