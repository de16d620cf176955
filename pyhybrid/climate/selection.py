# SPDX-License-Identifier: BSD-3-Clause
"""Which variables are compared, and which budgets: a TOML file, or what CF standard names say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._toml import read_toml
from .._words import mismatch, unknown
from ..errors import ConfigError

TESTS = ("mean", "zonal mean", "variability", "zonal variability", "drift", "rain", "budget")


@dataclass(frozen=True)
class Budget:
    """A balance of area means: factors of fluxes, less the rates at which stores change.

    Attributes
    ----------
    unit : str
    terms, stores : mapping of str to float
        Variable to factor; a store has the budget's unit times second.
    """

    unit: str
    terms: Mapping[str, float]
    stores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """What to compare; names are those of the files, or CF standard names.

    Attributes
    ----------
    variables : tuple of str
        Empty: all of time, latitude and longitude.
    precipitation : str
        "": the one with the standard name of a precipitation rate, if any.
    weights : str
        Variable of the files with a weight for each latitude; "": from the latitudes.
    tests : tuple of str
        Some of `TESTS`, each of which has to be possible; empty: all that are.
    budgets : mapping of str to Budget or None
        None: those of `DEFAULT_BUDGETS` whose terms are all there.
    """

    variables: tuple[str, ...] = ()
    precipitation: str = ""
    weights: str = ""
    tests: tuple[str, ...] = ()
    budgets: Mapping[str, Budget] | None = None

    def tested(self, kind: str) -> bool:
        """Whether a kind of test is wanted."""
        return not self.tests or kind in self.tests


# Signs by the standard names: "downward" and "upward" say which way is positive.
DEFAULT_BUDGETS = {
    "energy at the top": Budget("W m-2", {
        "toa_incoming_shortwave_flux": 1, "toa_outgoing_shortwave_flux": -1,
        "toa_outgoing_longwave_flux": -1,
    }),
    "energy at the surface": Budget("W m-2", {
        "surface_net_downward_shortwave_flux": 1, "surface_net_downward_longwave_flux": 1,
        "surface_upward_latent_heat_flux": -1, "surface_upward_sensible_heat_flux": -1,
    }),
    "water of the atmosphere": Budget("kg m-2 s-1", {
        "water_evapotranspiration_flux": 1, "precipitation_flux": -1,
    }, {"atmosphere_mass_content_of_water_vapor": 1}),
}  # fmt: skip


def read_selection(path: Path) -> Selection:
    """Of a TOML file.

    Raises
    ------
    ConfigError
        If it is no TOML, or has a key or value that is unknown.
    OSError
        If it cannot be read.
    """
    table = read_toml(path)
    _check_keys(str(path), table, ("variables", "precipitation", "weights", "tests", "budget"))
    budgets = None
    if "budget" in table:
        budgets = {
            name: _budget(f"{path}: budget.{name}", one)
            for name, one in _typed(str(path), table, "budget", dict, {}).items()
        }
    return Selection(
        _words(path, table, "variables", ()), _typed(str(path), table, "precipitation", str, ""),
        _typed(str(path), table, "weights", str, ""), _tests(path, table), budgets,
    )  # fmt: skip


def _tests(path: Path, table: dict[str, Any]) -> tuple[str, ...]:
    tests = _words(path, table, "tests", ())
    for one in tests:
        if one not in TESTS:
            raise ConfigError(f"{path}: {unknown('test', one, TESTS)}")
    return tests


def _words(
    path: Path, table: dict[str, Any], key: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    words = _typed(str(path), table, key, list, list(default))
    if (key in table and not words) or not all(isinstance(one, str) for one in words):
        raise ConfigError(mismatch(f"{path}: {key}", "texts", repr(words)))
    return tuple(dict.fromkeys(words))


def _budget(where: str, table: Any) -> Budget:
    if not isinstance(table, dict):
        raise ConfigError(mismatch(where, "a table with unit and terms", repr(table)))
    _check_keys(where, table, ("unit", "terms", "stores"))
    terms = _factors(where, table, "terms")
    if not terms or "unit" not in table:
        raise ConfigError(mismatch(where, "a unit, and terms such as { rsdt = 1 }", repr(table)))
    return Budget(_typed(where, table, "unit", str, ""), terms, _factors(where, table, "stores"))


def _factors(where: str, table: dict[str, Any], key: str) -> dict[str, float]:
    factors = _typed(where, table, key, dict, {})
    for name, factor in factors.items():
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not factor * 0 == 0:
            raise ConfigError(mismatch(f"{where}.{key}.{name}", "a factor", repr(factor)))
    return factors


def _check_keys(where: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: {unknown('key', key, known)}")


def _typed(where: str, table: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind):
        words: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}
        raise ConfigError(mismatch(f"{where}: {key}", words[kind], repr(value)))
    return value
