# SPDX-License-Identifier: BSD-3-Clause
"""A run as one HTML file with its pictures inside."""

from __future__ import annotations

import base64
from importlib.resources import files
from pathlib import Path

from .._whole_file import check_writable, write_whole
from .._words import mismatch
from ..errors import PluginError
from .runs import Run, summary
from .tables import tables


def check_page(path: Path) -> None:
    """Fails before anything is drawn, where the page could not be written.

    Raises
    ------
    PluginError
        If jinja2 or matplotlib is missing.
    ArgumentError, OSError
        Those of `check_writable`.
    """
    try:
        import jinja2
        import matplotlib
    except ImportError as error:
        wanted = (
            "jinja2 and matplotlib for a page (pip install 'pyhybrid[report]'; --no-html prints "
            "the tables alone)"
        )
        raise PluginError(mismatch("report", wanted, f"none: {error}")) from error
    assert jinja2
    matplotlib.use("agg")
    check_writable(path, "report")


def write_page(run: Run, path: Path) -> None:
    """Writes the page; raises as `check_page` does."""
    check_page(path)
    import jinja2

    from .pictures import pictures

    template = (files(__package__) / "page.html.jinja").read_text()
    sections = {
        name: [(title, _embedded(png)) for title, png in pictures(run, name)]
        for name in run.schemes
    }
    page = jinja2.Template(template, autoescape=True).render(
        summary=summary(run), run=run, tables=list(tables(run)), sections=sections
    )
    write_whole(page + "\n", path)


def _embedded(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
