# SPDX-License-Identifier: BSD-3-Clause
"""Write the networks of run_on_gpu.py into a folder.

    make_gpu_networks.py FOLDER
"""

import sys
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "bridge" / "backends"))
from make_networks import mlp, save  # noqa: E402


class Hungry(torch.nn.Module):
    """The identity, by way of 16384 copies: more than fits."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.unsqueeze(2).expand(-1, -1, 16384).clone()[:, :, 0]


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # torch.jit is deprecated
    torch.manual_seed(1)
    save(mlp(124, 256, 3, 128), Path(sys.argv[1]) / "mlp.pt")
    save(Hungry(), Path(sys.argv[1]) / "hungry.pt")
