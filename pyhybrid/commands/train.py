# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid train``: a plain network from any recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._whole_file import check_writable
from .._words import listed, mismatch
from ..errors import ArgumentError, HybridError
from ._common import PATH, FiniteRange, check_json, json_option, read_card, tell, told
from ._outputs import check_new

if TYPE_CHECKING:
    from ..baseline import Outcome

_SUFFIXES = (".safetensors", ".pt", ".pt2")


def _named(_: click.Context, __: click.Parameter, name: str | None) -> str:
    if name is not None and not name.strip():
        raise click.BadParameter("expected a text, found an empty one")
    return name or ""


@click.command()
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...")
@click.option("--output", "-o", type=PATH, required=True, metavar="FILE",
              help="The emulator: .safetensors, .pt or .pt2.")  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace that file.")
@click.option("--card", type=PATH, metavar="FILE",
              help="JSON, or an emulator that has it: says fields, their order and what one sample "
              "is.")  # fmt: skip
@click.option("--input-field", "inputs", multiple=True, metavar="NAME",
              help="What to read; repeatable. [default: all inputs but increments and noise]")
@click.option("--output-field", "outputs", multiple=True, metavar="NAME",
              help="What to learn; repeatable. [default: all]")  # fmt: skip
@click.option("--unused", multiple=True, metavar="NAME", help="What to leave out; repeatable.")
@click.option("--name", metavar="TEXT", callback=_named,
              help="Of the emulator. [default: that of the scheme]")  # fmt: skip
@click.option("--width", type=click.IntRange(1, 8192), default=128, show_default=True,
              help="Of the network.")  # fmt: skip
@click.option("--layers", type=click.IntRange(0, 64), default=2, show_default=True,
              help="Residual blocks.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1), default=60, show_default=True,
              help="At most; it ends when nothing gets better.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True,
              help="The same one gives the same file.")  # fmt: skip
@click.option("--samples", type=click.IntRange(1), default=100_000, show_default=True,
              help="Columns to learn from; more are drawn from, so that memory holds them.")
@click.option("--held-out", type=FiniteRange(0, 1, min_open=True, max_open=True), default=0.2,
              show_default=True, metavar="PART", help="Of the times, the last: scored.")
@click.option("--split-date", default="", metavar="DATE", help="Held out from then on instead.")
@click.option("--dt", type=FiniteRange(0), default=0.0, metavar="SECONDS",
              help="Time step, for a card with bounds of a state.")  # fmt: skip
@json_option
def train(
    recordings: tuple[str, ...], output: Path, replace: bool, card: Path | None,
    json_file: Path | None, **more: Any,
) -> None:  # fmt: skip
    """Train a plain network on RECORDINGS and write it as an emulator.

    RECORDINGS are files of one or several runs, or patterns. The last times are held out and
    scored. Ctrl-C ends the training; the best network so far is written.

    \b
    Examples:
      pyhybrid train "recorded/radiation.*.nc" --output radiation.safetensors
      pyhybrid train january.nc july.nc -o radiation.pt --split-date 2001-07-20 --width 256
      pyhybrid train m7.0.nc --card m7.json -o m7.safetensors --samples 20000 --json -
    """  # noqa: D301
    with told():
        _check(output, replace)
        check_json(json_file, "train")
        outcome = _trained(recordings, output, card, more)
        from ..baseline.telling import as_json, table

        tell(table(outcome).text(), as_json(outcome), json_file)


def _check(output: Path, replace: bool) -> None:
    """Before hours of work: whether the emulator can be written, and nothing is lost by it."""
    if output.suffix not in _SUFFIXES:
        wanted = f"{listed(_SUFFIXES)} at the end"
        raise ArgumentError(mismatch("train: --output", wanted, output.name))
    check_new(output, replace, "train")
    check_writable(output, "train")


def _trained(
    recordings: tuple[str, ...], output: Path, card: Path | None, more: dict[str, Any]
) -> Outcome:
    from ..errors import PluginError

    try:
        from ..baseline import Options, make_emulator
        from ..validation.validating import paths_of

        contract = read_card(card, "train") if card else None
        options = Options(card=contract, **more)
        return make_emulator(paths_of(recordings), output, options)
    except HybridError:
        raise
    except ImportError as error:
        wanted = "what it needs (pip install 'pyhybrid[training]')"
        raise PluginError(mismatch("train", wanted, f"none: {error}")) from error
