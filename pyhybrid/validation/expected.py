# SPDX-License-Identifier: BSD-3-Clause
"""What a validation will measure, as far as it is known before: tables as in its JSON.

They come of the code that makes the JSON, on samples that are made up, so that no list of scores
has to be kept in step with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .budgets import Residuals
from .ensemble import Calibration
from .jacobian import Jacobian, Row
from .limits import Limits
from .result import scores_of_field, tables_of
from .running import Runner
from .samples import Fields, Recording, Samples, Variable
from .scoring import Scorer, field_scores
from .splits import part_names
from .thresholds import ANY, Needs

Json = dict[str, Any]
_SAMPLES = 20  # enough for all parts of a distribution
_PLACES = ("lat", "lon", "area")


def of_any(split: bool, jacobian: bool, attribution: bool) -> Json:
    """Before anything is read: all scores that there may be, `ANY` for what has another name."""
    return {
        **_any_scores(whole=True),
        "split": {ANY: _any_scores(whole=False)} if split else Needs("--split"),
        "jacobian": _jacobian([ANY], [ANY]) if jacobian else Needs("--native"),
        "attribution": {ANY: {ANY: 0.0}} if attribution else Needs("--attributions"),
    }


def expected(
    runner: Runner, recording: Recording, members: int, split: str, optional: Json
) -> Json:
    """Of an emulator and a recording.

    Parameters
    ----------
    runner : Runner
    recording : Recording
    members : int
        That a stochastic emulator is asked for.
    split : str
        That the recording can have; "" for none.
    optional : dict
        `of_any`, for what needs an option.
    """
    samples = _made_up(recording.places, {
        group: {name: _values(one) for name, one in runner.recorded.get(group, {}).items()}
        for group in ("input", "native")
    })  # fmt: skip
    emulated = runner.zeros(_SAMPLES)
    several = [emulated] * members if runner.noise and members > 1 else []
    found = Scorer(runner, members).score(samples, emulated, several)
    outputs, inputs = ([one.name for one in some] for some in (runner.scored, runner.card.inputs))
    known = {
        "split": lambda: dict.fromkeys(
            part_names(split, recording) or [ANY], tables_of(runner, found, whole=False)
        ),
        "jacobian": lambda: _jacobian(outputs, inputs),
        "attribution": lambda: {one: dict.fromkeys(inputs, 0.0) for one in outputs},
    }
    return tables_of(runner, found, whole=True) | {
        key: optional[key] if isinstance(optional[key], Needs) else make()
        for key, make in known.items()
    }


def _any_scores(whole: bool) -> Json:
    """Of all samples, or of a part of them."""
    outside: Json = {"samples": 0.0, "without_margin": 0.0}
    if whole:
        outside["field"] = {ANY: {side: {ANY: {ANY: 0.0}} for side in ("below", "above")}}
    return {
        **dict.fromkeys(("samples", "without_place", "without_area"), 0),
        "field": {ANY: _open(_any_field(whole))},
        "budget": {ANY: _any_budget()},
        "outside": outside,
    }


def _any_field(whole: bool) -> Json:
    """Of a real output with everything that may be told of one."""
    values = _values(Variable("1", "state", np.dtype(np.float64), (2, 2), False, ()))
    limits = Limits(np.zeros((2, 2)), np.ones((2, 2)))
    scores = field_scores(values, 2 * values, _made_up(_PLACES, {}), limits)
    one = np.ones(1)
    ensemble = Calibration(one, one, one, one, one, ranks=np.ones(3))
    about = {"ensemble": ensemble.scores() | {"ranks": ensemble.ranks.tolist()}}
    return scores_of_field(scores, "real", whole) | about


def _any_budget() -> Json:
    found = Residuals.of(np.ones(1), np.ones(1)).as_json()
    return {**found, "native": found}


def _jacobian(outputs: list[str], inputs: list[str]) -> Json:
    rows, columns = ([Row(name, 0, 0) for name in names] for names in (outputs, inputs))
    one = Jacobian(columns, rows, np.ones((1, len(rows), len(columns))))
    return one.as_json(one) | {"native_function_misses": 0.0}


def _made_up(places: Iterable[str], groups: Mapping[str, Fields]) -> Samples:
    number = np.arange(_SAMPLES)
    known: Any = {name: np.ones(_SAMPLES) if name in places else None for name in _PLACES}
    return Samples("", number, number, np.full(_SAMPLES, ""), **known, groups=groups)


def _values(one: Variable) -> Any:
    """(sample[, level][, species]), above 0, all different and rising along each axis."""
    shape = (_SAMPLES, *one.shape)
    return np.arange(1, 1 + int(np.prod(shape))).reshape(shape).astype(one.dtype)


def _open(table: Any) -> Any:
    """Lists of any length."""
    if isinstance(table, list):
        return {ANY: _open(table[0])}
    if isinstance(table, dict):
        return {key: _open(one) for key, one in table.items()}
    return table
