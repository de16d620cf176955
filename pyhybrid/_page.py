# SPDX-License-Identifier: BSD-3-Clause
"""Pages that commands write: one HTML file with its pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from ._table import Table
from ._whole_file import check_writable, write_whole
from ._words import mismatch
from .errors import ArgumentError, PluginError

Pictures = Sequence[tuple[str, bytes]]  # title and PNG


@dataclass(frozen=True)
class Page:
    """What a page shows, in this order.

    Attributes
    ----------
    title : str
    notes : sequence of str
        What a reader must not overlook.
    tables : sequence of Table
    sections : mapping of str to Pictures
        By heading; those without pictures are left out.
    foot : str
        Where it is from.
    about : sequence of str
        How to read it.
    """

    title: str
    notes: Sequence[str]
    tables: Sequence[Table]
    sections: Mapping[str, Pictures]
    foot: str
    about: Sequence[str] = field(default=())


def check_page(path: Path, command: str, extra: str) -> None:
    """Fails before anything is drawn, where the page could not be written.

    Parameters
    ----------
    path : Path
    command : str
        With which messages begin.
    extra : str
        Of the package, that brings what is needed.

    Raises
    ------
    PluginError
        If jinja2 or matplotlib is missing.
    ArgumentError, OSError
        Those of `check_writable`, and if there is a file that is no page.
    """
    try:
        import jinja2
        import matplotlib
    except ImportError as error:
        wanted = (
            f"jinja2 and matplotlib for a page (pip install 'pyhybrid[{extra}]'; --no-html prints "
            "the tables alone)"
        )
        raise PluginError(mismatch(command, wanted, f"none: {error}")) from error
    assert jinja2
    matplotlib.use("agg")
    check_writable(path, command)
    if path.is_file() and not _is_page(path):
        wanted = "a new file or a page to replace"
        raise ArgumentError(mismatch(f"{command}: --html: {path}", wanted, "something else"))


def _is_page(path: Path) -> bool:
    """Or empty."""
    with path.open("rb") as file:
        return file.read(64).lstrip()[:1] in (b"<", b"")


def write_page(page: Page, path: Path) -> None:
    """Writes it whole, in place of what was there."""
    import jinja2

    template = (files(__package__) / "_page.html.jinja").read_text()
    sections = {
        name: [(title, _embedded(png)) for title, png in pictures]
        for name, pictures in page.sections.items()
    }
    text = jinja2.Template(template, autoescape=True).render(page=page, sections=sections)
    write_whole(text + "\n", path)


def _embedded(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
