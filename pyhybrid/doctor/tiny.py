# SPDX-License-Identifier: BSD-3-Clause
"""A tiny emulator as a file of each backend: ``heating = max(air_temperature - 250, 0)``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..card import Card, Field

_LEVELS, _OFFSET = 4, 250.0  # [K]
_AXES = ("column", "level")
CARD = Card(
    name="tiny",
    sample="column",
    kind="real32",
    inputs=(Field("air_temperature", "K", "state", "real", _AXES, _LEVELS),),
    outputs=(Field("heating", "K", "state", "real", _AXES, _LEVELS),),
)
INPUT: NDArray[np.float64] = np.linspace(200.0, 300.0, 20 * _LEVELS).reshape(20, _LEVELS)
# 2^-16 of the offset: products of real32 in any order
TOLERANCE = 0.004  # [K]

_PROGRAM = """\
import numpy as np

card = {card!r}


def emulate(x):
    return np.maximum(x - np.float32({offset!r}), np.float32(0))
"""


def expected(backend: str) -> NDArray[np.float64]:
    """What the emulator gives for `INPUT` [K] (column, level)."""
    scale = 0.0 if backend == "null" else 1.0
    return scale * np.maximum(INPUT - _OFFSET, 0.0)


def write_tiny(backend: str, folder: Path) -> Path:
    """The file for a backend, in a folder.

    Raises
    ------
    ImportError
        If torch is needed and is not there.
    HybridError
        If its export fails.
    """
    return _WRITERS[backend](folder)


def _builtin(folder: Path) -> Path:
    """Written without the package safetensors, which an installation may lack."""
    weight, bias = np.eye(_LEVELS, dtype="<f4"), np.full(_LEVELS, -_OFFSET, "<f4")
    dense = {"op": "dense", "name": "dense", "in": [0], "weight": "weight", "bias": "bias"}
    operations = [dense, {"op": "relu", "name": "relu", "in": [1]}]
    network = {"format": "pyhybrid network", "version": 1, "operations": operations, "output": 2}
    end = weight.nbytes + bias.nbytes
    header = json.dumps(
        {
            "__metadata__": {"card": CARD.to_json(), "network": json.dumps(network)},
            "weight": {"dtype": "F32", "shape": weight.shape, "data_offsets": [0, weight.nbytes]},
            "bias": {"dtype": "F32", "shape": bias.shape, "data_offsets": [weight.nbytes, end]},
        }
    ).encode()
    header += b" " * (-len(header) % 8)  # as the format wants it
    path = folder / "tiny.safetensors"
    length = len(header).to_bytes(8, "little")
    path.write_bytes(length + header + weight.tobytes() + bias.tobytes())
    return path


def _torch(suffix: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        import torch

        from ..export import export

        dense = torch.nn.Linear(_LEVELS, _LEVELS)
        with torch.no_grad():
            dense.weight.copy_(torch.eye(_LEVELS))
            dense.bias.fill_(-_OFFSET)
        module = torch.nn.Sequential(dense, torch.nn.ReLU())
        example = torch.from_numpy(INPUT.astype(np.float32))
        return export(module, CARD, folder / f"tiny{suffix}", example=example)

    return write


def _python(folder: Path) -> Path:
    path = folder / "tiny.py"
    path.write_text(_PROGRAM.format(card=json.loads(CARD.to_json()), offset=_OFFSET))
    return path


def _null(folder: Path) -> Path:
    path = folder / "tiny.json"
    path.write_text(CARD.to_json())
    return path


_WRITERS: dict[str, Callable[[Path], Path]] = {
    "builtin": _builtin,
    "torchscript": _torch(".pt"),
    "aoti": _torch(".pt2"),
    "python": _python,
    "null": _null,
}
BACKENDS = tuple(_WRITERS)
