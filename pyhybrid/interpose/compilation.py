# SPDX-License-Identifier: BSD-3-Clause
"""How an object was compiled: what its debugging information tells, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .debugging import Entries, read_entries, routines_of
from .objects import ObjectFile, Symbol
from .tools import text_of_tool

_TABLE = re.compile(r"^RELOCATION RECORDS FOR \[([^]]+)\]:\n(.*?)(?=^RELOCATION|\Z)", re.M | re.S)
_PLACES = ".debug_info", ".debug_addr", ".debug_ranges", ".debug_rnglists"
_PLACE = re.compile(r"^[0-9a-f]+ R_\S+ +(\S+?)(?:\+0x([0-9a-f]+))?$", re.M)


def debugging_of(symbol: Symbol, source: ObjectFile, file: Path) -> Entries | None:
    """What objdump lists of it; none if it is elsewhere or leaves out the routine's code.

    It does where objects with and without ``-g`` were linked to one (``ld -r``). That of the
    routine is enough: no other compilation knew its code.
    """
    entries = read_entries(text_of_tool("objdump", "--dwarf=info", file))
    told = set(_places(text_of_tool("objdump", "-r", "-w", file)))
    begins = told & {(symbol.section, symbol.value), (symbol.name, 0)}
    elsewhere = any("dwo_name" in one.attributes for one in entries)
    return entries if routines_of(symbol.name, entries) and begins and not elsewhere else None


def _places(relocations: str) -> Iterator[tuple[str, int]]:
    """Section (or symbol) and offset of what debugging information refers to."""
    for name, table in _TABLE.findall(relocations):
        if name in _PLACES:
            yield from ((one[1], int(one[2] or "0", 16)) for one in _PLACE.finditer(table))


def calls_stand_alone(debugging: Entries | None, source: ObjectFile, file: Path) -> bool:
    """Whether the compiler took nothing from a routine's code for calls in the same file.

    GCC does, unless another definition may take the routine's place: where no value is kept in a
    register that the routine leaves alone (-fipa-ra), the stack is not aligned for a routine
    that needs none (-fipa-stack-alignment, also with -O0), and memory that the routine leaves
    alone is kept in registers or never written (-fipa-modref). LLVM keeps to the calling
    convention.
    """
    if debugging is None:
        return b"GCC: (" not in file.read_bytes() and ".comment" in source.sections
    producers = (one.attributes.get("producer") for one in debugging)
    return all(_is_replaceable(producer) for producer in producers if producer)


def _is_replaceable(producer: str) -> bool:
    """Whether the options of one compilation leave the choice of a definition to the linker."""
    words = producer.split()
    if words[:1] != ["GNU"] or words[1:2] == ["AS"]:
        return True
    position = [word for word in words if re.fullmatch(r"-f(no-)?(pic|pie)", word.lower())]
    return position[-1:] in (["-fPIC"], ["-fpic"]) and _interposes(words)


def _interposes(words: list[str]) -> bool:
    """-Ofast takes it back, wherever it stands."""
    chosen = [word for word in words if word.endswith("semantic-interposition")]
    return chosen[-1] == "-fsemantic-interposition" if chosen else "-Ofast" not in words
