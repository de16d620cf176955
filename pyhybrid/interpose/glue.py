# SPDX-License-Identifier: BSD-3-Clause
"""A skeleton of the Fortran that stands in for a routine: a call site without fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from .._whole_file import write_whole
from .._words import mismatch
from ..errors import ArgumentError
from .weakening import LONGEST, Routine

_TEMPLATE = Path(__file__).with_name("glue.f90.in")
_KINDS = "! The kinds are those of the native source as it is compiled: -r8 and -i8 count.\n"
_BOUND = """\
  interface
    subroutine {native}({arguments}) &
      bind(c, name="{symbol}")
      implicit none
{dummies}    end subroutine {native}
  end interface
"""
_DUMMY = "real :: {name}(*)  ! FILL IN: type, kind and shape; an object has none of them"


def write_glue(
    routine: Routine, folder: str | Path, arguments: Sequence[str] = ()
) -> tuple[Path, bool]:
    """Write ``<routine>_glue.f90`` unless there is one: that may have been filled in.

    Of a procedure of a module it is ``<module>_<routine>_glue.f90``.

    Parameters
    ----------
    routine : Routine
    folder : str or Path
    arguments : sequence of str
        Names of the routine's arguments. An object does not tell them.

    Returns
    -------
    tuple of Path and bool
        The file, and whether it was written.

    Raises
    ------
    ArgumentError
        If an argument is no name of Fortran, or one is there twice; if there is glue of another
        routine.
    OSError
        If it cannot be written.
    """
    check_arguments(arguments)
    path = Path(folder) / f"{routine.stem}_glue.f90"
    if path.exists():
        _check_same(path, routine)
        return path, False
    write_whole(_text(routine, list(arguments)), path)
    return path, True


def check_arguments(names: Sequence[str]) -> None:
    """Whether they are names of Fortran, each once; else raises ArgumentError."""
    for name in names:
        if not re.fullmatch(r"[a-zA-Z]\w{,62}", name, re.ASCII):
            raise ArgumentError(mismatch("interpose: argument", "a name of Fortran", repr(name)))
    if len({name.lower() for name in names}) < len(names):
        raise ArgumentError(mismatch("interpose: arguments", "each once", ", ".join(names)))


def _is_bound(routine: Routine) -> bool:
    """Whether no external procedure of Fortran gets the symbol, or the native one's."""
    plain = routine.symbol == f"{routine.name.lower()}_" and len(routine.name) <= LONGEST
    return routine.module is not None or not plain


def _check_same(path: Path, routine: Routine) -> None:
    """Whether glue that is there is of this routine, as far as it tells."""
    glue = re.escape(routine.stem)
    text = path.read_text(encoding="utf-8", errors="replace")
    bound = re.search(rf'^subroutine {glue}_glue\(.*?bind\(c, name="(.+?)"', text, re.M | re.S)
    plain = re.search(rf"^subroutine ({glue})\(", text, re.M)
    found = bound[1] if bound else f"{plain[1].lower()}_" if plain else routine.symbol
    if found != routine.symbol:
        wanted = f"glue of {routine.symbol}"
        raise ArgumentError(mismatch(f"interpose: {path}", wanted, f"of {found}"))


def _text(routine: Routine, arguments: list[str]) -> str:
    bound, stem, name = _is_bound(routine), routine.stem, routine.name
    words = {
        "called": f"{name} of the module {routine.module}" if routine.module else name,
        "name": stem,
        "native": routine.native_name,
        "glue": f"{stem}_glue" if bound else name,
        "arguments": ", ".join(arguments),
        "binding": f' &\n  bind(c, name="{routine.symbol}")' if bound else "",
        "declarations": _declarations(routine, arguments),
    }
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(words)


def _declarations(routine: Routine, arguments: list[str]) -> str:
    dummies = [_DUMMY.format(name=name) for name in arguments]
    own = "".join(f"  {line}\n" for line in dummies)
    own = f"  {_KINDS}{own}" if own else own
    native = routine.native_name
    if not _is_bound(routine):
        return f"{own}  external :: {native}\n"
    inner = "".join(f"      {line}\n" for line in dummies)
    return own + _BOUND.format(
        native=native, arguments=", ".join(arguments), symbol=routine.native, dummies=inner
    )
