# SPDX-License-Identifier: BSD-3-Clause
"""Tables that commands print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Cells of text; the first of each row is a name."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """For a terminal."""
        if not self.rows:
            return "\n".join([self.title, *(f"  {note}" for note in self.notes)])
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = [self._line(row, widths) for row in (self.head, *self.rows)]
        return "\n".join([self.title, *lines, *(f"  {note}" for note in self.notes)])

    @staticmethod
    def _line(row: Sequence[str], widths: Sequence[int]) -> str:
        first, *rest = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        return f"  {'  '.join(cells)}".rstrip()

    def markdown(self) -> str:
        """For a page."""
        rule = ("---", *("---:" for _ in self.head[1:]))
        lines = (f"| {' | '.join(row)} |" for row in (self.head, rule, *self.rows))
        notes = (f"\n{note}" for note in self.notes)
        return "\n".join([f"**{self.title}**\n", *lines, *notes])


def number(value: float | None) -> str:
    """Four digits; ``"-"`` where there is none."""
    return "-" if value is None else f"{value:.4g}"
