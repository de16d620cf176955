# SPDX-License-Identifier: BSD-3-Clause
"""Which input fields outputs hang on: Shapley values by captum.

Each sample is compared with the mean of many. Fields are switched from the mean to the sample's
values, in random orders; what an output changes when a field is switched is the field's (Castro et
al. 2009, https://doi.org/10.1016/j.cor.2008.04.004). The emulator is only called, so any backend
will do, and all goes through the library's own code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .moments import telling
from .running import Runner
from .samples import Fields, Samples
from .scoring import three

Array = NDArray[np.float64]
_ORDERS = 16  # of switching
_AT_ONCE = 8  # orders of switching that the emulator sees at once


@dataclass
class Attribution:
    """Mean size of the Shapley values, over samples, levels and species.

    Attributes
    ----------
    inputs, outputs : list of str
    sizes : ndarray, shape (output, input)
        In native standard deviations of the output.
    """

    inputs: list[str]
    outputs: list[str]
    sizes: Array

    def as_json(self) -> dict[str, dict[str, float]]:
        """By output and input."""
        return {
            output: dict(zip(self.inputs, map(float, sizes), strict=True))
            for output, sizes in zip(self.outputs, self.sizes, strict=True)
        }


def attribution(
    runner: Runner, samples: Samples, spread: Samples, routine: Callable[[Fields], Fields]
) -> Attribution:
    """Of an emulator at samples, beside the mean of others.

    Parameters
    ----------
    runner : Runner
    samples, spread : Samples
    routine : callable
        From inputs to outputs.
    """
    import torch
    from captum.attr import ShapleyValueSampling

    names = [one.name for one in runner.card.inputs if one.role != "noise"]
    outputs = [one.name for one in runner.scored if one.kind == "real"]
    inputs = samples.groups["input"]
    usual = {name: _usual(spread.groups["input"][name]) for name in names}
    native = spread.groups["native"]
    scale = {name: telling(three(native[name].astype(np.float64)).std(0)) for name in outputs}

    def forward(switches: Any, which: Any) -> Any:
        """(sample, output value) of switches (sample, field) and numbers of samples."""
        found = routine(_switched(inputs, usual, names, switches.numpy(), which.numpy()))
        scaled = [_scaled(three(found[name]), scale[name]) for name in outputs]
        return torch.from_numpy(np.concatenate(scaled, 1))

    torch.manual_seed(0)
    count = len(samples)
    values = ShapleyValueSampling(forward).attribute(
        torch.ones(count, len(names), dtype=torch.float64),
        additional_forward_args=torch.arange(count),
        n_samples=_ORDERS,
        perturbations_per_eval=min(_AT_ONCE, len(names)),
    )
    return Attribution(names, outputs, _by_output(values.abs().numpy(), scale, outputs))


def _usual(values: NDArray[Any]) -> NDArray[Any]:
    """The mean; of categories what is in the middle."""
    if values.dtype.kind == "f":
        return values.mean(0)
    return np.sort(values, axis=0)[len(values) // 2]


def _switched(
    inputs: Fields, usual: Fields, names: list[str], switches: Array, which: NDArray[np.int64]
) -> Fields:
    """Inputs of samples, or what is usual."""
    fields = {name: values[which] for name, values in inputs.items()}
    for place, name in enumerate(names):
        on = switches[:, place].reshape(-1, *(1,) * (fields[name].ndim - 1)) > 0.5
        fields[name] = np.where(on, fields[name], usual[name]).astype(fields[name].dtype)
    return fields


def _scaled(values: NDArray[Any], scale: Array) -> Array:
    """(sample, value) in standard deviations; 0 where nothing varies."""
    found = np.where(scale > 0, values / np.where(scale > 0, scale, 1.0), 0.0)
    return found.reshape(len(found), -1)


def _by_output(values: Array, scale: Fields, outputs: list[str]) -> Array:
    """(output, input) of sizes (sample, output value, input)."""
    values = values.reshape(-1, sum(scale[name].size for name in outputs), values.shape[-1])
    edges = np.cumsum([0, *(scale[name].size for name in outputs)])
    parts = zip(edges, edges[1:], strict=False)
    return np.stack([values[:, a:b].mean((0, 1)) for a, b in parts])
