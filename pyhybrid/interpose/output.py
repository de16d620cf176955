# SPDX-License-Identifier: BSD-3-Clause
"""Where the copy of an object goes: what is there was made by the same call."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from .._words import mismatch
from ..errors import ArgumentError
from .objects import ObjectFile, Symbol, read_object

_NATIVE = "native_"


def check_output(output: Path, source: ObjectFile, natives: Collection[str]) -> None:
    """Whether nothing is lost by it.

    Parameters
    ----------
    output : Path
    source : ObjectFile
    natives : collection of str
        The symbols that the copy has besides those of the source.

    Raises
    ------
    ArgumentError
        If there is a file that is none of `interpose`'s, or in which other routines were replaced:
        by another call, or in another object of the same name.
    """
    if not output.is_file():
        return
    if output.samefile(source.path):
        raise ArgumentError(mismatch(f"interpose: {source}: output", "another file", "the same"))
    own = {one.name for one in source.symbols}
    there = {one.name for one in read_object(output, "").symbols if _is_native(one)} - own
    if not there:
        wanted = "a new file, or one that interpose wrote"
        raise ArgumentError(mismatch(f"interpose: output {output}", wanted, "another object"))
    lost = sorted(there - set(natives))
    if lost:
        wanted = "all routines of an object in one call, and another folder for another object"
        found = f"one that has {', '.join(lost)}"
        raise ArgumentError(mismatch(f"interpose: output {output}", wanted, found))


def _is_native(symbol: Symbol) -> bool:
    return symbol.name.startswith(_NATIVE) and symbol.defined and symbol.function
