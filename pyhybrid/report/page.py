# SPDX-License-Identifier: BSD-3-Clause
"""A run as one HTML file with its pictures inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .. import _page
from .runs import Run, summary
from .tables import tables


def check_page(path: Path) -> None:
    """Fails before anything is drawn, where the page could not be written."""
    _page.check_page(path, "report", "report")


def write_page(run: Run, path: Path) -> None:
    """Writes the page; raises as `check_page` does."""
    check_page(path)
    from .pictures import pictures

    sections = {f"Scheme {name}": list(pictures(run, name)) for name in run.schemes}
    foot = f"Read from {', '.join(map(str, run.files))}"
    first, *others = (replace(one, notes=()) for one in tables(run))  # notes are on top
    first = replace(first, title="Calls and columns")  # on a screen it has the page's title
    page = _page.Page(summary(run), run.notes, [first, *others], sections, foot)
    _page.write_page(page, path)
