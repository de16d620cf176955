# SPDX-License-Identifier: BSD-3-Clause
"""The Torch backend in a process that uses Torch from Python: Torch's settings stay as they are."""

import os
from pathlib import Path

import numpy as np
import torch
from hosted import backend, opened, planned, prepared, run

torch.set_num_threads(3)
x = np.linspace(0, 1, 48, dtype=np.float32).reshape(3, 16)
network = prepared(Path(os.environ["NETWORKS"]) / "affine.pt")
status, y, text = run(network, x)
assert status == 0, text
assert (y == x * np.array([[1], [2], [3]], np.float32) + np.float32(0.5)).all()
assert torch.get_num_threads() == 3 and not torch.is_inference_mode_enabled()

torch.set_float32_matmul_precision("high")
torch.backends.cudnn.allow_tf32 = False
settings = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
for precision in ("float32", "tf32"):
    status, network, text = opened(
        Path(os.environ["NETWORKS"]) / "affine.pt", device="cpu:async", precision=precision
    )
    assert status == 0, text
    status, plan, text = planned(network, tolerance=0.01)
    assert status == 0 and plan.in_flight > 0, text
    status, y, text = run(network, x)
    assert status == 0, text
    backend.close(network)
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == settings
