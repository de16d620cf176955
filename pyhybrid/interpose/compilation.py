# SPDX-License-Identifier: BSD-3-Clause
"""How an object was compiled: what its debugging information tells, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .objects import ObjectFile, Symbol
from .tools import text_of_tool

_TABLE = re.compile(r"^RELOCATION RECORDS FOR \[([^]]+)\]:\n(.*?)(?=^RELOCATION|\Z)", re.M | re.S)
_PLACES = ".debug_info", ".debug_addr", ".debug_ranges", ".debug_rnglists"
_PLACE = re.compile(r"^[0-9a-f]+ R_\S+ +(\S+?)(?:\+0x([0-9a-f]+))?$", re.M)
_PRODUCER = re.compile(r"DW_AT_producer\s*:\s*(?:\(.*?\): )?(.*)$", re.M)
_ENTRY = re.compile(r"^ *<[0-9a-f]+><([0-9a-f]+)>: Abbrev Number: \d+ \(DW_TAG_(\w+)\)")
_ATTRIBUTE = re.compile(r"DW_AT_(linkage_name|name|abstract_origin)\s*:.*?([^\s:<>]+)>?\s*$")


def debugging_of(symbol: Symbol, source: ObjectFile, file: Path) -> str | None:
    """What objdump lists of it; none if it is elsewhere or leaves out the routine's code.

    It does where objects with and without ``-g`` were linked to one (``ld -r``). That of the
    routine is enough: no other compilation knew its code.
    """
    listing = text_of_tool("objdump", "--dwarf=info", file)
    routines, _ = entries_of(symbol, listing)
    told = set(_places(text_of_tool("objdump", "-r", "-w", file)))
    begins = told & {(symbol.section, symbol.value), (symbol.name, 0)}
    return listing if routines and begins and "dwo_name" not in listing else None


def entries_of(symbol: Symbol, debugging: str) -> tuple[set[str], list[str]]:
    """Places of those about the routine, and those of which anything is an inlined copy."""
    place, tag = "", ""
    routines, origins = set(), []
    for line in debugging.splitlines():
        entry, attribute = _ENTRY.match(line), _ATTRIBUTE.search(line)
        if entry:
            place, tag = entry[1], entry[2]
        elif attribute and tag == "subprogram" and attribute[2] == symbol.name:
            routines.add(place)
        elif attribute and tag == "inlined_subroutine" and attribute[1] == "abstract_origin":
            origins.append(attribute[2].removeprefix("0x"))
    return routines, origins


def _places(relocations: str) -> Iterator[tuple[str, int]]:
    """Section (or symbol) and offset of what debugging information refers to."""
    for name, table in _TABLE.findall(relocations):
        if name in _PLACES:
            yield from ((one[1], int(one[2] or "0", 16)) for one in _PLACE.finditer(table))


def calls_stand_alone(debugging: str | None, source: ObjectFile, file: Path) -> bool:
    """Whether the compiler took nothing from a routine's code for calls in the same file.

    GCC does, unless another definition may take the routine's place: where no value is kept in a
    register that the routine leaves alone (-fipa-ra), the stack is not aligned for a routine
    that needs none (-fipa-stack-alignment, also with -O0), and memory that the routine leaves
    alone is kept in registers or never written (-fipa-modref). LLVM keeps to the calling
    convention.
    """
    if debugging is None:
        return b"GCC: (" not in file.read_bytes() and ".comment" in source.sections
    return all(map(_is_replaceable, _PRODUCER.findall(debugging)))


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
