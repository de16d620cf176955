# SPDX-License-Identifier: BSD-3-Clause
"""What commands have in common: the option ``--json``, cards, failures as messages."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from .._whole_file import check_writable, write_whole
from .._words import mismatch
from ..card import Card
from ..emulator import Emulator
from ..errors import EmulatorFileError, HybridError
from ._json_alone import json_alone, json_stream
from ._outputs import SCREEN, check_apart, check_json_replaceable

Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
BEYOND = 3  # exit code of commands that judge: a threshold is not met


class FiniteRange(click.FloatRange):
    """Numbers of a range; NaN, which is beyond no end, and infinity are none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """As a finite number, or a usage error."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, found {value}.", param, ctx)
        return number


def json_option(command: Command) -> Command:
    """Adds ``--json FILE``; without a file, or with ``-``, it is standard output.

    The file is where it was when the command began: what is measured may change the folder.
    """

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        with json_alone() if options["json_file"] == SCREEN else nullcontext():
            return command(*arguments, **options)

    return click.option(
        "--json",
        "json_file",
        type=PATH,
        is_flag=False,
        flag_value="-",
        metavar="FILE",
        callback=_from_here,
        help="All results as JSON; - for standard output, without tables.",
    )(cast(Command, run))


def _from_here(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path == Path():  # what a shell makes of a variable that is not set
        raise click.BadParameter("expected a file or -, found none")
    return path if path in (None, SCREEN) else path.absolute()


@contextmanager
def told(command: str = "", extra: str = "") -> Iterator[None]:
    """What fails ends the command with its message and exit code 1.

    A package that is missing is told as one that the `extra` of pyhybrid brings, if there is one.
    """
    try:
        yield
    except HybridError as error:
        raise click.ClickException(error.message) from error
    except ImportError as error:
        if not extra:
            raise
        wanted = f"what it needs (pip install 'pyhybrid[{extra}]')"
        raise click.ClickException(mismatch(command, wanted, f"none: {error}")) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


def read_card(path: Path, what: str) -> Card:
    """Of a file of JSON, or of an emulator; messages begin with the command.

    Raises
    ------
    HybridError
        If it is neither.
    """
    if path.suffix != ".json":
        with Emulator(path) as emulator:
            return emulator.card
    try:
        return Card.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = mismatch(f"{what}: card {path}", "a file of text", error)
        raise EmulatorFileError(message) from error


def late(work: Callable[[], Result], otherwise: Result) -> tuple[Result, Exception | None]:
    """What comes of the last work, or why it failed: what there is already is written first."""
    try:
        return work(), None
    except Exception as error:
        return otherwise, error


def check_json(json_file: Path | None, what: str) -> None:
    """Fails before the work if its results could not be written, or would replace its files."""
    check_apart(what)
    if json_file and json_file != SCREEN:
        check_json_replaceable(json_file, what)
        check_writable(json_file, what)


def tell(text: str, results: Any, json_file: Path | None) -> None:
    """Prints the text, or the results if they are for standard output; writes them to a file."""
    numbers = results
    if not isinstance(results, str):
        numbers = json.dumps(_finite(results), indent=1, allow_nan=False)
    shown = numbers if json_file == SCREEN else text
    if shown:
        click.echo(shown, file=json_stream() if json_file == SCREEN else None)
    if json_file and json_file != SCREEN:
        write_whole(numbers + "\n", json_file)


def _finite(value: Any) -> Any:
    """The same with null for numbers that are not finite: JSON has none."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
