# SPDX-License-Identifier: BSD-3-Clause
"""Jacobians by central differences in real64.

An input is varied by a hundredth of its standard deviation on both sides, but not beyond the values
that were recorded: a native routine may refuse a negative humidity. Derivatives are in standard
deviations of the output by one of the input, so those of different units can be compared; outputs
of levels where hardly anything happens are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .moments import telling
from .running import Runner
from .samples import Fields, Samples
from .scoring import three

Array = NDArray[np.float64]
_STEP = 0.01  # of a standard deviation
_AT_ONCE = 4096  # samples


@dataclass(frozen=True)
class Row:
    """An input that is varied, or an output.

    Attributes
    ----------
    field : str
    level, species : int
        From 0; a network of boxes has no levels: all are varied at once.
    """

    field: str
    level: int
    species: int


@dataclass
class Jacobian:
    """Derivatives at some samples; of a network of boxes at each of their boxes.

    Attributes
    ----------
    inputs, outputs : list of Row
    values : ndarray, shape (sample, output, input)
        In standard deviations; NaN where an input or output does not vary.
    """

    inputs: list[Row]
    outputs: list[Row]
    values: Array

    def mean(self) -> Array:
        """(output, input): over samples; 0 where there is none."""
        good = np.isfinite(self.values)
        count = np.maximum(good.sum(0), 1)
        return np.where(good, self.values, 0.0).sum(0) / count

    def as_json(self, native: Jacobian | None) -> dict[str, Any]:
        """By output and input field: size of the derivatives and, beside native, what is wrong."""
        table: dict[str, Any] = {}
        for name, outputs in _places(self.outputs).items():
            for source, inputs in _places(self.inputs).items():
                block = self.values[:, outputs][:, :, inputs]
                other = native.values[:, outputs][:, :, inputs] if native else None
                table.setdefault(name, {})[source] = _agreement(block, other)
        whole = _agreement(self.values, native.values if native else None)
        return {"samples": len(self.values), **whole, "field": table}


def _places(rows: list[Row]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        places.setdefault(row.field, []).append(number)
    return places


def _agreement(emulated: Array, native: Array | None) -> dict[str, float | None]:
    """Root mean squares; the relative error and the correlation with native derivatives."""
    good = np.isfinite(emulated) & (True if native is None else np.isfinite(native))
    a = emulated[good]
    found: dict[str, float | None] = {"rms": _rms(a)}
    if native is None:
        return found
    b = native[good]
    size, wrong = _rms(b), _rms(a - b)
    varies = a.size > 1 and a.std() > 0 and b.std() > 0
    return found | {
        "native_rms": size,
        "relative_error": wrong / size if wrong is not None and size else None,
        "correlation": float(np.corrcoef(a, b)[0, 1]) if varies else None,
    }


def _rms(values: Array) -> float | None:
    return float(np.sqrt((values * values).mean())) if values.size else None


def jacobian(
    runner: Runner, samples: Samples, spread: Samples, routine: Callable[[Fields], Fields]
) -> Jacobian:
    """Of a routine at samples.

    Parameters
    ----------
    runner : Runner
        Says which inputs and outputs there are.
    samples, spread : Samples
        Where; and from which standard deviations and limits are taken.
    routine : callable
        From inputs to outputs.
    """
    inputs = dict(samples.groups["input"])
    box = runner.card.sample == "box"
    rows = [row for row, _ in _rows(runner, spread, box)]
    found = []
    length = max(1, _AT_ONCE // (2 * len(samples)))
    for first in range(0, len(rows), length):
        found += _derivatives(rows[first : first + length], inputs, spread, routine, box)
    outputs = _output_rows(runner, found[0], box)
    values = np.stack([_arranged(one, outputs, box) for one in found], axis=-1)
    deviation = {
        name: telling(one.std(0))[None]
        for name, one in _three_all(spread.groups["native"]).items()
    }
    scale = _arranged(deviation, outputs, box)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(scale[..., None] > 0, values / scale[..., None], np.nan)
    return Jacobian(rows, outputs, values.reshape(-1, len(outputs), len(rows)))


def _three_all(fields: Fields) -> Fields:
    return {name: three(one.astype(np.float64)) for name, one in fields.items()}


def _rows(runner: Runner, spread: Samples, box: bool) -> Iterator[tuple[Row, Array]]:
    """Real inputs that vary."""
    for field in runner.card.inputs:
        if field.kind != "real" or field.role == "noise":
            continue
        deviation = three(spread.groups["input"][field.name]).std(0)
        levels = range(1 if box else deviation.shape[0])
        for level in levels:
            for species in range(deviation.shape[1]):
                part = deviation[:, species] if box else deviation[level, species]
                if np.any(part > 0):
                    yield Row(field.name, level, species), part


def _derivatives(
    rows: list[Row], inputs: Fields, spread: Samples, routine: Callable[[Fields], Fields], box: bool
) -> list[Fields]:
    """Of all outputs by each of some inputs, by one standard deviation of it."""
    count = len(next(iter(inputs.values())))
    many = {name: np.concatenate([one] * (2 * len(rows))) for name, one in inputs.items()}
    steps = [
        _vary(many, row, (_end(number, 0, count), _end(number, 1, count)), spread, box)
        for number, row in enumerate(rows)
    ]
    results = _three_all(routine(many))
    found = []
    for number, step in enumerate(steps):
        low, high = _end(number, 0, count), _end(number, 1, count)
        size = np.where(step > 0, step, np.nan)
        found.append({name: (one[high] - one[low]) / size for name, one in results.items()})
    return found


def _end(number: int, side: int, count: int) -> slice:
    """Where the samples of one side of a difference lie."""
    return slice((2 * number + side) * count, (2 * number + side + 1) * count)


def _vary(
    many: Fields, row: Row, ends: tuple[slice, slice], spread: Samples, box: bool
) -> Array:
    """Changes an input in place; (sample, level or 1, 1): how far its ends are apart."""
    recorded = three(spread.groups["input"][row.field])
    levels = slice(None) if box else slice(row.level, row.level + 1)
    usual = recorded[:, levels, row.species]
    deviation, least, most = usual.std(0), usual.min(0), usual.max(0)
    low, high = (three(many[row.field][end])[:, levels, row.species] for end in ends)
    low[...] = np.clip(low - _STEP * deviation, least, most)
    high[...] = np.clip(high + _STEP * deviation, least, most)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(deviation > 0, (high - low) / deviation, 0.0)[:, :, None]


def _output_rows(runner: Runner, found: Fields, box: bool) -> list[Row]:
    return [
        Row(field.name, level, species)
        for field in runner.scored
        if field.kind == "real"
        for level in range(1 if box else found[field.name].shape[1])
        for species in range(found[field.name].shape[2])
    ]


def _arranged(found: Fields, outputs: list[Row], box: bool) -> Array:
    """(sample, output), or (sample, level, output)."""
    levels = [slice(None) if box else row.level for row in outputs]
    values = [found[r.field][:, at, r.species] for r, at in zip(outputs, levels, strict=True)]
    return np.stack(values, axis=-1)
