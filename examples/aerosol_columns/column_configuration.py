# SPDX-License-Identifier: BSD-3-Clause
"""The scheme's table that a user gives to a run: what can be refused before anything is built."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from column_runs import SCHEME

MODES = ("native", "record", "shadow", "replay", "emulate", "blend", "correct")


def scheme_table(text: str) -> dict[str, Any]:
    """The table `[scheme.aerosol_microphysics]` of a TOML text that has no other.

    Raises ValueError: it is no TOML, has no such table or another one, or an unknown mode.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"--hybrid: expected TOML, found: {error}") from error
    found = _names(tables)
    if found != [f"scheme.{SCHEME}"]:
        raise ValueError(
            f"--hybrid: expected the table [scheme.{SCHEME}] and no other ([domain] is added), "
            f"found {', '.join(found) or 'none'}"
        )
    return _checked(tables["scheme"][SCHEME])


def _names(tables: dict[str, Any]) -> list[str]:
    schemes = tables.get("scheme")
    inner = [f"scheme.{name}" for name in schemes] if isinstance(schemes, dict) else []
    return [name for name in tables if name != "scheme" or not inner] + inner


def _checked(table: Any) -> dict[str, Any]:
    mode = table.get("mode", "native") if isinstance(table, dict) else None
    if mode not in MODES:
        raise ValueError(f"--hybrid: mode: expected one of {', '.join(MODES)}, found {mode!r}")
    return table


def check_emulator(table: dict[str, Any], folder: Path) -> None:
    """Raise FileNotFoundError if the emulator is no file as seen from the run's folder."""
    emulator = table.get("emulator")
    if not isinstance(emulator, str) or (path := (folder / emulator).resolve()).is_file():
        return
    raise FileNotFoundError(
        f"--hybrid: emulator: expected a file, found none at {path} (a path that begins with no / "
        f"is taken from the run's folder, {folder})"
    )
