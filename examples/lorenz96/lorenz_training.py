# SPDX-License-Identifier: BSD-3-Clause
"""Emulators of the small scales from a recording: a mean, and the noise about it.

The deterministic one gives the mean effect for an X, as Wilks (2005) has it,
https://doi.org/10.1256/qj.04.03; the stochastic one adds noise that is normal, as large as the
residuals are at that X, and remembers as they do. The wrong ones have a bias that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from lorenz_runs import MTU, SCHEME, STEPS_PER_MTU
from lorenz_schemes import EFFECT, HOUR_ANGLE, LARGE, NOISE, WRONG
from numpy.typing import NDArray
from torch import Tensor, nn

import pyhybrid
from pyhybrid import Card, Field
from pyhybrid.training import Plan, train

PLAN = Plan(rounds=40, samples=100_000, batch=512, rate=5e-3)
WIDTH = 16
OFFSET, SCALE = 4.0, 5.0  # of X, in the network [1]
Array = NDArray[np.float64]


@dataclass
class Samples:
    """X [1] and the effect of the small scales [MTU-1], each (sample, 1)."""

    x: Tensor
    u: Tensor

    def batch(self, index: Tensor) -> Self:
        return type(self)(self.x[index], self.u[index])

    def __len__(self) -> int:
        return len(self.x)


class Mean(nn.Module):
    """The mean effect of the small scales [MTU-1] at X (sample, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = _layers()

    def forward(self, x: Tensor) -> Tensor:
        return 10.0 * self.layers((x - OFFSET) / SCALE)


class Deviation(nn.Module):
    """The standard deviation of the effect about its mean [MTU-1] at X (sample, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = _layers()

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(self.layers((x - OFFSET) / SCALE))


def _layers() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(1, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, 1)
    )


class Effect(nn.Module):
    """From X, noise if there is a deviation, and the cosine of the hour angle if the bias has one.

    Gives the effect of the small scales [s-1] with a bias that is none or known.

    Attributes
    ----------
    mean : Mean
    deviation : Deviation, optional
        Multiplies noise of variance 1.
    factor : float
        Of the mean.
    constant, diurnal : float
        Added [MTU-1]; the latter times that cosine.
    """

    def __init__(
        self,
        mean: Mean,
        deviation: Deviation | None = None,
        factor: float = 1.0,
        constant: float = 0.0,
        diurnal: float = 0.0,
    ) -> None:
        super().__init__()
        self.mean, self.deviation = mean, deviation
        self.factor, self.constant, self.diurnal = factor, constant, diurnal

    def forward(self, x: Tensor) -> Tensor:
        effect = self.factor * self.mean(x[:, :1]) + self.constant
        if self.deviation is not None:
            effect = effect + self.deviation(x[:, :1]) * x[:, 1:2]
        if self.diurnal:
            effect = effect + self.diurnal * x[:, -1:]
        return effect / MTU


def squared(network: nn.Module, samples: Samples) -> Tensor:
    """The mean squared error [MTU-2]."""
    return ((network(samples.x) - samples.u) ** 2).mean()


def surprise(network: nn.Module, residuals: Samples) -> Tensor:
    """How unlikely residuals are under a normal distribution of that deviation, as -log [1]."""
    deviation = network(residuals.x)
    return (torch.log(deviation) + 0.5 * (residuals.u / deviation) ** 2).mean()


def run_training(recording: Path, folder: Path, plan: Plan = PLAN) -> dict[str, Any]:
    """Learn from the first three quarters of the recorded steps, write the emulators; tell scores.

    Raises RecordingError where the file is none.
    """
    steps, columns, x, u = read(recording)
    border = np.quantile(steps, 0.75)
    early = torch.from_numpy(steps <= border)
    known = Samples(*(torch.from_numpy(v).float()[early, None] for v in (x, u)))
    unseen = Samples(*(torch.from_numpy(v).float()[~early, None] for v in (x, u)))
    mean, deviation = Mean(), Deviation()
    train(mean, squared, known, unseen, plan)
    train(deviation, surprise, residuals(mean, known), residuals(mean, unseen), plan)
    with torch.no_grad():
        both = torch.from_numpy(x).float()[:, None]
        normal = ((u - mean(both)[:, 0].numpy()) / deviation(both)[:, 0].numpy()).astype(float)
    found = scores(mean, unseen) | {"memory_MTU": memory(steps, columns, normal)}
    write(folder, mean, deviation, found)
    return found


def read(recording: Path) -> tuple[Array, Array, Array, Array]:
    """Steps, columns, X [1] and effects [MTU-1] of all samples."""
    tree = pyhybrid.open_recording(recording)
    x = tree["input"][LARGE].values.astype(float)
    u = tree["native"][EFFECT].values.astype(float) * MTU
    return tree["step"].values, tree["column"].values, x, u


@torch.no_grad()
def residuals(mean: Mean, samples: Samples) -> Samples:
    """What the mean leaves."""
    return Samples(samples.x, samples.u - mean(samples.x))


@torch.no_grad()
def scores(mean: Mean, unseen: Samples) -> dict[str, float]:
    """Of the mean, on steps that nothing was learned from."""
    error = squared(mean, unseen)
    r2 = 1.0 - error / unseen.u.var(unbiased=False)
    return {"r2": float(r2), "rmse_MTU-1": float(error**0.5)}


def memory(steps: Array, columns: Array, normal: Array, most: int = 100) -> float:
    """Lag [MTU] at which residuals' autocorrelation has fallen to 1/e, linearly between steps.

    Recorded steps are some of all: pairs that happen to be that far apart count.
    """
    by_step = {int(s): normal[steps == s][np.argsort(columns[steps == s])] for s in set(steps)}
    before, last = 1.0, 0
    for lag in range(1, most + 1):
        pairs = [(v, by_step[s + lag]) for s, v in by_step.items() if s + lag in by_step]
        if not pairs:
            continue
        found = float(np.mean([np.mean(one * other) for one, other in pairs]))
        if found < np.exp(-1.0):
            share = (before - np.exp(-1.0)) / (before - found)
            return float(last + share * (lag - last)) / STEPS_PER_MTU
        before, last = found, lag
    raise ValueError(f"residuals: expected to be forgotten in {most} steps, found {before:.2f}")


def write(folder: Path, mean: Mean, deviation: Deviation, found: dict[str, float]) -> None:
    """All emulators: <name>.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = {"deterministic": [], "stochastic": [_noise(found["memory_MTU"] * MTU)]}
    spread = {"deterministic": None, "stochastic": deviation}
    for name in noise:
        _export(folder, name, Effect(mean, spread[name]), noise[name], found)
    for name, wrong in WRONG.items():
        sun = [_field(HOUR_ANGLE, "1")] if "diurnal" in wrong.bias else []
        module = Effect(mean, spread[wrong.base], **wrong.bias)
        _export(folder, f"wrong_{name}", module, noise[wrong.base] + sun, found, wrong.bias)


def _export(
    folder: Path,
    name: str,
    module: nn.Module,
    inputs: list[Field],
    found: dict[str, float],
    bias: dict[str, float] | None = None,
) -> None:
    card = Card(
        name=name,
        sample="column",
        kind="real32",
        inputs=(_field(LARGE, "1"), *inputs),
        outputs=(_field(EFFECT, "s-1", "tendency"),),
        provenance={
            "host": f"examples/lorenz96, scheme {SCHEME}: K 8, J 32, F 20, h 1, b 10, c 10",
            "training": "examples/lorenz96/lorenz_training.py",
            "date": date.today().isoformat(),
            **({"planted_bias": bias} if bias else {}),
        },
        scores={"held_out": {key: float(f"{value:.4g}") for key, value in found.items()}},
    )
    x = np.random.default_rng(0).uniform(-2.0, 2.0, (200, card.nfeature)) * 5
    pyhybrid.export(module, card, folder / f"{name}.safetensors", example=x)


def _field(name: str, unit: str, role: str = "state") -> Field:
    return Field(name=name, unit=unit, role=role, kind="real", dims=("column",))


def _noise(seconds: float) -> Field:
    return Field(
        name=NOISE,
        unit="1",
        role="noise",
        kind="real",
        dims=("column",),
        distribution="normal",
        correlation_time=seconds,
    )
