# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid replay``: where an emulator's results in a run are not what it gives offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._table import Table
from ._common import BEYOND, PATH, check_json, json_option, tell, told

if TYPE_CHECKING:
    from ..validation.replaying import Replay

_EMULATORS = (".safetensors", ".pt", ".pt2", ".py")


def _recordings(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        if one.endswith(_EMULATORS):
            wanted = "recordings alone (validate compares two emulators)"
            raise click.BadParameter(f"expected {wanted}, found {one!r}")
    return given


@click.command()
@click.argument("emulator", type=PATH)
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...",
                callback=_recordings)  # fmt: skip
@click.option("--config", type=PATH, metavar="FILE",
              help="hybrid.toml of the run: its backend, batch and guards count.")  # fmt: skip
@click.option("--scheme", metavar="NAME", help="Of --config, if not that of the recording.")
@json_option
def replay(
    emulator: Path, recordings: tuple[str, ...], config: Path | None, scheme: str | None,
    json_file: Path | None,
) -> None:  # fmt: skip
    """Run EMULATOR on the inputs of a recorded run, and compare bit for bit.

    RECORDING is of a mode that emulates, all its files; samples in which the run did not emulate
    are left out and counted. What differs is told with the first step,
    column, field and level, with sizes and the likely reason; the exit code is 3 then.

    \b
    Examples:
      pyhybrid replay radiation.safetensors "run1/radiation.*.nc"
      pyhybrid replay radiation.pt run1/radiation.0.nc --config run1/hybrid.toml --json -
    """
    with told("replay", "validation"):
        check_json(json_file, "replay")
        found = _replayed(emulator, recordings, config, scheme)
        tell("\n".join(_lines(found)), found.as_json(), json_file)
    if not found.same:
        raise click.exceptions.Exit(BEYOND)


def _replayed(
    emulator: Path, recordings: tuple[str, ...], config: Path | None, scheme: str | None
) -> Replay:
    from ..validation.progress import progress
    from ..validation.replaying import replay as run
    from ..validation.setting import setting_of
    from ..validation.validating import recording_of

    setting = setting_of(
        config, scheme, 1.0, lambda: recording_of(recordings).scheme, more=("guard",)
    )
    with progress() as done:
        return run(emulator, recordings, setting, done)


def _lines(found: Replay) -> Iterator[str]:
    yield _table(found).text()
    if found.missing:
        yield f"left out: {found.missing} samples that the run did not emulate"
    if found.first:
        yield f"first: {_first(found)}"
    for reason in found.likely:
        yield f"likely: {reason}"


def _table(found: Replay) -> Table:
    title = (
        f"{found.samples} samples, every bit the same"
        if found.same
        else f"{found.columns} of {found.samples} samples differ"
    )
    rows = tuple(
        (name, f"{one.values}", f"{one.different}", f"{one.largest:.4g}",
         f"{one.relative:.2g}", f"{one.ulp}")
        for name, one in found.fields.items()
    )  # fmt: skip
    return Table(title, ("field", "values", "different", "largest", "over rms", "ulp"), rows)


def _first(found: Replay) -> str:
    place = found.first
    assert place is not None
    level = f", level {place.level}" if place.level else ""
    species = f", species {place.species}" if place.species else ""
    return (
        f"step {place.step}, column {place.column}, {place.field}{level}{species}: recorded "
        f"{place.recorded!r}, replayed {place.replayed!r}, {place.ulp} ulp ({place.path})"
    )
