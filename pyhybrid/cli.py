# SPDX-License-Identifier: BSD-3-Clause
"""The command ``pyhybrid``; each of its commands is a module of ``pyhybrid.commands``.

Exit codes: 0 done, 1 it failed (the message says why), 2 wrong usage.
"""

from __future__ import annotations

import click

from .commands.bench import bench
from .commands.board import board
from .commands.export import export
from .commands.info import info
from .commands.ranges import ranges
from .commands.report import report
from .commands.version import version


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Neural-network emulators in Fortran climate models."""


main.add_command(bench)
main.add_command(board)
main.add_command(export)
main.add_command(info)
main.add_command(ranges)
main.add_command(report)
main.add_command(version)
