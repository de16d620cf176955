# SPDX-License-Identifier: BSD-3-Clause
"""What a run's configuration says of its emulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._toml import read_toml, toml_lines
from .._words import listed, mismatch, unknown
from ..errors import ConfigError

#: Keys of a scheme's table that say what the emulator gives; all others concern a running model.
OF_EMULATOR = ("backend", "device", "precision", "batch", "python", "sha256")
_KEPT = (*OF_EMULATOR, "constraint", "seed")


@dataclass(frozen=True)
class Setting:
    """How a scheme is configured, apart from its emulator.

    Attributes
    ----------
    table : str
        JSON of further keys of its table in the configuration.
    dt : float
        Time step [s], which bounds of a state need; 0: unknown.
    """

    table: str = "{}"
    dt: float = 0.0

    @property
    def keys(self) -> dict[str, Any]:
        """The table."""
        keys: dict[str, Any] = json.loads(self.table)
        return keys


def setting_of(
    config: Path | None, scheme: str | None, dt: float, more: tuple[str, ...] = ()
) -> Setting:
    """The part of a run's configuration that says what its emulator gives.

    Parameters
    ----------
    config : path, optional
        ``hybrid.toml``.
    scheme : str, optional
        Its name there; absent: the only one.
    dt : float
    more : tuple of str
        Keys that count too.

    Raises
    ------
    ConfigError
        If the file is no TOML, has no such scheme, or what is read of it is no such thing; if the
        domain asks for a SHA-256 that is not there.
    OSError
        If it cannot be read.
    """
    if config is None:
        return Setting(dt=dt)
    tables = read_toml(config)
    schemes = _mapping(f"{config}: scheme", tables.get("scheme", {}))
    name = _chosen(config, schemes, scheme)
    where = f"{config}: scheme.{name}"
    table = _mapping(where, schemes[name])
    domain = _mapping(f"{config}: domain", tables.get("domain", {}))
    if domain.get("require_sha256") and not table.get("sha256"):
        wanted = "a key sha256, as domain.require_sha256 is true"
        raise ConfigError(mismatch(where, wanted, "none"))
    kept = {key: value for key, value in table.items() if key in (*_KEPT, *more)}
    _check_constraints(f"{where}.constraint", kept.get("constraint", []))
    toml_lines(kept)  # dates, say, are none of a configuration
    return Setting(json.dumps(kept), dt)


def _mapping(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(mismatch(where, "a table", repr(value)))
    return value


def _check_constraints(where: str, constraints: Any) -> None:
    """As far as they are read here; the library checks the rest."""
    for i, one in enumerate(_list(where, constraints)):
        table = _mapping(f"{where}[{i}]", one)
        for key in ("terms", "fluxes"):
            for j, part in enumerate(_list(f"{where}[{i}].{key}", table.get(key, []))):
                _mapping(f"{where}[{i}].{key}[{j}]", part)


def _list(where: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigError(mismatch(where, "a list of tables", repr(value)))
    return value


def _chosen(config: Path, schemes: Mapping[str, Any], scheme: str | None) -> str:
    if not schemes:
        raise ConfigError(mismatch(str(config), "a table [scheme.NAME]", "none"))
    if scheme is None and len(schemes) > 1:
        found = f"{listed(schemes)}: say which one"
        raise ConfigError(mismatch(f"{config}: scheme", "one", found))
    name = scheme or next(iter(schemes))
    if name not in schemes:
        raise ConfigError(f"{config}: {unknown('scheme', name, schemes)}")
    return name
