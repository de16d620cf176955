# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid build-backend``: a plug-in against what is installed here."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..building import build_torch
from ._common import check_json, json_option, tell, told


@click.command("build-backend")
@click.argument("backend", type=click.Choice(["torch"]))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where it goes, instead of replacing the installed one.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Files to compile at a time, of up to 1 GB of memory each.",
)
@json_option
def build_backend(backend: str, output: Path | None, jobs: int, json_file: Path | None) -> None:
    """Build the plug-in of BACKEND anew: against the Torch of this Python.

    It needs a C++ compiler, pkg-config, nlohmann-json, meson and ninja, and some minutes. The old
    plug-in stays until the new one has been loaded. What goes to DIR is found by the
    environment variable HYBRID_PLUGIN_PATH, or the key plugins of the configuration.

    \b
    Examples:
      pyhybrid build-backend torch
      pyhybrid build-backend torch --output ~/hybrid-plugins --jobs 8
    """
    with told():
        check_json(json_file, "build-backend")
        try:
            written = _build(output, jobs)
        except PermissionError as error:
            message = f"{error}: choose a folder that you may write with --output"
            raise click.ClickException(message) from error
        tell(f"{written}", {"plugin": f"{written}"}, json_file)


def _build(output: Path | None, jobs: int) -> Path:
    """With a progress bar, if somebody looks."""
    if not sys.stderr.isatty():
        return build_torch(output, jobs=jobs)
    with click.progressbar(length=100, label="compiling", file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.update(100 * done // total - bar.pos)

        return build_torch(output, jobs=jobs, progress=show)
