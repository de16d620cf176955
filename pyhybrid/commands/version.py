# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid version``."""

from __future__ import annotations

import click

from .. import _abi
from ..errors import HybridError


@click.command()
def version() -> None:
    """Print the version of the library."""
    try:
        click.echo(_abi.version())
    except HybridError as error:
        raise click.ClickException(error.message) from error
