# SPDX-License-Identifier: BSD-3-Clause
"""What an object or the members of an archive define, as ``objdump`` tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .._words import listed, mismatch, unknown
from ..errors import ArgumentError
from .tools import text_of_tool

_PART = re.compile(r"^(?P<name>.+?):\s+file format (?P<format>\S+)$", re.MULTILINE)
_SYMBOL = re.compile(
    r"^(?P<value>[0-9a-f]+) (?P<flags>.{7}) (?P<section>\S+)\t(?P<size>[0-9a-f]+)"
    r"(?: 0x[0-9a-f]+)? +(?:\.(?P<hidden>hidden|protected|internal) )?(?P<name>\S+)$",
    re.MULTILINE,
)
_MODULE_PROCEDURE = re.compile(r"__(\w+)_MOD_(\w+)|_QM(\w+)P(\w+)")  # gfortran, flang
_MEMBER = re.compile(r"(?P<archive>.+\.a)\((?P<member>[^()]+)\)")
_SECTION = re.compile(r"^ +\d+ (\S+) ", re.MULTILINE)


@dataclass(frozen=True)
class Symbol:
    """A name of an object.

    Attributes
    ----------
    name, section : str
        ``*UND*`` is the section of what the object only calls.
    value, size : int
        Where it begins in its section, and how long it is [bytes].
    flags : str
        The seven letters of objdump: ``l`` local, ``g`` global, ``w`` weak, ``F`` function.
    hidden : bool
        Whether libraries cannot replace it, so that the compiler knows its code.
    """

    name: str
    section: str
    value: int
    size: int
    flags: str
    hidden: bool

    @property
    def defined(self) -> bool:
        return self.section not in ("*UND*", "*COM*", "*ABS*")

    @property
    def local(self) -> bool:
        return self.flags[0] == "l"

    @property
    def function(self) -> bool:
        return self.flags[6] == "F"


@dataclass(frozen=True)
class ObjectFile:
    """One object: a file, or a member of an archive.

    Attributes
    ----------
    path : Path
        The file, or the archive.
    member : str or None
        In the archive.
    relocatable : bool
        Whether it can still be linked, unlike programs and shared libraries.
    sections : tuple of str
    symbols : tuple of Symbol
    """

    path: Path
    member: str | None
    relocatable: bool
    sections: tuple[str, ...]
    symbols: tuple[Symbol, ...]

    @property
    def name(self) -> str:
        """Of a file of its own."""
        return self.member or self.path.name

    def __str__(self) -> str:
        return f"{self.path}({self.member})" if self.member else str(self.path)


def read_object(source: str | Path, symbol: str) -> ObjectFile:
    """The object that `source` names: a file, ``libx.a(member.o)``, or an archive.

    Of an archive it is the member that defines `symbol` or the Fortran routine of that name.

    Raises
    ------
    ArgumentError
        If there is no such object, or it is none.
    """
    path, member = _split(str(source))
    found = list(_parts(path))
    if not _is_archive(path):
        return found[0]
    if member is None:
        member = _with_symbol(found, symbol, path)
    same = [part for part in found if part.member == member]
    if not same:
        raise ArgumentError(f"interpose: {path}: {unknown('member', member, _members(found))}")
    if len(same) > 1:
        message = mismatch(f"interpose: {path}({member})", "one member of that name", len(same))
        raise ArgumentError(message)
    return same[0]


def module_and_name(symbol: str) -> tuple[str, str] | None:
    """Of a procedure of a module, whose compiler put both into the symbol."""
    found = _MODULE_PROCEDURE.fullmatch(symbol)
    if found is None:
        return None
    module, name = (part for part in found.groups() if part)
    return module, name


def meant(routine: str, source: ObjectFile) -> tuple[Symbol, ...]:
    """What somebody calls so: the symbol, an external procedure, else procedures of modules."""
    named = {one.name: one for one in source.symbols}
    spelt = [name for name in (routine, f"{routine}_", f"{routine.lower()}_") if name in named]
    if spelt:
        return (named[spelt[0]],)
    parts = {name: module_and_name(name) for name in named}
    return tuple(
        one for name, one in named.items()
        if one.defined and not one.local and (parts[name] or ("", ""))[1] == routine.lower()
    )  # fmt: skip


def _split(source: str) -> tuple[Path, str | None]:
    found = _MEMBER.fullmatch(source)
    if found and not Path(source).exists():
        return Path(found["archive"]), found["member"]
    return Path(source), None


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) in (b"!<arch>\n", b"!<thin>\n")


def _parts(path: Path) -> Iterator[ObjectFile]:
    """Each object of the file."""
    if not path.is_file():
        raise ArgumentError(mismatch(f"interpose: {path}", "a file", "none"))
    _refuse_bitcode(path)
    try:
        text = text_of_tool("objdump", "-f", "-h", "-t", "-w", path)
    except ArgumentError as error:
        found = error.message.rpartition("found ")[2]
        raise ArgumentError(mismatch(f"interpose: {path}", "an object or archive", found)) from None
    starts = list(_PART.finditer(text))
    if not starts:
        raise ArgumentError(mismatch(f"interpose: {path}", "an object", "an archive without any"))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        member = start["name"] if _is_archive(path) else None
        yield _read(path, member, text[start.end() : end])


def _refuse_bitcode(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == b"BC\xc0\xde":
            wanted = "machine code (compile with -fno-lto)"
            raise ArgumentError(mismatch(f"interpose: {path}", wanted, "LLVM's bitcode"))


def _read(path: Path, member: str | None, text: str) -> ObjectFile:
    symbols = tuple(
        Symbol(m["name"], m["section"], int(m["value"], 16), int(m["size"], 16), m["flags"],
               m["hidden"] is not None)
        for m in _SYMBOL.finditer(text)
    )  # fmt: skip
    relocatable = not re.search(r"\b(EXEC_P|DYNAMIC)\b", text)
    return ObjectFile(path, member, relocatable, tuple(_SECTION.findall(text)), symbols)


def _with_symbol(parts: list[ObjectFile], symbol: str, archive: Path) -> str | None:
    """The first one, as for a linker; of procedures of modules the only one."""
    members = []
    for part in parts:
        own = [one for one in meant(symbol, part) if one.defined and not one.local]
        if own and not module_and_name(own[0].name):
            return part.member
        members += [part.member or ""] if own else []
    if len(members) != 1:
        wanted = f"{'one' if members else 'a'} member that defines {symbol!r}"
        found = listed(members) if members else f"none of {len(parts)}"
        raise ArgumentError(mismatch(f"interpose: {archive}", wanted, found))
    return members[0]


def _members(parts: list[ObjectFile]) -> list[str]:
    return [part.member or "" for part in parts]
