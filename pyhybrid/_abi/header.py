# SPDX-License-Identifier: BSD-3-Clause
"""Reads ``hybrid.h``, so that no second copy of it exists in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import cffi

from .._words import mismatch, unknown
from ..errors import ArgumentError, PluginError

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "include", _PACKAGE.parent / "bridge" / "include")  # installed, checkout


def header_path() -> Path:
    """Where ``hybrid.h`` lies: in the installed package, or in the checkout around it."""
    for place in _PLACES:
        if (place / "hybrid.h").is_file():
            return place / "hybrid.h"
    raise PluginError(mismatch("pyhybrid", f"hybrid.h in {_PLACES[0]}", "no such file"))


def declarations(header: str) -> str:
    """What CFFI reads of a header: no preprocessor lines, ``extern "C"`` or ``HYB_API``."""
    header = re.sub(r"#ifdef __cplusplus\n.*?#endif", "", header, flags=re.DOTALL)
    header = re.sub(r"^\s*#(?:.*\\\n)*.*$", "", header, flags=re.MULTILINE)
    return header.replace("HYB_API ", "")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Makes something when it is first asked for, once though several threads ask at a time."""
    lock = Lock()
    made: list[T] = []

    @wraps(make)
    def get() -> T:
        if not made:
            with lock:
                if not made:
                    made.append(make())
        return made[0]

    get.made = made  # type: ignore[attr-defined]  # empty as long as nobody asked
    return get


@once  # types of one instance are strange to another
def ffi() -> Any:  # the types of its objects are those of hybrid.h, unknown to a type checker
    """The types of ``hybrid.h``."""
    interface = cffi.FFI()
    interface.cdef(declarations(header_path().read_text(encoding="utf-8")))
    return interface


@cache
def enumeration(name: str) -> dict[str, int]:
    """The names and values of an enum of ``hybrid.h``, such as ``"hyb_status"``."""
    names = ffi().typeof(f"enum {name}").relements
    return dict(sorted(names.items(), key=itemgetter(1)))


@cache
def _words(name: str) -> dict[str, int]:
    return {key.removeprefix("HYB_").lower(): value for key, value in enumeration(name).items()}


def word_value(name: str, word: str) -> int:
    """The value of an enum for its word in small letters: ``("hyb_role", "state")``.

    Raises
    ------
    ArgumentError
        If there is no such word; the message names the nearest one.
    """
    if word not in _words(name):
        raise ArgumentError(unknown(name.removeprefix("hyb_"), word, _words(name)))
    return _words(name)[word]
