# SPDX-License-Identifier: BSD-3-Clause
"""What the three networks share."""


import torch
from torch import Tensor, nn

NLEV = 10


def sigma_half(nlev: int = NLEV) -> Tensor:
    """Return sigma (nlev + 1,) at the half levels, 0 at the top (PlaSim's default, float64)."""
    s = torch.arange(nlev + 1, dtype=torch.float64) / nlev
    return 0.75 * s + 1.75 * s**3 - 1.5 * s**4


class Standardise(nn.Module):
    """Affine scaling to zero mean and unit deviation, with a floor under the deviation.

    Without the floor, a small shift of a nearly constant feature would ruin the result.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))

    def fit(self, x: Tensor, floor: float = 1e-2) -> None:
        """Take mean and deviation from the samples x (sample, size)."""
        self.mean.copy_(x.mean(0))
        self.scale.copy_(x.std(0).clamp(min=floor))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.scale

    def inverse(self, z: Tensor) -> Tensor:
        """Return z in the original units."""
        return z * self.scale + self.mean


class Perceptron(nn.Module):
    """Fully connected: `depth` hidden layers of `width` SiLU units, residual after the first."""

    def __init__(self, size_in: int, size_out: int, width: int, depth: int) -> None:
        super().__init__()
        self.first = nn.Linear(size_in, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(depth - 1)])
        self.last = nn.Linear(width, size_out)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.silu(self.first(x))
        for layer in self.hidden:
            x = x + nn.functional.silu(layer(x))
        return self.last(x)


class Emulator(nn.Module):
    """What the emulators share: limits -> features -> scaled -> perceptron -> physical outputs.

    A subclass defines `INPUTS` and `OUTPUTS` as (name, extent) pairs, `LIMITS` of its inputs as
    (low, high, extent), `features` and `assemble` for the run, and `targets` and `loss` for
    training (those two are not part of the exported program).
    """

    GRAVITY = 9.80665  # m s-2
    GAS_CONSTANT = 287.0  # J kg-1 K-1, dry air
    VAPOUR_RATIO = 287.0 / 461.51
    KAPPA = 0.286  # gas constant / heat capacity
    HEAT_CAPACITY = 287.0 / 0.286  # J kg-1 K-1, dry air
    VAPOUR_FACTOR = 1870.0 * 0.286 / 287.0 - 1.0  # for the heat capacity of moist air
    LATENT_HEAT = 2.5008e6  # J kg-1, of vaporisation
    LATENT_HEAT_ICE = 2.8345e6  # J kg-1, of sublimation
    STEFAN_BOLTZMANN = 5.67e-8  # W m-2 K-4, the model's value
    __constants__ = [
        "GRAVITY",
        "GAS_CONSTANT",
        "VAPOUR_RATIO",
        "KAPPA",
        "HEAT_CAPACITY",
        "VAPOUR_FACTOR",
        "LATENT_HEAT",
        "LATENT_HEAT_ICE",
        "STEFAN_BOLTZMANN",
    ]

    def __init__(self, nfeature: int, ntarget: int, width: int, depth: int) -> None:
        super().__init__()
        half = sigma_half()
        self.constant("dsigma", half[1:] - half[:-1])
        self.constant("sigma", 0.5 * (half[1:] + half[:-1]))
        self.constant("sigma_between", half[1:-1])
        self.constant("low", torch.cat([torch.full((n,), low) for low, _, n in self.LIMITS]))
        self.constant("high", torch.cat([torch.full((n,), high) for _, high, n in self.LIMITS]))
        self.scaler = Standardise(nfeature)
        self.target = Standardise(ntarget)
        self.core = Perceptron(nfeature, ntarget, width, depth)

    def constant(self, name: str, value: Tensor) -> None:
        """Keep a float32 tensor that belongs to the program, not to its weights."""
        self.register_buffer(name, value.float(), persistent=False)

    def limit(self, x: Tensor) -> Tensor:
        """Return the inputs within physical limits, so that no finite input overflows."""
        return torch.maximum(torch.minimum(x, self.high), self.low)

    def useful(self, x: Tensor) -> Tensor:
        """Return which samples teach anything (all, unless a subclass knows better)."""
        return torch.ones(len(x), dtype=torch.bool)

    def fit(self, x: Tensor, goal: Tensor) -> None:
        """Set the scalings of features and targets from samples."""
        self.scaler.fit(self.features(x))
        self.target.fit(goal)

    def scaled(self, goal: Tensor) -> Tensor:
        """Return the targets as the loss wants them."""
        return self.target(goal)

    def scaled_features(self, x: Tensor) -> Tensor:
        """Return what the perceptron sees of the limited inputs x (ncol, nfeature)."""
        return self.scaler(self.features(x)).clamp(-10.0, 10.0)

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs (ncol, noutput) of the raw inputs x (ncol, ninput)."""
        x = self.limit(x)
        return self.assemble(x, self.core(self.scaled_features(x)))
