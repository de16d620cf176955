# SPDX-License-Identifier: BSD-3-Clause
"""TOML: read into tables, and Python values as lines of it.

Lines are the configuration of a domain that lives in memory.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._words import mismatch
from .errors import ArgumentError, ConfigError


def read_toml(path: Path, what: str = "") -> dict[str, Any]:
    """The tables of a file; messages begin with `what`, else with the file's name.

    Raises
    ------
    ConfigError
        If it is no text in UTF-8 or no TOML, or nested deeper than Python follows.
    OSError
        If it cannot be read.
    """
    what = what or str(path)
    try:
        return toml_of(path.read_text(encoding="utf-8"), what)
    except UnicodeDecodeError as error:
        raise ConfigError(mismatch(what, "TOML in UTF-8", error)) from error


def toml_of(text: str, what: str, expected: str = "TOML") -> dict[str, Any]:
    """The tables of a text.

    Raises
    ------
    ConfigError
        If it is no TOML, or nested deeper than Python follows.
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:  # besides syntax a number of too many digits
        raise ConfigError(mismatch(what, expected, error)) from error
    except RecursionError as error:
        raise ConfigError(mismatch(what, expected, "too many brackets in brackets")) from error


def toml_lines(options: Mapping[str, Any]) -> str:
    """One line for each key.

    Raises
    ------
    ArgumentError
        If a value is none that a configuration has, or nested deeper than Python follows.
    """
    try:
        return "".join(f"{json.dumps(key)} = {_toml(key, one)}\n" for key, one in options.items())
    except RecursionError as error:
        raise ArgumentError(mismatch("options", "tables that end", "too many in tables")) from error


def _toml(key: str, value: object) -> str:
    """A value in TOML, which writes text, numbers and truth values as JSON does."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(inner)} = {_toml(inner, one)}" for inner, one in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(key, one) for one in value)}]"
    if isinstance(value, os.PathLike):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # nan, inf, -inf
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=False)
    expected = "a text, a number, a truth value, or a list or mapping of such"
    raise ArgumentError(mismatch(f"option {key!r}", expected, type(value).__name__))
