# SPDX-License-Identifier: BSD-3-Clause
"""Which fields of a recording the network reads and learns: the first draft of its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from .._words import listed, mismatch, unknown
from ..card import Card, Field
from ..errors import ArgumentError, CardError, RecordingError
from ..validation.samples import Recording, Variable
from .options import Options

_NOT_READ = ("increment", "noise")  # the routine adds to the one; a plain network has no other


def card_of(recording: Recording, options: Options) -> Card:
    """A card of the recording's fields, without normalisation.

    Raises
    ------
    ArgumentError
        If a name is unknown, or nothing is left to read or to learn.
    CardError
        If a card is given that is none of this recording, or has noise.
    RecordingError
        If the recording has no native results.
    """
    for group in ("input", "native"):
        if not recording.variables.get(group):
            where = f"recording {next(iter(recording.counts))}"
            raise RecordingError(mismatch(where, f"fields in the group {group!r}", "none"))
    if options.card is not None:
        return _checked(options.card, recording, options)
    groups = recording.variables
    _require_known(options, groups)
    readable = [name for name, one in groups["input"].items() if one.role not in _NOT_READ]
    inputs = _chosen("input", options.inputs or readable, options.unused)
    outputs = _chosen("output", options.outputs or groups["native"], options.unused)
    return Card(
        name=options.name or (recording.scheme or "emulator"),
        sample="column",
        kind="real32",
        inputs=tuple(_field(name, groups["input"][name]) for name in inputs),
        outputs=tuple(_field(name, groups["native"][name]) for name in outputs),
        orientation=recording.orientation,
    )


def _require_known(options: Options, groups: Mapping[str, Mapping[str, Variable]]) -> None:
    both = {**groups["input"], **groups["native"]}
    for option, names, known in (
        ("--input-field", options.inputs, groups["input"]),
        ("--output-field", options.outputs, groups["native"]),
        ("--unused", options.unused, both),
    ):
        for name in names:
            if name not in known:
                raise ArgumentError(f"train: {option}: {unknown('field', name, known)}")


def _chosen(side: str, names: Iterable[str], unused: Iterable[str]) -> list[str]:
    found = [name for name in dict.fromkeys(names) if name not in unused]
    if not found:
        raise ArgumentError(mismatch(f"train: {side}s", "a field at least", "none"))
    return found


def _field(name: str, one: Variable) -> Field:
    extents = dict(zip(one.axes, one.shape, strict=True))
    kind = "logical" if one.logical else "integer" if one.role == "flag" else "real"
    levels, species = extents.get("level"), extents.get("species")
    return Field(name, one.unit, one.role, kind, ("column", *one.axes), levels, species)


def _checked(card: Card, recording: Recording, options: Options) -> Card:
    """The user's card, if the recording has what it says."""
    given = options.inputs + options.outputs + options.unused
    if given:
        raise ArgumentError(mismatch("train: fields beside --card", "none", listed(given)))
    for group, fields in (("input", card.inputs), ("native", card.outputs)):
        for field in fields:
            if field.role == "noise":
                where = f"train: card: input {field.name!r}"
                raise CardError(mismatch(where, "no noise: this network draws none", "noise"))
            recording.require(group, [field.name])
            _compare(field, recording.variables[group][field.name], card.sample)
    name = options.name or card.name
    return dataclasses.replace(card, name=name, arguments="packed")


def _compare(field: Field, recorded: Variable, sample: str) -> None:
    """Fails where unit, role, kind or axes are not those of the recording."""
    found = _field(field.name, recorded)
    for key in ("unit", "role", "kind"):
        if getattr(field, key) != getattr(found, key):
            _refuse(field, key, getattr(found, key), getattr(field, key))
    if (field.dims or ("column",)) != found.dims:
        _refuse(field, "dims", found.dims, field.dims)
    for key in ("levels", "species"):
        any_number = key == "levels" and sample == "box" and field.levels is None
        if not any_number and getattr(field, key) != getattr(found, key):
            _refuse(field, key, getattr(found, key), getattr(field, key))


def _refuse(field: Field, key: str, recorded: object, own: object) -> None:
    where = f"train: card: field {field.name!r}: {key}"
    raise CardError(mismatch(where, f"{recorded!r} as recorded", repr(own)))
