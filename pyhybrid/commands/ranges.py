# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid ranges``: ranges of training for an emulator that has none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from ..emulator import Emulator
from ..network_file import replace_card
from ..ranges import training_range
from ..recording import open_recording
from ._common import check_json, json_option, tell, told


@click.command()
@click.argument("emulator", type=click.Path(path_type=Path))
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--quantile",
    type=float,
    default=1.0,
    show_default=True,
    help="Part of the samples that lies within a limit.",
)
@json_option
def ranges(
    emulator: Path, recordings: tuple[Path, ...], quantile: float, json_file: Path | None
) -> None:
    """Write into the card of EMULATOR (.safetensors) the ranges of what RECORDINGS hold.

    RECORDINGS are those that it was trained on, all ranks' files. The network stays as it is.

    \b
    Examples:
      pyhybrid ranges radiation.safetensors radiation.0.nc radiation.1.nc
      pyhybrid ranges radiation.safetensors radiation.0.nc --quantile 0.9999
    """  # noqa: D301
    if emulator.suffix != ".safetensors":
        raise click.UsageError(f"EMULATOR: expected .safetensors at the end, found {emulator.name}")
    with told():
        check_json(json_file, "ranges")
        with Emulator(emulator) as opened:
            card = opened.card
        found = training_range(card, open_recording(recordings), quantile)
        replace_card(emulator, dataclasses.replace(card, training_range=found))
        results = {"emulator": str(emulator), "training_range": found}
        tell(f"{emulator}: ranges of {len(found)} fields", results, json_file)
