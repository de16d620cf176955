# SPDX-License-Identifier: BSD-3-Clause
"""Units as files write them, in one spelling."""

from __future__ import annotations

import re

_DIVISOR = re.compile(r"\s*/\s*([A-Za-z]+)(\d*)")


def plain(unit: str) -> str:
    """``"kg/m2/s"`` and ``"kg m**-2 s**-1"`` as ``"kg m-2 s-1"``."""
    words = unit.replace("**", "").replace("^", "")
    return " ".join(_DIVISOR.sub(lambda one: f" {one[1]}-{one[2] or 1}", words).split())


def times_second(unit: str) -> str:
    """What a rate in this unit adds up to in a second, plain: ``"kg m-2"``, ``"J m-2"``."""
    words = plain(unit).split()
    if "s-1" in words:
        words.remove("s-1")
    elif "W" in words:
        words[words.index("W")] = "J"
    else:
        words.append("s")
    return " ".join(words)
