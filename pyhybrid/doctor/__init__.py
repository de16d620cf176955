# SPDX-License-Identifier: BSD-3-Clause
"""Whether an installation works: every part is really tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from .._words import unknown
from ..errors import ArgumentError
from . import backends, library, tools
from .finding import FAILS, MISSING, WORKS, Finding

__all__ = ["FAILS", "MISSING", "WORKS", "Finding", "Task", "examine", "tasks"]


@dataclass(frozen=True)
class Task:
    """Something to try: its name, and what finds out."""

    name: str
    run: Callable[[], Iterable[Finding]]


def tasks(quick: bool = False) -> list[Task]:
    """All there is to try; without what takes longer than seconds if it is to be quick."""
    names = [one for one in backends.names() if not (quick and one in backends.SLOW)]
    return [
        Task("library", library.library),
        *(Task(one, partial(_one, backends.backend, one)) for one in names),
        *([] if quick else [Task("devices", backends.devices)]),
        *(Task(one, partial(_one, tools.fortran_compiler, one)) for one in _compilers(quick)),
        *([] if tools.fortran_compilers() else [Task("Fortran", lambda: [tools.no_compiler()])]),
        Task("programs", tools.programs),
        Task("packages", tools.packages),
    ]


def examine(todo: Iterable[Task], required: Iterable[str] = ()) -> Iterator[Finding]:
    """What is found, with those of these names required.

    Raises
    ------
    ArgumentError
        If there is nothing of a name, behind all that there is.
    """
    names, seen = set(required), set()
    for task in todo:
        for found in task.run():
            seen.add(found.name)
            yield replace(found, required=found.required or found.name in names)
    for name in sorted(names - seen):
        if name not in (*backends.names(), *tools.FORTRAN):
            raise ArgumentError(f"doctor: {unknown('part', name, sorted(seen))}")
        about = "not on the path" if name in tools.FORTRAN else "not tried"
        yield Finding("required", name, MISSING, about, "", True)


def _compilers(quick: bool) -> list[str]:
    return tools.fortran_compilers()[: 1 if quick else None]


def _one(find: Callable[[str], Finding], name: str) -> list[Finding]:
    return [find(name)]
