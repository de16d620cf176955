# SPDX-License-Identifier: BSD-3-Clause
"""The fields of a new scheme in a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._toml import read_toml
from .._words import mismatch, unknown
from ..errors import ConfigError
from .declaration import Declared, axes_of, declared, role_and_kind

_KEYS = ("unit", "dims", "role", "kind", "levels", "species")


def read_fields(path: Path, extents: Mapping[str, int | None]) -> list[Declared]:
    """Those of a TOML file with tables ``input`` and ``output``, by name.

    Raises
    ------
    ConfigError
        If it cannot be read, or has other tables or keys.
    ArgumentError
        As `declare`.
    """
    try:
        tables = read_toml(path, f"new: {path}")
    except OSError as error:
        raise ConfigError(mismatch(f"new: {path}", "a TOML file", error)) from error
    found = []
    for side, table in tables.items():
        if side not in ("input", "output"):
            raise ConfigError(f"new: {path}: {unknown('table', side, ('input', 'output'))}")
        if not isinstance(table, dict):
            raise ConfigError(mismatch(f"new: {path}: {side}", f"a table [{side}]", repr(table)))
        found += [_of_table(path, name, one, side == "output", extents)
                  for name, one in table.items()]  # fmt: skip
    return found


def _of_table(
    path: Path, name: str, table: Any, output: bool, extents: Mapping[str, int | None]
) -> Declared:
    if not isinstance(table, dict):
        wanted = 'a table such as { unit = "K", dims = "column level" }'
        raise ConfigError(mismatch(f"new: {path}: {name}", wanted, repr(table)))
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"new: {path}: {name}: {unknown('key', key, _KEYS)}")
    for key in ("unit", "dims"):
        if not isinstance(table.get(key), str):
            raise ConfigError(mismatch(f"new: {path}: {name}: {key}", "a text", table.get(key)))
    own = {axis: table[key] for axis, key in (("level", "levels"), ("species", "species"))
           if key in table}  # fmt: skip
    axes, _ = axes_of(name, ",".join(table["dims"].split()))
    words = [str(table[key]) for key in ("role", "kind") if key in table]
    role, kind = role_and_kind(name, words, output)
    return declared(name, table["unit"], axes, {**extents, **own}, role, kind, output)
