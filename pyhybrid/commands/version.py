# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid version``."""

from __future__ import annotations

from pathlib import Path

import click

from .. import _abi
from ._common import check_json, json_option, tell, told


@click.command()
@json_option
def version(json_file: Path | None) -> None:
    """Print the version of the library.

    \b
    Examples:
      pyhybrid version
      pyhybrid version --json -
    """  # noqa: D301
    with told():
        check_json(json_file, "version")
        tell(_abi.version(), {"version": _abi.version()}, json_file)
