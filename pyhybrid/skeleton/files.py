# SPDX-License-Identifier: BSD-3-Clause
"""The configuration and the card of a new scheme."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .._toml import read_toml, toml_of
from .._words import mismatch
from ..card import Card
from ..errors import ArgumentError, CardError, ConfigError
from .declaration import Declared, no_extent

_MOST = 2**24  # values that the library takes of a network
_TABLE = """\
[scheme.{scheme}]
mode = "record"                 # then shadow or emulate; native: as if none of this were here
# emulator = "{scheme}.safetensors"

[scheme.{scheme}.record]
path = "{scheme}.{{rank}}.nc"
# replace = true                # or the next run stops, as the file is there
# steps = 0.01                  # a part of the time steps
"""


def card_of(scheme: str, fields: Sequence[Declared], sample: str, kind: str) -> Card:
    """The contract of an emulator of the scheme.

    Raises
    ------
    ArgumentError
        If the fields are none of an emulator.
    """
    if sample == "column":
        for one in fields:
            if "level" in one.axes and one.field.levels is None:
                raise ArgumentError(no_extent(one.name, "level"))
    inputs = tuple(one.field for one in fields if one.input)
    outputs = tuple(one.field for one in fields if one.output)
    try:
        card = Card(name=scheme, sample=sample, kind=kind, inputs=inputs, outputs=outputs)
    except CardError as error:
        raise ArgumentError(f"new: {error.message}") from error
    most = max(card.nfeature, card.noutput)
    if most > _MOST:
        raise ArgumentError(mismatch("new: values of a sample", f"at most {_MOST}", most))
    return card


def config_with(scheme: str, path: Path) -> str:
    """The text of a configuration with a table of the scheme, behind what `path` holds.

    Raises
    ------
    ConfigError
        If that is no configuration, or has the scheme.
    """
    table = _TABLE.format(scheme=scheme)
    if not path.exists():
        return table
    schemes = read_toml(path, f"new: {path}").get("scheme", {})
    if not isinstance(schemes, dict) or scheme in schemes:
        wanted = f"no table [scheme.{scheme}] yet"
        raise ConfigError(mismatch(f"new: {path}", wanted, "one (remove it, or give --toml FILE)"))
    extended = f"{path.read_text(encoding='utf-8').rstrip()}\n\n{table}"
    toml_of(extended, f"new: {path}", "TOML to which a table can be added")
    return extended
