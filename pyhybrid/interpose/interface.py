# SPDX-License-Identifier: BSD-3-Clause
"""What debugging information tells of how a routine is called.

A result is told in one of three ways: as the routine's type; as an argument ``__result`` that the
caller gives (gfortran: arrays and characters); as a variable of the routine's name (flang, which
tells nothing else of arrays). Hidden arguments of gfortran, such as the length ``_name`` of the
character ``name``, have names that Fortran has not. The mark ``artificial`` is no sign of them:
arrays of assumed shape and arguments of ``entry`` have it, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .debugging import Entries, Entry, routines_of
from .objects import Symbol

_RESULT = "__result"
_DEEPEST = 20  # types of types: a damaged object may lead in a circle
_NAME = re.compile(r"[a-zA-Z]\w{,62}", re.ASCII)


@dataclass(frozen=True)
class Argument:
    """One that the source names.

    Attributes
    ----------
    name : str
        In Fortran; ``argument_2`` where the source has none, or one that Fortran cannot have.
    character, array : bool
        Of its type.
    """

    name: str
    character: bool
    array: bool


@dataclass(frozen=True)
class Interface:
    """How a routine is called.

    Attributes
    ----------
    function : bool
        Whether it has a result; so has for callers a subroutine with alternate returns.
    arguments : tuple of Argument
    complete : bool
        Whether there are no others. flang leaves out most that are characters or procedures, some
        that it has optimised away, and the results ``result(…)`` of functions that are arrays.
    """

    function: bool
    arguments: tuple[Argument, ...]
    complete: bool


def interface_of(symbol: Symbol, entries: Entries | None) -> Interface | None:
    """That of a routine; none where nothing tells it: without ``-g``, or with ``-g1``."""
    for unit in _units(entries or []):
        known = any("type" in one.attributes for one in unit)
        for entry in routines_of(symbol.name, unit) if known else []:
            if "external" in entry.attributes and "declaration" not in entry.attributes:
                return _interface(entry, unit)
    return None


def is_name(text: str) -> bool:
    """Whether Fortran can have it."""
    return _NAME.fullmatch(text) is not None


def _units(entries: Entries) -> Iterator[Entries]:
    """Those of each compilation: references lead to no other."""
    starts = [number for number, one in enumerate(entries) if one.depth == 0]
    for number, start in enumerate(starts, 1):
        yield entries[start : starts[number] if number < len(starts) else None]


def _interface(routine: Entry, unit: Entries) -> Interface:
    own = list(_within(routine, unit))
    given = [one for one in own if one.tag == "formal_parameter"]
    complete = "flang" not in unit[0].attributes.get("producer", "")
    arguments = tuple(_arguments([one for one in given if not _is_hidden(one)], unit))
    result = "type" in routine.attributes or any(_is_result(one, routine) for one in own)
    return Interface(result, arguments, complete)


def _is_result(one: Entry, routine: Entry) -> bool:
    name = one.attributes.get("name")
    return name == _RESULT or (one.tag == "variable" and name == routine.attributes.get("name"))


def _within(routine: Entry, unit: Entries) -> Iterator[Entry]:
    """What is its own, not of blocks and procedures in it."""
    for one in unit[unit.index(routine) + 1 :]:
        if one.depth <= routine.depth:
            return
        if one.depth == routine.depth + 1:
            yield one


def _is_hidden(argument: Entry) -> bool:
    return "artificial" in argument.attributes and not is_name(argument.attributes.get("name", ""))


def _arguments(given: Entries, unit: Entries) -> Iterator[Argument]:
    places = {one.place: one for one in unit}
    used: set[str] = set()
    for number, one in enumerate(given, 1):
        name = one.attributes.get("name", "")
        if not is_name(name) or name.lower() in used:
            name = f"argument_{number}"
        used.add(name.lower())
        tags = list(_types(one, places))
        yield Argument(name, "string_type" in tags, "array_type" in tags)


def _types(entry: Entry, places: dict[str, Entry]) -> Iterator[str]:
    """What it is, what that refers to or consists of, and so on; not what a procedure returns."""
    for _ in range(_DEEPEST):
        found = places.get(entry.reference("type") or "")
        if found is None or found.tag == "subroutine_type":
            return
        yield found.tag
        entry = found
