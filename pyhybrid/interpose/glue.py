# SPDX-License-Identifier: BSD-3-Clause
"""A skeleton of the Fortran that stands in for a routine: a call site without fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import Template
from textwrap import wrap

from .._whole_file import write_whole
from .._words import mismatch
from ..errors import ArgumentError
from .interface import Argument, is_name
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
_OWN = "this", "ncol", "scheme", "set_up", "hybrid_call"  # names in the glue
_WIDTH = 92  # letters of a line that grows with the routine
_FILL_IN = "  ! FILL IN: type, kind and shape"
_UNKNOWN = "it is taken for a subroutine {arguments}: no debugging information (-g) tells"
_INCOMPLETE = (
    "arguments may be missing, and it may be a function of arrays: flang's debugging information "
    "leaves out some; compare with the source"
)


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
        Names of the routine's arguments; without any those that debugging information tells.

    Returns
    -------
    tuple of Path and bool
        The file, and whether it was written.

    Raises
    ------
    ArgumentError
        As `check_glue` does, and if an argument is no name of Fortran, or one is there twice.
    OSError
        If it cannot be written.
    """
    check_arguments(arguments)
    check_glue(routine, folder, arguments)
    path = _path(routine, folder)
    if path.exists():
        return path, False
    unknown = not_known(routine, arguments)
    write_whole(_text(routine, _arguments(routine, arguments), unknown), path)
    return path, True


def check_glue(routine: Routine, folder: str | Path, arguments: Sequence[str] = ()) -> None:
    """Whether there is glue of the routine already, or a skeleton can call the routine.

    Raises
    ------
    ArgumentError
        As far as the object tells. With glue: if it is of another routine, or a subroutine in the
        place of a function. Without: if the routine is a function, has more arguments, or is one
        of a module or of C with characters.
    """
    path = _path(routine, folder)
    if path.exists():
        _check_same(path, routine)
    else:
        _check_callable(routine, arguments)


def not_known(routine: Routine, arguments: Sequence[str] = ()) -> str | None:
    """What a skeleton takes for granted, as the object does not tell it; None if it tells all."""
    if routine.interface is None:
        taken = "of these arguments" if arguments else "without arguments"
        return _UNKNOWN.format(arguments=taken)
    return None if routine.interface.complete else _INCOMPLETE


def check_arguments(names: Sequence[str]) -> None:
    """Whether they are names of Fortran, each once; else raises ArgumentError."""
    for name in names:
        if not is_name(name):
            raise ArgumentError(mismatch("interpose: argument", "a name of Fortran", repr(name)))
    if len({name.lower() for name in names}) < len(names):
        raise ArgumentError(mismatch("interpose: arguments", "each once", ", ".join(names)))


def _path(routine: Routine, folder: str | Path) -> Path:
    return Path(folder) / f"{routine.stem}_glue.f90"


def _check_callable(routine: Routine, arguments: Sequence[str]) -> None:
    """Whether a skeleton can, as far as the object tells."""
    interface, what = routine.interface, f"interpose: {routine.symbol}"
    if interface is None:
        return
    if interface.function:
        raise ArgumentError(mismatch(what, "a subroutine", "a function"))
    told = [one.name for one in interface.arguments]
    if arguments and len(arguments) < len(told):
        wanted = f"names of {len(told)} arguments ({', '.join(told)})"
        raise ArgumentError(mismatch(what, wanted, ", ".join(arguments)))
    characters = [one.name for one in interface.arguments if one.character]
    if characters and _is_bound(routine):
        wanted = "a routine without characters, where it is of a module or C"
        raise ArgumentError(mismatch(what, wanted, ", ".join(characters)))


def _arguments(routine: Routine, names: Sequence[str]) -> list[Argument]:
    """Those of these names, else those that the object tells, with the types that it tells."""
    told = list(routine.interface.arguments) if routine.interface else []
    if names and len(names) != len(told):
        told = [Argument(name, character=False, array=True) for name in names]
    chosen = names or [one.name for one in told]
    used = {*_OWN, routine.name.lower(), f"{routine.stem.lower()}_glue"}
    return [replace(one, name=_free(name, used)) for one, name in zip(told, chosen, strict=True)]


def _free(name: str, used: set[str]) -> str:
    """One that nothing else in the glue has: that of an argument is its own affair."""
    while name.lower() in used:
        name += "_"
    used.add(name.lower())
    return name


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
    if routine.interface and routine.interface.function and (bound or plain):
        wanted = f"a function, as {routine.symbol} is"
        raise ArgumentError(mismatch(f"interpose: {path}", wanted, "a subroutine"))


def _text(routine: Routine, arguments: list[Argument], unknown: str | None) -> str:
    bound, stem, name = _is_bound(routine), routine.stem, routine.name
    words = {
        "called": f"{name} of the module {routine.module}" if routine.module else name,
        "unknown": "".join(f"!! {line}\n" for line in wrap(_sentence(unknown), _WIDTH)),
        "name": stem,
        "native": routine.native_name,
        "glue": f"{stem}_glue" if bound else name,
        "arguments": _names(arguments),
        "binding": f' &\n  bind(c, name="{routine.symbol}")' if bound else "",
        "declarations": _declarations(routine, arguments),
    }
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(words)


def _sentence(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _names(arguments: list[Argument]) -> str:
    """In lines that are short enough for Fortran."""
    return " &\n    ".join(wrap(", ".join(one.name for one in arguments), _WIDTH))


def _declarations(routine: Routine, arguments: list[Argument]) -> str:
    dummies = [f"{_dummy(one)}{_FILL_IN}" for one in arguments]
    own = "".join(f"  {line}\n" for line in dummies)
    own = f"  {_KINDS}{own}" if own else own
    native = routine.native_name
    if not _is_bound(routine):
        return f"{own}  external :: {native}\n"
    inner = "".join(f"      {line}\n" for line in dummies)
    return own + _BOUND.format(
        native=native, arguments=_names(arguments), symbol=routine.native, dummies=inner
    )


def _dummy(argument: Argument) -> str:
    """An address is all that most arguments are; with a character goes its length."""
    if not argument.character:
        return f"real :: {argument.name}(*)"
    return f"character(len=*) :: {argument.name}{'(*)' if argument.array else ''}"
