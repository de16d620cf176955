# SPDX-License-Identifier: BSD-3-Clause
"""Write the TorchScript files of the tests into a folder, sound ones and damaged ones.

    make_networks.py FOLDER STAMP LIBRARY
"""

import sys
import warnings
import zipfile
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

CARD = '{"format": "pyhybrid card", "name": "test"}'


class Affine(nn.Module):
    """y[:, j] = (j + 1) x[:, j] + 0.5: one output more than what is read would be noticed."""

    def __init__(self, noutput: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.register_buffer("slope", torch.arange(1, noutput + 1, dtype=dtype))
        self.noutput = noutput

    def forward(self, x: Tensor) -> Tensor:
        return x[:, : self.noutput] * self.slope + 0.5


class Fields(nn.Module):
    """Temperature (sample, level), pressure (sample), tracers (sample, level, species)."""

    def forward(self, t: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        return t + p[:, None], q * 2



class Dropout(nn.Module):
    """Saved in training mode."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(x, 0.5, self.training)


class Transposed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.t()


class Wide(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, x[:, :1]], 1)


class OneRow(nn.Module):
    """What a careless copy would broadcast."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:1]


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.double()


class Pair(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


class TwoArguments(nn.Module):
    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return x + z


class Raising(nn.Module):
    """Fails at values that the warm-up does not have."""

    def forward(self, x: Tensor) -> Tensor:
        if float(x.max()) > 10.0:
            raise ValueError("too hot")
        return x


class Misfit(nn.Module):
    """A product of matrices that do not fit: Torch's own error."""

    def forward(self, x: Tensor) -> Tensor:
        return x @ torch.ones(7, 2)


class Random(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand_like(x)


class Mixing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0)


class InPlace(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.add_(1.0)


class Limited(nn.Module):
    """The identity where there is room for 40 samples."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.hybrid_test.limited(x, 40)


class Full(nn.Module):
    """No room even for the smallest batch."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.hybrid_test.limited(x, 8)


class Trapping(nn.Module):
    """Division by zero, overflow and invalid operations on the way to a finite result."""

    def forward(self, x: Tensor) -> Tensor:
        masked = torch.softmax(x * float("-inf"), 1)
        huge = torch.exp(x * 1e4) / torch.zeros_like(x)
        return torch.nan_to_num(masked + huge - huge, 0.0, 0.0, 0.0) + 1.0


def mlp(nfeature: int, width: int, depth: int, noutput: int) -> nn.Module:
    sizes = [nfeature] + [width] * depth
    hidden = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(width, noutput))


class Profile(nn.Module):
    """Convolution and recurrence over 60 levels, one feature per level."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(1, 8, 5, padding=2)
        self.recurrence = nn.GRU(8, 8, batch_first=True, bidirectional=True)
        self.last = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        levels = torch.relu(self.convolution(x[:, None, :])).transpose(1, 2)
        return self.last(self.recurrence(levels)[0])[:, :, 0]


SOUND = {
    "affine": Affine(3), "affine64": Affine(3, torch.float64), "fields": Fields(),
    "dropout": Dropout().train(), "transposed": Transposed(), "wide": Wide(),
    "one_row": OneRow(), "double": Double(), "pair": Pair(), "two_arguments": TwoArguments(),
    "raising": Raising(), "misfit": Misfit(), "random": Random(), "mixing": Mixing(),
    "in_place": InPlace(), "trapping": Trapping(), "mlp": mlp(124, 256, 3, 128),
    "m7": mlp(34, 128, 2, 28), "profile": Profile(),
    "limited": Limited(), "full": Full(),
}


def save(module: nn.Module, path: Path, card: bool = True) -> None:
    scripted = module if isinstance(module, torch.jit.ScriptModule) else torch.jit.script(module)
    torch.jit.save(scripted, str(path), _extra_files={"card.json": CARD} if card else {})


def flip_a_bit(whole: Path, part: str, damaged: Path) -> None:
    """Change one bit of a record whose name has `part`, which Torch loads without a word."""
    data = bytearray(whole.read_bytes())
    with zipfile.ZipFile(whole) as archive:
        record = archive.read(next(n for n in archive.namelist() if part in n))
    data[data.index(record)] ^= 1
    damaged.write_bytes(data)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    for name, module in SOUND.items():
        save(module, folder / f"{name}.pt")
    save(torch.jit.freeze(torch.jit.script(Affine(3).eval())), folder / "frozen.pt")
    save(Affine(3), folder / "no_card.pt", card=False)
    whole = folder / "mlp.pt"
    (folder / "truncated.pt").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (folder / "not_torch.pt").write_text("netcdf radiation {}\n" * 100)
    (folder / "empty.pt").touch()
    flip_a_bit(whole, "/data/", folder / "corrupt.pt")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # torch.jit is deprecated
    torch.ops.load_library(sys.argv[3])
    main(Path(sys.argv[1]))
    Path(sys.argv[2]).touch()
