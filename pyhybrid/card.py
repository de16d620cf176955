# SPDX-License-Identifier: BSD-3-Clause
"""The card of an emulator, for those who write one. ``docs/card.md`` says what each key means.

The library checks every card again when it opens a file; this check comes earlier, at export.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ._words import listed, mismatch, unknown
from .errors import CardError

_FORMAT = {"format": "pyhybrid card", "version": 1}
_DIMS = (
    (),
    ("column",),
    ("column", "level"),
    ("column", "species"),
    ("column", "level", "species"),
)
_ROLES = ("state", "tendency", "increment", "flag", "noise")
_KINDS = ("real", "integer", "logical")
_DISTRIBUTIONS = ("normal", "uniform")
_CARRIED = ("provenance", "scores", "training_range")
_CONSTRAINTS = ("budget", "bounds", "flux_divergence")


_LEAST, _MOST = 2.0**-126, (2 - 2.0**-23) * 2.0**127  # normal numbers of real32


@dataclass(frozen=True)
class Normalisation:
    """What the network takes or returns instead of physical values: (physical - offset) / scale.

    Attributes
    ----------
    offset, scale : tuple of float
        In the field's unit: one number, or one for each of its values in a sample, levels
        innermost.

    Raises
    ------
    CardError
        If an entry is no finite number, or a scale is 0.
    """

    offset: tuple[float, ...]
    scale: tuple[float, ...]

    def __post_init__(self) -> None:
        for key in ("offset", "scale"):
            value = getattr(self, key)
            numbers = (value,) if _is_number(value) else _as_tuple(value, f"card: {key}")
            object.__setattr__(self, key, numbers)
            least = _LEAST if key == "scale" else 0
            for number in numbers:
                fits = _is_number(number) and least <= abs(number) <= _MOST
                wanted = "a number within real32" + (" that is not 0" if least else "")
                _require(fits, "card: normalisation", key, wanted, number)


@dataclass(frozen=True)
class ValidRange:
    """What values of a field are physically possible; the guard `range` compares with it.

    Attributes
    ----------
    min, max : tuple of float, optional
        In the field's unit: one number, or one for each of its values in a sample, levels
        innermost; absent: no limit on that side.

    Raises
    ------
    CardError
        If an entry is no finite number, or both are absent.
    """

    min: tuple[float, ...] | None = None
    max: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        where = "card: valid_range"
        _require((self.min, self.max) != (None, None), where, "min, max", "one at least", None)
        for key in ("min", "max"):
            value = getattr(self, key)
            if value is None:
                continue
            numbers = (value,) if _is_number(value) else _as_tuple(value, f"{where}: {key}")
            object.__setattr__(self, key, numbers)
            for number in numbers:
                _require(_is_number(number), where, key, "a finite number", number)


@dataclass(frozen=True)
class Field:
    """An input or output of an emulator.

    Attributes
    ----------
    name : str
        CF standard name where there is one.
    unit : str
        SI, in CF spelling.
    role : {"state", "tendency", "increment", "flag", "noise"}
        Noise is an input that the library draws: of unit "1", with columns, not normalised.
    kind : {"real", "integer", "logical"}
        Of the host's array; a flag is an integer or a logical, everything else is real.
    dims : tuple of str
        ``()``, or "column", then "level", "species" or both.
    levels, species : int, optional
        Extents of these axes, given exactly where `dims` has them. Without `levels`, which only an
        emulator of boxes may leave out, it takes any number of them; so it does with.
    normalisation : Normalisation or mapping, optional
        Applied by the library on the way into the network or out of it; of real fields only.
    valid_range : ValidRange or mapping, optional
        What is physically possible.
    distribution : {"normal", "uniform"}, optional
        Of noise; absent: "normal", of mean 0 and variance 1. Uniform is between 0 and 1.
    correlation_time : float, optional
        Of normal noise [s]: what it was decays by a factor of e in this time. Absent: each step
        has new numbers.

    Raises
    ------
    CardError
        With the key, what was expected and what was found.
    """

    name: str
    unit: str
    role: str
    kind: str
    dims: tuple[str, ...]
    levels: int | None = None
    species: int | None = None
    normalisation: Normalisation | None = None
    valid_range: ValidRange | None = None
    distribution: str | None = None
    correlation_time: float | None = None

    def __post_init__(self) -> None:
        where = f"card: field {self.name!r}"
        for key in ("name", "unit"):
            _require(isinstance(getattr(self, key), str), where, key, "a text", getattr(self, key))
        object.__setattr__(self, "dims", _as_tuple(self.dims, f"{where}: dims"))
        _require_word(where, "role", self.role, _ROLES)
        _require_word(where, "kind", self.kind, _KINDS)
        _require(self.dims in _DIMS, where, "dims", f"one of {_DIMS}", self.dims)
        fits = (self.role == "flag") == (self.kind != "real")
        kinds = "'integer' or 'logical'" if self.role == "flag" else "'real'"
        _require(fits, where, f"kind of role {self.role!r}", kinds, self.kind)
        if self.levels is not None or "level" not in self.dims:
            _require_extent(where, "levels", self.levels, "level" in self.dims)
        _require_extent(where, "species", self.species, "species" in self.dims)
        object.__setattr__(self, "normalisation", _as_normalisation(where, self))
        object.__setattr__(self, "valid_range", _as_valid_range(where, self.valid_range))
        if self.role == "noise" and self.distribution is None:
            object.__setattr__(self, "distribution", "normal")
        _check_noise(where, self)

    def shape(self, sample: str) -> tuple[int, ...]:
        """Its axes in one sample of the network, level before species; a box has no levels."""
        levels = self.levels if sample == "column" else None
        return tuple(extent for extent in (levels, self.species) if extent is not None)


@dataclass(frozen=True)
class Card:
    """The contract inside an emulator file.

    Attributes
    ----------
    name : str
        Of the emulator.
    sample : {"column", "box"}
        What one sample of the network is; a box is one column and level.
    kind : {"real32", "real64"}
        Of the network's input and output.
    inputs, outputs : tuple of Field
        In the order in which the network takes and returns them.
    arguments : {"packed", "fields"}
        One matrix, or one array for each field.
    orientation : {"top_down", "bottom_up"}
        The order of levels that the network was trained on.
    tolerance : float, optional
        Deviation that a lower precision (tf32) may cause, relative to the scale of the outputs.
    provenance, scores, training_range : mapping, optional
        Carried along.
    constraints : tuple of mapping, optional
        What the outputs have to obey, with the keys of ``docs/constraints.md``. The library checks
        the rest of them when it opens the file.

    Raises
    ------
    CardError
        With the key, what was expected and what was found.
    """

    name: str
    sample: str
    kind: str
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    arguments: str = "packed"
    orientation: str = "top_down"
    tolerance: float | None = None
    provenance: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    scores: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    training_range: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    constraints: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        _require(isinstance(self.name, str), "card", "name", "a text", self.name)
        _require_word("card", "sample", self.sample, ("column", "box"))
        _require_word("card", "kind", self.kind, ("real32", "real64"))
        _require_word("card", "arguments", self.arguments, ("packed", "fields"))
        _require_word("card", "orientation", self.orientation, ("top_down", "bottom_up"))
        fits = self.tolerance is None or (_is_number(self.tolerance) and self.tolerance > 0)
        _require(fits, "card", "tolerance", "a number above 0", self.tolerance)
        for key in _CARRIED:
            value = getattr(self, key)
            _require(isinstance(value, Mapping), "card", key, "an object", value)
        object.__setattr__(self, "constraints", _as_constraints(self.constraints))
        for key in ("inputs", "outputs"):
            object.__setattr__(self, key, _as_fields(getattr(self, key), key, self.sample))
        _check_outputs(self)

    @property
    def nfeature(self) -> int:
        """Values that the network takes for a sample."""
        return sum(math.prod(field.shape(self.sample)) for field in self.inputs)

    @property
    def noutput(self) -> int:
        """Values that the network returns for a sample."""
        return sum(math.prod(field.shape(self.sample)) for field in self.outputs)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads a card.

        Raises
        ------
        CardError
            If it is no JSON, a key is missing or unknown, or a value is not allowed.
        """
        try:
            table = json.loads(text)
        except (ValueError, RecursionError) as error:  # too many digits, or brackets
            raise CardError(mismatch("card", "JSON", error)) from error
        _check_keys("card", table, cls, _FORMAT)
        for key, expected in _FORMAT.items():
            found = table.pop(key)
            _require(found == expected, "card", key, repr(expected), found)
        for key in ("inputs", "outputs"):
            table[key] = _read_fields(table[key], key)
        return cls(**table)

    def to_json(self) -> str:
        """The card as it is written into an emulator file."""
        table = _FORMAT | dataclasses.asdict(self, dict_factory=_without_absent)
        return json.dumps(table, indent=2, ensure_ascii=False)


