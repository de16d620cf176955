# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid info``: what an emulator expects and returns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ..card import Card, Field
from ..emulator import Emulator
from ..network_file import NetworkFile
from ._common import check_json, json_option, tell, told


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def info(file: Path, json_file: Path | None) -> None:
    """Print the card of the emulator FILE, and what runs it; as JSON the card as it is in the file.

    \b
    Examples:
      pyhybrid info radiation.safetensors
      pyhybrid info radiation.pt --json card.json
    """  # noqa: D301
    with told():
        check_json(json_file, "info")
        with Emulator(file) as emulator:
            card, runs = emulator.card, list(_runs(emulator))
        tell("\n".join((*_head(card), *runs, *_rest(card))), card.to_json(), json_file)


def _runs(emulator: Emulator) -> Iterator[str]:
    """What runs it."""
    yield f"sha256       {_sha256(emulator.path)}"
    yield f"backend      {', '.join(filter(None, (emulator.backend, emulator.about)))}"
    if emulator.backend == "builtin":
        yield f"network      {NetworkFile(emulator.path).summary}"


def _sha256(file: Path) -> str:
    """What a configuration's key `sha256` takes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _head(card: Card) -> Iterator[str]:
    yield f"emulator     {card.name}"
    yield f"sample       {card.sample}"
    yield f"kind         {card.kind}"
    yield f"arguments    {card.arguments}"
    yield f"orientation  {card.orientation}"
    if card.tolerance is not None:
        yield f"tolerance    {card.tolerance:g}"


def _rest(card: Card) -> Iterator[str]:
    yield from _table(f"inputs ({card.nfeature} values a sample)", card.inputs, "(x - {}) / {}")
    yield from _table(f"outputs ({card.noutput} values a sample)", card.outputs, "y * {1} + {0}")
    yield from _constraints(card)
    for title in ("provenance", "scores", "training_range"):
        yield from _carried(title, getattr(card, title))


def _table(title: str, fields: tuple[Field, ...], normalised: str) -> Iterator[str]:
    """A line for each field, in columns as wide as their widest word."""
    rows = [
        (f.name, f"[{f.unit}]", _dims(f), f.role, f.kind, _drawn(f) or _normalised(f, normalised))
        for f in fields
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    yield title
    for row in rows:
        words = (word.ljust(width) for word, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(words)}".rstrip()


def _dims(field: Field) -> str:
    extents = {"level": field.levels, "species": field.species}
    words = (d if extents.get(d) is None else f"{d}={extents[d]}" for d in field.dims)
    return f"({', '.join(words)})"


def _drawn(field: Field) -> str:
    """From what; "" if it is not noise."""
    if field.correlation_time is None:
        return field.distribution or ""
    return f"{field.distribution}, correlated over {field.correlation_time:g} s"


def _normalised(field: Field, how: str) -> str:
    """With offset and scale: one number where it is one, else how far they reach."""
    if field.normalisation is None:
        return ""
    return how.format(_range(field.normalisation.offset), _range(field.normalisation.scale))


def _range(numbers: tuple[float, ...]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{least:g}" if least == most else f"[{least:g} to {most:g}]"


def _constraints(card: Card) -> Iterator[str]:
    """A line for each constraint: its kind, then its keys as they are in the card."""
    if card.constraints:
        yield ""
        yield "constraints"
    for constraint in card.constraints:
        keys = {key: value for key, value in constraint.items() if key != "kind"}
        yield f"  {constraint['kind']}: {json.dumps(keys, ensure_ascii=False)}"


def _carried(title: str, values: Mapping[str, Any]) -> Iterator[str]:
    if values:
        yield ""
        yield title
    for key, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"  {key}: {text}"
