# SPDX-License-Identifier: BSD-3-Clause
"""Every backend reads the sealed copy of an emulator whose SHA-256 is asked for."""

import hashlib
import json
import os
import shutil
import threading
import time

import numpy as np
import pytest

from pyhybrid import Card, Emulator, Field, HybridError, errors, export

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated")

BACKENDS = {".py": "python", ".pt": "torch", ".pt2": "torch", ".safetensors": "builtin"}


def sum_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card():
    dims = ("column", "species")
    x = Field("x", "1", "state", "real", dims, None, 4)
    y = Field("y", "1", "state", "real", dims, None, 4)
    return Card(name="times", sample="column", kind="real32", inputs=(x,), outputs=(y,))


def write_times(factor, path):
    """An emulator that multiplies by a factor."""
    if path.suffix == ".py":
        table = json.loads(card().to_json())
        path.write_text(f"card = {table}\ndef emulate(x):\n    return x * x.dtype.type({factor})\n")
        return
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(4, 4, bias=False)
    with torch.no_grad():
        layer.weight.copy_(factor * torch.eye(4))
    export(layer, card(), path)


def factor_of(emulator):
    (y,) = emulator.predict({"x": np.ones((16, 4), "f4")}).values()
    return y[0, 0]


@pytest.fixture(
    params=[".py", ".pt", ".safetensors", pytest.param(".pt2", marks=pytest.mark.slow)]
)
def two(request, tmp_path):
    """Files of one kind: one that is wanted, and another."""
    request.getfixturevalue(BACKENDS[request.param] + "_plugin")
    files = [tmp_path / f"{name}{request.param}" for name in ("wanted", "other")]
    for factor, file in zip((2, 3), files, strict=True):
        write_times(factor, file)
    return files


def test_wanted_file_is_loaded(two):
    with Emulator(two[0], sha256=sum_of(two[0]).upper()) as emulator:
        assert factor_of(emulator) == 2


def test_other_file_is_refused(two):
    wanted, found = map(sum_of, two)
    with pytest.raises(errors.EmulatorFileError, match=f"expected {wanted}, found {found}"):
        Emulator(two[1], sha256=wanted)


def test_file_that_is_replaced_meanwhile(two, tmp_path):
    """Whoever replaces the file at the right moment has it refused, never run."""
    wanted = sum_of(two[0])
    path = tmp_path / f"current{two[0].suffix}"
    shutil.copy(two[0], path)
    done = threading.Event()
    late = time.monotonic() + 60

    def replace():
        while not done.is_set():
            for file in two:
                shutil.copy(file, tmp_path / "next")
                os.replace(tmp_path / "next", path)

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        seen = {outcome(path, wanted) for _ in range(60)}
        while len(seen) < 2 and time.monotonic() < late:  # both, as chance has it
            seen.add(outcome(path, wanted))
    finally:
        done.set()
        thread.join()
    assert seen == {2, "refused"}


def outcome(path, wanted):
    try:
        with Emulator(path, sha256=wanted) as emulator:
            return factor_of(emulator)
    except errors.EmulatorFileError as error:
        assert "SHA-256" in error.message
        return "refused"


def test_message_names_the_file_not_the_copy(two, tmp_path):
    """Of a damaged file whose sum is right."""
    damaged = tmp_path / f"damaged{two[0].suffix}"
    damaged.write_bytes(two[0].read_bytes()[:-40] + b"\0" * 20)
    with pytest.raises(HybridError) as caught:
        Emulator(damaged, sha256=sum_of(damaged))
    assert damaged.name in caught.value.message
    assert "/proc" not in caught.value.message


def test_python_emulator_finds_what_lies_beside_it(python_plugin, tmp_path):
    path = tmp_path / "times.py"
    write_times(2, path)
    path.write_text(path.read_text() + "assert __file__.endswith('times.py'), __file__\n")
    with Emulator(path, sha256=sum_of(path)) as emulator:
        assert factor_of(emulator) == 2


@pytest.mark.parametrize("wrong", ["", "abc", "g" * 64, 5])
def test_sum_that_is_none(tmp_path, wrong):
    with pytest.raises(errors.ConfigError, match="sha256"):
        Emulator(tmp_path / "x.py", sha256=wrong)