def _require(true: bool, where: str, key: str, expected: str, found: object) -> None:
    if not true:
        raise CardError(mismatch(f"{where}: {key}", expected, repr(found)))


def _require_word(where: str, key: str, word: object, words: tuple[str, ...]) -> None:
    _require(word in words, where, key, f"one of {listed(words)}", word)


def _require_extent(where: str, key: str, extent: object, present: bool) -> None:
    positive = isinstance(extent, int) and not isinstance(extent, bool) and extent > 0
    expected = "a positive integer" if present else "none, as dims has no such axis"
    _require(positive if present else extent is None, where, key, expected, extent)


def _as_tuple(values: object, where: str) -> tuple[Any, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise CardError(mismatch(where, "a list", repr(values)))
    return tuple(values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _as_normalisation(where: str, field: Field) -> Normalisation | None:
    value: object = field.normalisation
    if value is None:
        return None
    where = f"{where}: normalisation"
    _require(field.kind == "real", where, "kind", "'real'", field.kind)
    if isinstance(value, Normalisation):
        return value
    _check_keys(where, value, Normalisation)
    assert isinstance(value, dict)
    return Normalisation(**value)


def _as_valid_range(where: str, value: object) -> ValidRange | None:
    if value is None or isinstance(value, ValidRange):
        return value
    _check_keys(f"{where}: valid_range", value, ValidRange)
    assert isinstance(value, dict)
    return ValidRange(**value)


def _check_noise(where: str, field: Field) -> None:
    if field.role != "noise":
        for key in ("distribution", "correlation_time"):
            found = getattr(field, key)
            _require(found is None, where, key, f"none, as the role is {field.role!r}", found)
        return
    _require_word(where, "distribution", field.distribution, _DISTRIBUTIONS)
    role = "of role 'noise'"
    _require(field.unit == "1", where, f"unit {role}", "'1'", field.unit)
    _require("column" in field.dims, where, f"dims {role}", "an axis 'column'", field.dims)
    _require(field.normalisation is None, where, f"normalisation {role}", "none", "one")
    if field.correlation_time is not None:
        _check_correlation(where, field)


def _check_correlation(where: str, field: Field) -> None:
    """A process has a state for each value of a column, and is normal."""
    time = field.correlation_time
    fits = _is_number(time) and time is not None and time > 0
    _require(fits, where, "correlation_time", "a number above 0", time)
    what = "distribution with a correlation_time"
    _require(field.distribution == "normal", where, what, "'normal'", field.distribution)
    _require_extent(where, "levels", field.levels, "level" in field.dims)


def _check_counts(where: str, field: Field, sample: str) -> None:
    """One number, or one for each row of the field."""
    count = math.prod(field.shape(sample))
    for name, keys in (("normalisation", ("offset", "scale")), ("valid_range", ("min", "max"))):
        for key in keys:
            numbers = getattr(getattr(field, name), key, None)
            if numbers is None:
                continue
            wanted = f"1 number or {count}, one per row of the field"
            found = len(numbers)
            _require(found in (1, count), where, f"{name}: {key}", wanted, found)


def _as_constraints(values: object) -> tuple[Mapping[str, Any], ...]:
    constraints = _as_tuple(values, "card: constraints")
    for index, one in enumerate(constraints):
        where = f"card: constraints[{index}]"
        if not isinstance(one, Mapping):
            raise CardError(mismatch(where, "an object", repr(one)))
        _require_word(where, "kind", one.get("kind"), _CONSTRAINTS)
    return constraints


def _as_fields(values: object, key: str, sample: str) -> tuple[Field, ...]:
    fields = _as_tuple(values, f"card: {key}")
    _require(len(fields) > 0, "card", key, "a field", fields)
    seen = set()
    for field in fields:
        _require(isinstance(field, Field), "card", key, "Field entries", field)
        _require(field.name not in seen, "card", key, "each name once", field.name)
        seen.add(field.name)
        where = f"card: field {field.name!r}"
        if sample == "column":
            _require_extent(where, "levels", field.levels, "level" in field.dims)
        _check_counts(where, field, sample)
    return fields


def _check_outputs(card: Card) -> None:
    roles = {field.name: field.role for field in card.inputs}
    for field in card.outputs:
        where, expected = f"card: output {field.name!r}", roles.get(field.name, field.role)
        _require(field.role != "noise", where, "role", "another than 'noise'", field.role)
        _require(field.role == expected, where, "role", f"{expected!r} as in inputs", field.role)
        _require("column" in field.dims, where, "dims", "an axis 'column'", field.dims)
        has_box = card.sample == "column" or "level" in field.dims
        _require(has_box, where, "dims", "an axis 'level', as a sample is a box", field.dims)


def _check_keys(where: str, table: object, cls: type, more: Iterable[str] = ()) -> None:
    """Refuses keys that `cls` does not know and misses those it cannot do without."""
    if not isinstance(table, dict):
        raise CardError(mismatch(where, "an object", repr(table)))
    parameters = dataclasses.fields(cls)
    known = [*more, *(one.name for one in parameters)]
    for key in table:
        if key not in known:
            raise CardError(f"{where}: {unknown('key', key, known)}")
    for key in (*more, *(one.name for one in parameters if _is_needed(one))):
        if key not in table:
            raise CardError(mismatch(f"{where}: {key}", "a value", "nothing"))


def _is_needed(parameter: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return parameter.default is missing and parameter.default_factory is missing


def _read_fields(values: object, key: str) -> list[Field]:
    fields = []
    for index, table in enumerate(_as_tuple(values, f"card: {key}")):
        _check_keys(f"card: {key}[{index}]", table, Field)
        fields.append(Field(**table))
    return fields


def _without_absent(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        key: value
        for key, value in items
        if value not in (None, {}) and (key, value) != ("constraints", ())
    }
