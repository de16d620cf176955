# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid report``: what the statistics of a run tell."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .._whole_file import check_writable, write_whole
from ..errors import HybridError
from ..report import Run, read_run
from ..report.page import check_page, write_page
from ..report.tables import tables

_PATH = click.Path(path_type=Path)
_SCREEN = Path("-")


@click.command()
@click.argument("runs", type=_PATH, nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--html",
    type=_PATH,
    default="statistics.html",
    show_default=True,
    metavar="FILE",
    help="The page to write.",
)
@click.option("--no-html", is_flag=True, help="No page, only tables.")
@click.option(
    "--json",
    "json_file",
    type=_PATH,
    metavar="FILE",
    help="All numbers; - for standard output, without tables.",
)
def report(runs: tuple[Path, ...], html: Path, no_html: bool, json_file: Path | None) -> None:
    """Tell how the emulators did in one run, from its statistics: tables, and a page with pictures.

    RUN is a folder or a file; all of them are of one run: its ranks, which are added up, and its
    restarts, which follow one another.
    """
    page = None if no_html or json_file == _SCREEN else html
    try:
        _check(page, json_file)
        _write(read_run(runs), page, json_file)
    except HybridError as error:
        raise click.ClickException(error.message) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _check(html: Path | None, json_file: Path | None) -> None:
    if html:
        check_page(html)
    if json_file and json_file != _SCREEN:
        check_writable(json_file, "report")


def _write(run: Run, html: Path | None, json_file: Path | None) -> None:
    numbers = json.dumps(run.as_json(), indent=1, allow_nan=False)
    if json_file == _SCREEN:
        click.echo(numbers)
    else:
        click.echo("\n\n".join(table.text() for table in tables(run)))
    if json_file and json_file != _SCREEN:
        write_whole(numbers + "\n", json_file)
    if html:
        write_page(run, html)
        click.echo(f"wrote {html}", err=True)
