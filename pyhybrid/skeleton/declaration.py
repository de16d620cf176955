# SPDX-License-Identifier: BSD-3-Clause
"""The fields of a new scheme, as they are typed: ``air_temperature [K] (column, level=60)``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._words import listed, mismatch, unknown
from ..card import Field
from ..errors import ArgumentError, CardError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_UNIT = re.compile(r"1|(%|[A-Za-z]+(-?[1-9][0-9]*)?)( (%|[A-Za-z]+(-?[1-9][0-9]*)?))*")
_DECLARATION = re.compile(r"\s*(\S+)\s*\[([^]]*)\]\s*\(([^)]*)\)\s*(.*)")
_FORM = "NAME [UNIT] (DIMS) [ROLE] [KIND], such as air_temperature [K] (column, level)"
_AXES = ("column", "level", "species")
_ROLES = ("state", "tendency", "increment", "flag")
_KINDS = ("real", "integer", "logical")
_LONGEST = 50  # characters of a scheme: Fortran's 63 less the longest ending


@dataclass(frozen=True)
class Declared:
    """A field of a new scheme.

    Attributes
    ----------
    field : Field
        Its axes in the order of the card.
    axes : tuple of str
        In the order of the host's array.
    input, output : bool
        Whether the scheme reads it and writes it.
    """

    field: Field
    axes: tuple[str, ...]
    input: bool
    output: bool

    @property
    def name(self) -> str:
        """Of the field."""
        return self.field.name

    @property
    def put(self) -> bool:
        """Whether the call site puts it: of an increment, what it was before."""
        return self.input or self.field.role == "increment"


def check_scheme(name: str) -> str:
    """The name of a scheme, which becomes that of a module in Fortran.

    Raises
    ------
    ArgumentError
        If it cannot be one.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        wanted = f"a letter, then letters, digits and _, at most {_LONGEST}"
        raise ArgumentError(mismatch("new: scheme", wanted, repr(name)))
    return name


def declare(text: str, output: bool, extents: Mapping[str, int | None]) -> Declared:
    """A field from its text.

    Parameters
    ----------
    text : str
    output : bool
        Whether the scheme writes it.
    extents : mapping
        Of the axes "level" and "species" where the text has none.

    Raises
    ------
    ArgumentError
        With what was expected and what was found.
    """
    found = _DECLARATION.fullmatch(text)
    if found is None:
        raise ArgumentError(mismatch("new: field", _FORM, repr(text)))
    name, unit, dims, words = found.groups()
    axes, own = axes_of(name, dims)
    role, kind = role_and_kind(name, words.split(), output)
    return declared(name, unit, axes, {**extents, **own}, role, kind, output)


def merge(fields: list[Declared]) -> tuple[Declared, ...]:
    """Each name once: a field that is read and written is both.

    Raises
    ------
    ArgumentError
        If a name comes twice on one side, or with two meanings; if nothing is read or written.
    """
    merged: dict[str, Declared] = {}
    for one in fields:
        other = merged.setdefault(one.name, one)
        if other is not one:
            merged[one.name] = _both(other, one)
    for side, there in (("--input", any(one.input for one in fields)),
                        ("--output", any(one.output for one in fields))):  # fmt: skip
        if not there:
            raise ArgumentError(mismatch(f"new: {side}", "a field at least", "none"))
    return tuple(merged.values())


def _both(first: Declared, second: Declared) -> Declared:
    if first.input == second.input:
        raise ArgumentError(mismatch(f"new: field {first.name!r}", "it once on a side", "it twice"))
    if (
        replace(first.field, role="state", kind="real")
        != replace(second.field, role="state", kind="real")
        or first.axes != second.axes
    ):
        wanted = "one unit and one set of dims for input and output"
        found = f"[{first.field.unit}] {first.axes} and [{second.field.unit}] {second.axes}"
        raise ArgumentError(mismatch(f"new: field {first.name!r}", wanted, found))
    written = first if first.output else second
    return replace(written, input=True, output=True)


def axes_of(name: str, dims: str) -> tuple[tuple[str, ...], dict[str, int]]:
    """Axes in the host's order, and the extents that are told."""
    axes, extents = [], {}
    for word in filter(None, (one.strip() for one in dims.split(","))):
        axis, equal, extent = (one.strip() for one in word.partition("="))
        if axis not in _AXES:
            raise ArgumentError(f"new: field {name!r}: {unknown('axis', axis, _AXES)}")
        if equal and axis == "column":
            raise ArgumentError(mismatch(f"new: field {name!r}: column", "no extent", extent))
        if equal:
            extents[axis] = _extent(name, axis, extent)
        axes.append(axis)
    return tuple(axes), extents


def _extent(name: str, axis: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        where = f"new: field {name!r}: extent of {axis}"
        raise ArgumentError(mismatch(where, "a positive integer", repr(text)))
    return int(text)


def role_and_kind(name: str, words: list[str], output: bool) -> tuple[str, str]:
    """Those that are said, else what the name and each other suggest."""
    said: dict[str, str] = {}
    for word in words:
        key = "role" if word in _ROLES else "kind" if word in _KINDS else ""
        if not key:
            raise ArgumentError(f"new: field {name!r}: {unknown('word', word, _ROLES + _KINDS)}")
        if key in said:
            raise ArgumentError(mismatch(f"new: field {name!r}", f"one {key}", listed(words)))
        said[key] = word
    kind = said.get("kind", "integer" if said.get("role") == "flag" else "real")
    return said.get("role", _usual_role(name, kind, output)), kind


def _usual_role(name: str, kind: str, output: bool) -> str:
    if kind != "real":
        return "flag"
    return "tendency" if output and name.startswith("tendency_of_") else "state"


def declared(
    name: str, unit: str, axes: tuple[str, ...], extents: Mapping[str, int | None], role: str,
    kind: str, output: bool,
) -> Declared:  # fmt: skip
    _require_words(name, unit)
    in_order = tuple(axis for axis in _AXES if axis in axes)
    if len(in_order) != len(axes):
        raise ArgumentError(mismatch(f"new: field {name!r}: dims", "each axis once", listed(axes)))
    if role == "increment" and not output:
        wanted = "it as --output (the native routine adds to it)"
        raise ArgumentError(mismatch(f"new: field {name!r}: role 'increment'", wanted, "--input"))
    levels, species = (extents.get(axis) if axis in axes else None for axis in _AXES[1:])
    if "species" in axes and species is None:
        raise ArgumentError(no_extent(name, "species"))
    try:
        field = Field(name, unit, role, kind, in_order, levels, species)
    except CardError as error:
        raise ArgumentError(f"new: {error.message}") from error
    return Declared(field, axes, input=not output, output=output)


def _require_words(name: str, unit: str) -> None:
    if not _NAME.fullmatch(name):
        wanted = "a CF name of letters, digits and _"
        raise ArgumentError(mismatch("new: name of a field", wanted, repr(name)))
    if not _UNIT.fullmatch(unit):
        wanted = "a unit in CF spelling, such as 'K s-1', 'W m-2' or '1'"
        raise ArgumentError(mismatch(f"new: field {name!r}: unit", wanted, repr(unit)))


def no_extent(name: str, axis: str) -> str:
    """The message where nobody says it."""
    option = "--levels" if axis == "level" else "--species"
    where = f"new: field {name!r}: extent of {axis}"
    return mismatch(where, f"{axis}=N, or {option} N", "none")
