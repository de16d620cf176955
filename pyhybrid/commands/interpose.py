# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid interpose``: another routine in place of one of an object, at link time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ..interpose import (
    Interposed,
    check_arguments,
    check_glue,
    not_known,
    read_object,
    write_glue,
)
from ..interpose import interpose as replace
from ._common import check_json, json_option, tell, told


@click.command()
@click.argument("object_", metavar="OBJECT")
@click.argument("symbols", metavar="SYMBOL...", nargs=-1, required=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default="interposed",
    show_default=True,
    metavar="DIR",
    help="Where the object and the glue go.",
)
@click.option("--arguments", default="", metavar="NAMES",
              help='Of the routine, as "t, q, nlev". [default: what -g tells]')  # fmt: skip
@click.option("--partial", is_flag=True, help="Although some calls cannot be caught.")
@json_option
def interpose(
    object_: str,
    symbols: tuple[str, ...],
    output: Path,
    arguments: str,
    partial: bool,
    json_file: Path | None,
) -> None:
    """Prepare OBJECT so that glue of yours stands in for its routines SYMBOL.

    OBJECT is an object file, an archive, or "libphysics.a(radiation.o)"; it is not changed. SYMBOL
    is the routine's name in Fortran, or the name that nm tells, which a procedure of a module needs
    where several modules of the object have one of its name. DIR gets a copy of the object in which
    the code has a second name, native_SYMBOL (native_MODULE_SYMBOL), and a skeleton of the glue for
    each routine, which calls that. Glue that is there already stays. A skeleton is for a
    subroutine; what debugging information does not tell of it is said.

    \b
    Examples:
      pyhybrid interpose rainmod.o kuo
      pyhybrid interpose "libphysics.a(radiation.o)" lwr swr --output linked
      pyhybrid interpose gwd.o gwdrag --arguments "u, v, t, nlev"
    """
    names = arguments.replace(",", " ").split()
    with told():
        check_arguments(names)
        check_json(json_file, "interpose")
        file = output / Path(read_object(object_, symbols[0]).name).name
        done = replace(
            object_, symbols, file, partial=partial,
            check=lambda routine: check_glue(routine, output, names),
        )  # fmt: skip
        glue = [write_glue(routine, output, names) for routine in done.routines]
        tell("\n".join(_lines(done, glue, names)), _as_json(done, glue), json_file)


def _as_json(done: Interposed, glue: list[tuple[Path, bool]]) -> dict[str, Any]:
    routines = [
        {
            "symbol": routine.symbol,
            "native": routine.native,
            "native_name": routine.native_name,
            "glue": str(path),
            "glue_written": new,
            "caught": routine.callers.caught,
            "missed": list(routine.callers.missed),
            "recursive": routine.callers.recursive,
            "inlining_visible": routine.callers.sees_inlining,
            "interface": asdict(routine.interface) if routine.interface else None,
        }
        for routine, (path, new) in zip(done.routines, glue, strict=True)
    ]
    return {"source": str(done.source), "object": str(done.object), "routines": routines}


def _lines(done: Interposed, glue: list[tuple[Path, bool]], names: list[str]) -> Iterator[str]:
    yield f"{done.object}: link it in place of {done.source}"
    for routine, (path, new) in zip(done.routines, glue, strict=True):
        callers = routine.callers
        yield f"{routine.symbol}: its code is called {routine.native_name} now"
        yield f"  glue: {path}, {'written: fill it in' if new else 'which was there and stays'}"
        unknown = not_known(routine, names) if new else None
        if unknown:
            yield f"  NOT known: {unknown}"
        for caller, count in callers.caught.items():
            yield f"  caught in the same file: {count} in {caller}"
        for text in callers.missed:
            yield f"  NOT caught, or not safely: {text}"
        if callers.recursive:
            yield "  it calls itself: these calls go through the glue, too"
        if not callers.sees_inlining:
            yield "  what the compiler inlined in the same file is only seen with -g"
        if routine.module:
            yield f"  of a module: {_MODULE_HINT}"


_MODULE_HINT = (
    "its glue may have no arguments but scalars and arrays of explicit or assumed size (*); no "
    "assumed shape (:), no characters"
)
