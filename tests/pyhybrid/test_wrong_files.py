# SPDX-License-Identifier: BSD-3-Clause
"""Files of another kind than their suffix says, and how to make the right one."""

import shutil

import pytest

torch = pytest.importorskip("torch")
save_file = pytest.importorskip("safetensors.torch").save_file

from pyhybrid import Emulator, errors

pytestmark = [
    pytest.mark.usefixtures("torch_plugin", "builtin_plugin"),
    pytest.mark.filterwarnings("ignore:.*is deprecated"),
]
ADVICE = r"; write it with pyhybrid\.export$"


def weights(path):
    torch.save(torch.nn.Linear(2, 2).state_dict(), path)


def program(path):
    torch.jit.script(torch.nn.Linear(2, 2)).save(path)


def tensors(path):
    save_file(torch.nn.Linear(2, 2).state_dict(), path)


@pytest.mark.parametrize(
    "write, name, error, told",
    [
        (weights, "a.pt", errors.EmulatorFileError, r"file of torch\.save \(weights\?\)"),
        (program, "a.pt", errors.CardError, "card in its extra file card.json, found none"),
        (tensors, "a.safetensors", errors.EmulatorFileError, "text 'card' .*, found none"),
        (weights, "a.safetensors", errors.EmulatorFileError, "found a zip archive, as of torch"),
    ],
)
def test_other_file(tmp_path, write, name, error, told):
    path = tmp_path / name
    write(tmp_path / "written")
    shutil.move(tmp_path / "written", path)
    with pytest.raises(error, match=f"{name}: expected .*{told}.*{ADVICE}"):
        Emulator(path)
