# SPDX-License-Identifier: BSD-3-Clause
"""A copy of an object in which other definitions of some routines win."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from .._whole_file import replacing
from .._words import listed, mismatch, unknown
from ..errors import ArgumentError
from .callers import Callers, callers_of
from .compilation import debugging_of
from .interface import Interface, interface_of
from .objects import ObjectFile, Symbol, meant, module_and_name, read_object
from .output import check_output
from .tools import run_tool

LONGEST = 52  # letters of a name, of 63 that Fortran has: glue adds some
_SHOWN = 10  # names of an object in a message
_FORTRAN = re.compile(r"[a-zA-Z]\w{,62}", re.ASCII)
_INTERNAL = r"{name}\.\d+|_Q(M\w+)?F\w+P{name}"  # gfortran, flang


@dataclass(frozen=True)
class Routine:
    """One that was replaced.

    Attributes
    ----------
    symbol, native : str
        Its old name, which glue defines now, and the name that its code has besides.
    module : str or None
        Of Fortran, if the compiler put its name into the symbol.
    name : str
        In Fortran: of the glue.
    callers : Callers
        In its own object.
    interface : Interface or None
        How it is called, if debugging information tells.
    """

    symbol: str
    native: str
    module: str | None
    name: str
    callers: Callers
    interface: Interface | None

    @property
    def stem(self) -> str:
        """What names of the glue begin with: they differ for modules that have a routine each."""
        return (f"{self.module}_{self.name}" if self.module else self.name)[:LONGEST]

    @property
    def native_name(self) -> str:
        """In Fortran, of the code: what the glue calls."""
        return f"native_{self.stem}"


@dataclass(frozen=True)
class Interposed:
    """What `interpose` wrote: to be linked in place of the object, before archives."""

    object: Path
    source: ObjectFile
    routines: tuple[Routine, ...]


def interpose(
    source: str | Path,
    symbols: Sequence[str],
    output: str | Path,
    *,
    partial: bool = False,
    check: Callable[[Routine], None] | None = None,
) -> Interposed:
    """Write a copy of an object in which the glue's definitions of some routines win.

    In the copy each routine has a second name, ``native_<routine>``.

    Parameters
    ----------
    source : str or Path
        An object, an archive (the member that defines the first routine), or
        ``libx.a(member.o)``.
    symbols : sequence of str
        The routines: symbols of the object, or names in Fortran. That of a procedure of a module
        does where no other routine of the object has it.
    output : str or Path
        The copy. One of the same routines is replaced.
    partial : bool
        Whether calls that cannot be caught are accepted.
    check : callable
        Gets each routine before anything is written; what it raises ends the work.

    Raises
    ------
    ArgumentError
        If a routine cannot be replaced, or not for all callers. Nothing is written.
    PluginError
        If binutils are missing.
    """
    found = read_object(source, symbols[0])
    _check_object(found)
    with tempfile.TemporaryDirectory(prefix="pyhybrid") as folder:
        file = _extracted(found, Path(folder))
        chosen = list(dict.fromkeys(_chosen(symbol, found) for symbol in symbols))
        routines = tuple(_routine(symbol, chosen, found, file) for symbol in chosen)
        if check is not None:
            for routine in routines:
                check(routine)
        check_output(Path(output), found, [one.native for one in routines])
        if not partial:
            _check_missed(routines, found)
        _rewrite(file, Path(output), list(zip(chosen, routines, strict=True)))
    return Interposed(Path(output), found, routines)


def _check_object(source: ObjectFile) -> None:
    what = f"interpose: {source}"
    if not source.relocatable:
        wanted = "an object that is not linked yet"
        raise ArgumentError(mismatch(what, wanted, "a program or shared library"))
    if any(name.startswith(".gnu.lto_") for name in source.sections):
        wanted = "machine code alone (compile with -fno-lto)"
        raise ArgumentError(mismatch(what, wanted, "code of link-time optimisation"))


def _extracted(source: ObjectFile, folder: Path) -> Path:
    """A file of its own."""
    if source.member is None:
        return source.path
    file = folder / Path(source.member).name
    file.write_bytes(run_tool("ar", "p", source.path, source.member))
    return file


def _chosen(symbol: str, source: ObjectFile) -> Symbol:
    """The one that is meant, if it can be replaced."""
    those = meant(symbol, source)
    found = those[0] if len(those) == 1 else _internal(symbol, source)
    what = f"interpose: {source}"
    if len(those) > 1:
        wanted = "a name that one procedure has"
        names = listed([one.name for one in those])
        raise ArgumentError(mismatch(f"{what}: {symbol}", wanted, names))
    if found is None:
        raise ArgumentError(f"{what}: {_unknown(symbol, source)}")
    wrong = _why_not(found)
    if wrong:
        wanted = "code that other objects can call"
        raise ArgumentError(mismatch(f"{what}: {found.name}", wanted, wrong))
    if not _FORTRAN.fullmatch(_fortran_name(found)[1]):
        wanted = "a name that Fortran can have, of letters, digits and _, 63 at most"
        raise ArgumentError(mismatch(f"{what}: {found.name}", wanted, "another"))
    if f"native_{found.name}" in {one.name for one in source.symbols}:
        wanted = "an object as it was compiled"
        raise ArgumentError(mismatch(f"{what}: {found.name}", wanted, "one that has it twice"))
    return found


def _internal(symbol: str, source: ObjectFile) -> Symbol | None:
    """A procedure of another procedure's: both compilers call it otherwise."""
    pattern = re.compile(_INTERNAL.format(name=re.escape(symbol.lower())))
    return next((one for one in source.symbols if one.local and pattern.fullmatch(one.name)), None)


