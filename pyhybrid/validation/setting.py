# SPDX-License-Identifier: BSD-3-Clause
"""What a run's configuration says of its emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._toml import read_toml, toml_lines
from .._words import listed, mismatch, unknown
from ..errors import ConfigError
from ..host import Domain

#: Keys of a scheme's table that say what the emulator gives; all others concern a running model.
OF_EMULATOR = ("backend", "device", "precision", "batch", "python", "sha256")
_KEPT = (*OF_EMULATOR, "constraint", "seed")
_WRITTEN = ("log", "statistics", "report_steps")  # keys of the domain: a run's files stay
_SOURCE = re.compile(r"^hyb_\w+: (configuration text(, line \d+)?: )?")  # of lines made here


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
    config: Path | None, scheme: str | None, dt: float, recorded: Callable[[], str] = lambda: "",
    more: tuple[str, ...] = (),
) -> Setting:  # fmt: skip
    """The part of a run's configuration that says what its emulator gives.

    Parameters
    ----------
    config : path, optional
        ``hybrid.toml``.
    scheme : str, optional
        Its name there; absent: that of the recording, or the only one.
    dt : float
    recorded : callable
        Gives the scheme of the recording; "": it does not say.
    more : tuple of str
        Keys that count too.

    Raises
    ------
    ConfigError
        If a model would refuse the file, or it has no such scheme; if the domain asks for a SHA-256
        that is not there.
    OSError
        If it cannot be read.
    """
    if config is None:
        return Setting(dt=dt)
    tables = read_toml(config)
    _judge(config, tables)
    name = _chosen(config, tables.get("scheme", {}), scheme, recorded)
    where, table = f"{config}: scheme.{name}", tables["scheme"][name]
    if tables.get("domain", {}).get("require_sha256") and not table.get("sha256"):
        wanted = "a key sha256, as domain.require_sha256 is true"
        raise ConfigError(mismatch(where, wanted, "none"))
    kept = {key: value for key, value in table.items() if key in (*_KEPT, *more)}
    if isinstance(kept.get("constraint"), dict):
        kept["constraint"] = [kept["constraint"]]  # one table counts as a list of one
    _check_constraints(f"{where}.constraint", kept.get("constraint", []))
    return Setting(json.dumps(kept), dt)


def _judge(config: Path, tables: Mapping[str, Any]) -> None:
    """By the library, as in a model, whose keys are known there alone."""
    domain = tables.get("domain", {})
    if isinstance(domain, dict):
        domain = {key: value for key, value in domain.items() if key not in _WRITTEN}
    try:
        Domain(text=toml_lines({**tables, "domain": domain})).close()
    except ConfigError as error:
        raise ConfigError(f"{config}: {_SOURCE.sub('', error.message)}") from error


def _check_constraints(where: str, constraints: list[dict[str, Any]]) -> None:
    """As far as they are read here; the library checks the rest with the emulator."""
    for i, one in enumerate(constraints):
        for key in ("terms", "fluxes"):
            parts = one.get(key, [])
            if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
                at = f"{where}[{i + 1}].{key}"
                raise ConfigError(mismatch(at, "a list of tables", repr(parts)))


def _chosen(
    config: Path, schemes: Mapping[str, Any], scheme: str | None, recorded: Callable[[], str]
) -> str:
    if not schemes:
        raise ConfigError(mismatch(str(config), "a table [scheme.NAME]", "none"))
    if scheme is None:
        return _chosen_by_recording(config, schemes, recorded())
    if scheme not in schemes:
        raise ConfigError(f"{config}: {unknown('scheme', scheme, schemes)}")
    return scheme


def _chosen_by_recording(config: Path, schemes: Mapping[str, Any], recorded: str) -> str:
    """Another scheme's constraints are not those of the run, however many there are."""
    if recorded in schemes:
        return recorded
    if not recorded and len(schemes) == 1:
        return next(iter(schemes))
    wanted = f"{recorded!r} as in the recording" if recorded else "one"
    raise ConfigError(
        mismatch(f"{config}: scheme", wanted, f"{listed(schemes)} (--scheme NAME says which one)")
    )
