# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid report``: what the statistics of a run tell."""

from __future__ import annotations

from pathlib import Path

import click

from ..report import Run, read_run
from ..report.page import check_page, write_page
from ..report.tables import tables
from ._common import PATH, SCREEN, check_json, json_option, tell, told


@click.command()
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--html",
    type=PATH,
    default="statistics.html",
    show_default=True,
    metavar="FILE",
    help="The page to write.",
)
@click.option("--no-html", is_flag=True, help="No page, only tables.")
@json_option
def report(runs: tuple[Path, ...], html: Path, no_html: bool, json_file: Path | None) -> None:
    """Tell how the emulators did in one run, from its statistics: tables, and a page with pictures.

    RUN is a folder or a file; all of them are of one run: its ranks, which are added up, and its
    restarts, which follow one another.

    \b
    Examples:
      pyhybrid report statistics.0.json
      pyhybrid report run1 run1_restarted --html run1.html --json run1.json
    """  # noqa: D301
    page = None if no_html or json_file == SCREEN else html
    with told():
        if page:
            check_page(page)
        check_json(json_file, "report")
        _write(read_run(runs), page, json_file)


def _write(run: Run, html: Path | None, json_file: Path | None) -> None:
    tell("\n\n".join(table.text() for table in tables(run)), run.as_json(), json_file)
    if html:
        write_page(run, html)
        click.echo(f"wrote {html}", err=True)
