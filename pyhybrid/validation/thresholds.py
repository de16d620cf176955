# SPDX-License-Identifier: BSD-3-Clause
"""Limits that a user gives in a file, and what is beyond them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._toml import read_toml
from .._words import mismatch, unknown
from ..errors import ConfigError

Json = dict[str, Any]
Keys = tuple[str, ...]
_SIDES = {"min", "max"}
ANY = "*"  # in a table: what has any other name


@dataclass(frozen=True)
class Needs:
    """In place of a table: it is measured with an option alone."""

    option: str


class Later:
    """In place of a table: what is in it is known when it is measured."""


def read_limits(path: Path) -> Json:
    """A TOML file whose tables are those of an emulator in the JSON: ``field.NAME.r2 = {min = 0}``.

    Raises
    ------
    ConfigError
        If it is no TOML, or holds no limits.
    OSError
        If it cannot be read.
    """
    limits = read_toml(path)
    if not any(True for _ in _leaves(path, limits, ())):
        wanted = "limits such as [field.NAME] r2 = { min = 0.9 }"
        raise ConfigError(mismatch(str(path), wanted, "none"))
    return limits


def beyond_limits(path: Path, limits: Json, emulators: Mapping[str, Json]) -> list[str]:
    """A line for each number that is beyond its limit, or is none.

    Raises
    ------
    ConfigError
        If a limit is of something that was not measured.
    """
    failures = []
    for name, numbers in emulators.items():
        for keys, limit in _leaves(path, limits, ()):
            value = _value(path, numbers, keys)
            what = f"{name}: {' / '.join(keys)}"
            failures += [mismatch(what, wanted, found) for wanted, found in _judged(limit, value)]
    return failures


def check_limits(path: Path, limits: Json, tables: Json) -> None:
    """Before the work: whether what is limited will be measured.

    Parameters
    ----------
    tables : dict
        As in the JSON, with `ANY`, `LATER` and `Needs` in it.

    Raises
    ------
    ConfigError
        If it will not be.
    """
    for keys, _ in _leaves(path, limits, ()):
        _value(path, tables, keys)


def _leaves(path: Path, table: Any, keys: Keys) -> Iterator[tuple[Keys, Json]]:
    where = f"{path}: {'.'.join(keys) or 'limits'}"
    if not isinstance(table, dict):
        wanted = "a table such as { min = 0.9 }"
        raise ConfigError(mismatch(where, wanted, repr(table)))
    if not _SIDES.intersection(table):
        for key, inner in table.items():
            yield from _leaves(path, inner, (*keys, key))
        return
    for side, number in table.items():
        if side not in _SIDES:
            raise ConfigError(f"{where}: {unknown('side of a limit', side, sorted(_SIDES))}")
        if isinstance(number, bool) or not isinstance(number, int | float) or number != number:
            raise ConfigError(mismatch(f"{where}.{side}", "a number", repr(number)))
    if set(table) == _SIDES and table["min"] > table["max"]:
        found = f"{table['min']:g} and {table['max']:g}"
        raise ConfigError(mismatch(where, "a min that is at most the max", found))
    yield keys, table


def _value(path: Path, tables: Any, keys: Keys) -> Any:
    """The number there."""
    for depth, key in enumerate(keys):
        tables = _below(f"{path}: {'.'.join(keys[: depth + 1])}", tables, key)
        if isinstance(tables, Later):
            return None
    if isinstance(tables, dict | list | str):
        raise ConfigError(mismatch(f"{path}: {'.'.join(keys)}", "one number", "several or a text"))
    return tables


def _below(where: str, table: Any, key: str) -> Any:
    """An entry of a table; a list counts from 1, as levels and species do."""
    if isinstance(table, list):
        if not key.isdecimal() or not 1 <= int(key) <= len(table):
            raise ConfigError(mismatch(where, f"a number from 1 to {len(table)}", key))
        return table[int(key) - 1]
    known = table if isinstance(table, dict) else {}
    if key not in known and ANY not in known:
        raise ConfigError(f"{where}: {unknown('entry', key, known or ['nothing'])}")
    found = known.get(key, known.get(ANY))
    if isinstance(found, Needs):
        wanted = f"{found.option}, without which it is not measured"
        raise ConfigError(mismatch(where, wanted, "none"))
    return found


def _judged(limit: Json, value: float | None) -> Iterator[tuple[str, str]]:
    for side, number in limit.items():
        word = "at least" if side == "min" else "at most"
        if value is None:
            yield f"{word} {number:g}", "no number"
        elif value < number if side == "min" else value > number:
            yield f"{word} {number:g}", f"{value:g}"
