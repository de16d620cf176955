# SPDX-License-Identifier: BSD-3-Clause
"""The two forms of every message, the same as in the library's core."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def mismatch(what: str, expected: object, found: object) -> str:
    """``"<what>: expected <expected>, found <found>"``."""
    return f"{what}: expected {expected}, found {found}"


def unknown(what: str, word: object, known: Iterable[str]) -> str:
    """``"unknown <what> 'word'; did you mean 'x'? (known: ...)"``."""
    words = list(known)
    (nearest,) = get_close_matches(str(word), words, n=1, cutoff=0.0)
    return f"unknown {what} {word!r}; did you mean {nearest!r}? (known: {listed(words)})"


def listed(words: Iterable[str]) -> str:
    """``"'a', 'b' and 'c'"``."""
    *first, last = (repr(word) for word in words)
    return f"{', '.join(first)} and {last}" if first else last
