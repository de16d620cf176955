# SPDX-License-Identifier: BSD-3-Clause
"""Who calls a routine within its own object, and which of these calls another one cannot catch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from .compilation import calls_stand_alone
from .debugging import Entries, routines_of
from .objects import ObjectFile, Symbol
from .tools import text_of_tool

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_RELOCATION = re.compile(r"\t[0-9a-f]+: (R_\S+)\s+(\S+?)([+-]0x[0-9a-f]+)?$")
_TARGET = re.compile(r"^\s+[0-9a-f]+:\s.*\s<([^<>+]+)>$")
_CLONES = r"(constprop|isra|part|specialized)(\.\d+)?"
_ARGUMENT_STORED = re.compile(r"\tmov +%[er]di,-0x[0-9a-f]+\(%r[bs]p\)|\tstr\t[wx]0, \[sp")
_KEEPS_CALLS = "-g -fPIC -fsemantic-interposition"  # GCC; the last is what -Ofast takes back
_REMEDY = f"compile with {_KEEPS_CALLS} (flang: -g -O0)"
_FIRST = 8  # lines of a routine in which it does so
_BEHIND = 4  # bytes from where a relative address of x86 is written to where it counts from


@dataclass(frozen=True)
class Callers:
    """The calls of a routine in its own object.

    Attributes
    ----------
    caught : dict of str to int
        Calls through the symbol, by the function they are in.
    missed : tuple of str
        What goes to the native code whatever is linked, or relies on that it does, and how to
        compile it so that it does not.
    recursive : bool
        Whether the routine calls itself: through the symbol, so by way of the glue.
    sees_inlining : bool
        Whether the object tells what was inlined: it has debugging information of the routine.
    """

    caught: dict[str, int]
    missed: tuple[str, ...]
    recursive: bool
    sees_inlining: bool


def callers_of(
    symbol: Symbol,
    asked: Collection[Symbol],
    source: ObjectFile,
    file: Path,
    debugging: Entries | None,
) -> Callers:
    """Of a symbol of the object `source`, whose code is in `file`; all those `asked` get glue."""
    listing = text_of_tool("objdump", "-d", "-r", "-w", file)
    caught, direct = _calls(symbol, listing)
    recursive = caught.pop(symbol.name, 0) > 0
    missed = [*_direct(direct), *_cloned(symbol, source), *_aliased(symbol, asked, source)]
    missed += _unseen(symbol, source, listing) if debugging is None else _inlined(symbol, debugging)
    if symbol.hidden or not calls_stand_alone(debugging, source, file):
        missed += _relying(caught, symbol.hidden)
    return Callers(dict(caught), tuple(missed), recursive, debugging is not None)


def _calls(symbol: Symbol, listing: str) -> tuple[Counter[str], Counter[str]]:
    """Those through the symbol, and those that the assembler has resolved already."""
    caught: Counter[str] = Counter()
    direct: Counter[str] = Counter()
    function = ""
    for line in listing.splitlines():
        head, relocation, target = (
            pattern.search(line) for pattern in (_FUNCTION, _RELOCATION, _TARGET)
        )
        function = head[1] if head else function
        if relocation and relocation[2] == symbol.name:
            caught[function] += 1
        elif function != symbol.name and (
            _leads_to(symbol, relocation) if relocation else target and target[1] == symbol.name
        ):
            direct[function] += 1
    return caught, direct


def _leads_to(symbol: Symbol, relocation: re.Match[str]) -> bool:
    """Whether one that counts from the section's beginning does."""
    behind = _BEHIND if re.match(r"R_X86_64_P(C|LT)32", relocation[1]) else 0
    place = int(relocation[3] or "0", 16) + behind
    return relocation[2] == symbol.section and place == symbol.value


def _direct(direct: Counter[str]) -> Iterator[str]:
    for caller, count in direct.items():
        yield (
            f"{count} in {caller}, which the assembler has resolved, as it does with calls at a "
            f"procedure's end: compile with {_KEEPS_CALLS}"
        )


def _cloned(symbol: Symbol, source: ObjectFile) -> Iterator[str]:
    """Copies that the compiler made for callers in the same file."""
    for one in source.symbols:
        found = re.fullmatch(rf"{re.escape(symbol.name)}\.{_CLONES}", one.name)
        if found:
            yield (
                f"those of its copy {one.name}, which the compiler made for calls in the same file:"
                f" {_REMEDY}"
            )


def _aliased(symbol: Symbol, asked: Collection[Symbol], source: ObjectFile) -> Iterator[str]:
    """Other names of its code: an alias, or an equal routine that GCC left out."""
    for one in source.symbols:
        same = (one.section, one.value) == (symbol.section, symbol.value)
        if same and one.function and one.name != symbol.name and one not in asked:
            yield (
                f"those of {one.name}, another name of its code: replace it as well, or compile "
                "with -fno-ipa-icf where these are two routines that GCC found equal"
            )


def _relying(caught: Counter[str], hidden: bool) -> Iterator[str]:
    more = " -fvisibility=default" if hidden else ""
    for caller, count in caught.items():
        yield (
            f"{count} in {caller}, which may rely on registers, stack and memory that the native "
            f"code leaves alone: compile with {_KEEPS_CALLS}{more}"
        )


def _unseen(symbol: Symbol, source: ObjectFile, listing: str) -> Iterator[str]:
    """Other code in which the routine may be inlined, whether or not it calls it besides."""
    places = {(symbol.section, symbol.value)}
    parts = re.compile(rf"{re.escape(symbol.name)}\.(cold|{_CLONES})(\.\d+)?")
    others = [one.name for one in source.symbols
              if one.function and one.defined and (one.section, one.value) not in places
              and not parts.fullmatch(one.name)]  # fmt: skip
    if others and not _is_unoptimised(symbol, listing):
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        yield (
            f"any that are inlined in {others[0]}{more}, of which an optimised object "
            "without debugging information of it tells nothing: compile with -g (GCC: -g "
            "-fno-ipa-icf, else equal routines are one there)"
        )


def _is_unoptimised(symbol: Symbol, listing: str) -> bool:
    """Whether the routine begins by storing its first argument on the stack, as with -O0."""
    _, _, code = listing.partition(f" <{symbol.name}>:\n")
    return any(map(_ARGUMENT_STORED.search, code.splitlines()[:_FIRST]))


def _inlined(symbol: Symbol, debugging: Entries) -> Iterator[str]:
    routines = {one.place for one in routines_of(symbol.name, debugging)}
    count = sum(one.tag == "inlined_subroutine" and one.reference("abstract_origin") in routines
                for one in debugging)  # fmt: skip
    if count:
        yield f"{count} inlined in the same file: {_REMEDY}"
