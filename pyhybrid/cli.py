# SPDX-License-Identifier: BSD-3-Clause
"""The command ``pyhybrid``; each of its commands is a module of ``pyhybrid.commands``.

Exit codes: 0 done, 1 it failed (the message says why), 2 wrong usage, 3 a limit is
not kept or results differ, where a command judges.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

import click

from .commands.bench import bench
from .commands.board import board
from .commands.build_backend import build_backend
from .commands.climate import climate
from .commands.config import config
from .commands.doctor import doctor
from .commands.export import export
from .commands.info import info
from .commands.interpose import interpose
from .commands.new import new
from .commands.ranges import ranges
from .commands.replay import replay
from .commands.report import report
from .commands.train import train
from .commands.validate import validate
from .commands.version import version


class _Group(click.Group):
    """One whose output may hold any file name, and may have no room."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Of the command line."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: names need be no UTF-8
        try:
            return super().main(*args, **options)
        except OSError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        finally:
            _give_up_what_cannot_be_written()


def _give_up_what_cannot_be_written() -> None:
    """Else Python tries once more at its end, and fails with words and an exit code of its own."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:  # which a command has told
        with open(os.devnull, "wb") as nothing, suppress(OSError):  # which has no file in a test
            os.dup2(nothing.fileno(), sys.stdout.fileno())


def _tell_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Asks the library only then: it need not be there for the help."""
    if wanted:
        context.invoke(version, json_file=None)
        context.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False,
              callback=_tell_version, help="Print the version of the library.")  # fmt: skip
def main() -> None:
    """Neural-network emulators in Fortran climate models."""


main.add_command(bench)
main.add_command(board)
main.add_command(build_backend)
main.add_command(climate)
main.add_command(config)
main.add_command(doctor)
main.add_command(export)
main.add_command(info)
main.add_command(interpose)
main.add_command(new)
main.add_command(ranges)
main.add_command(replay)
main.add_command(report)
main.add_command(train)
main.add_command(validate)
main.add_command(version)
