# SPDX-License-Identifier: BSD-3-Clause
"""The entries of an object's debugging information, as ``objdump`` lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ENTRY = re.compile(r"^ *<([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \(DW_TAG_(\w+)\)")
_READ = "name|linkage_name|abstract_origin|type|artificial|external|declaration|producer|dwo_name"
_ATTRIBUTE = re.compile(rf"DW_AT_(?:GNU_)?({_READ})\s*:\s*(?:\(.*?\): )?(.*?)\s*$")
_REFERENCE = re.compile(r"<(?:0x)?([0-9a-f]+)>")


@dataclass(frozen=True)
class Entry:
    """Of one thing: a routine, an argument, a type.

    Attributes
    ----------
    place : str
        By which others refer to it.
    depth : int
        0 of a whole compilation; what is within something is one deeper.
    tag : str
        What it is, such as ``subprogram``.
    attributes : dict of str to str
        Those that are of use here, as they are listed.
    """

    place: str
    depth: int
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)

    def reference(self, attribute: str) -> str | None:
        """The place of the entry that an attribute refers to."""
        found = _REFERENCE.match(self.attributes.get(attribute, ""))
        return found[1] if found else None


Entries = list[Entry]  # in the order of the object, of all its compilations


def read_entries(listing: str) -> Entries:
    """Of ``objdump --dwarf=info``."""
    entries: Entries = []
    entry = Entry("", 0, "")
    for line in listing.splitlines():
        head, attribute = _ENTRY.match(line), _ATTRIBUTE.search(line)
        if head:
            entry = Entry(head[2], int(head[1], 16), head[3])
            entries.append(entry)
        elif attribute:
            entry.attributes[attribute[1]] = attribute[2]
    return entries


def routines_of(symbol: str, entries: Entries) -> list[Entry]:
    """Those about the routine whose symbol it is; without a linkage name its name is the symbol."""
    return [
        one for one in entries
        if one.tag == "subprogram"
        and symbol in (one.attributes.get("linkage_name"), one.attributes.get("name"))
    ]  # fmt: skip