def _unknown(symbol: str, source: ObjectFile) -> str:
    routines = [one.name for one in source.symbols if not _why_not(one)]
    if not routines:
        return mismatch(f"routine {symbol!r}", "an object with routines", "one without any")
    return unknown("routine", symbol, get_close_matches(symbol, routines, n=_SHOWN, cutoff=0.0))


def _why_not(symbol: Symbol) -> str | None:
    if symbol.section == "*UND*":
        return "a routine of another object, which is only called here"
    if symbol.local:
        return (
            "one that is local to it: of a procedure's own procedures, or a static one "
            "(replace the procedure that contains it)"
        )
    if not symbol.function or not symbol.defined:
        return "data"
    return None


def _routine(symbol: Symbol, chosen: Sequence[Symbol], source: ObjectFile, file: Path) -> Routine:
    module, name = _fortran_name(symbol)
    native = f"native_{module}_{name}" if module else f"native_{symbol.name}"
    debugging = debugging_of(symbol, source, file)
    callers = callers_of(symbol, chosen, source, file, debugging)
    return Routine(symbol.name, native, module, name, callers, interface_of(symbol, debugging))


def _fortran_name(symbol: Symbol) -> tuple[str | None, str]:
    """Module, if it is in the symbol, and procedure."""
    return module_and_name(symbol.name) or (None, symbol.name.removesuffix("_"))


def _check_missed(routines: tuple[Routine, ...], source: ObjectFile) -> None:
    missed = list(_missed(routines))
    if missed:
        wanted = "calls that the glue can catch"
        raise ArgumentError(mismatch(f"interpose: {source}", wanted, "; ".join(missed)))


def _missed(routines: tuple[Routine, ...]) -> Iterator[str]:
    for routine in routines:
        for text in routine.callers.missed:
            yield f"calls of {routine.symbol} that it cannot: {text}"


def _rewrite(file: Path, output: Path, routines: list[tuple[Symbol, Routine]]) -> None:
    """At once: nobody finds half an object."""
    options: list[str] = []
    for symbol, routine in routines:
        place = f"{symbol.section}:{symbol.value:#x}"
        options += ["--add-symbol", f"{routine.native}={place},function,global"]
        options.append(f"--weaken-symbol={symbol.name}")
    output.parent.mkdir(parents=True, exist_ok=True)
    with replacing(output) as part:
        run_tool("objcopy", *options, file, part)
