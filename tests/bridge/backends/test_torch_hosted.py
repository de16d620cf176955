# SPDX-License-Identifier: BSD-3-Clause
"""The Torch backend inside a process that uses Torch from Python: it keeps its threads."""

import os
from pathlib import Path

import numpy as np
import torch
from hosted import prepared, run

torch.set_num_threads(3)
x = np.linspace(0, 1, 48, dtype=np.float32).reshape(3, 16)
network = prepared(Path(os.environ["NETWORKS"]) / "affine.pt")
status, y, text = run(network, x)
assert status == 0, text
assert (y == x * np.array([[1], [2], [3]], np.float32) + np.float32(0.5)).all()
assert torch.get_num_threads() == 3 and not torch.is_inference_mode_enabled()
