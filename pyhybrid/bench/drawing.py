# SPDX-License-Identifier: BSD-3-Clause
"""What all pictures have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

# Okabe and Ito's colours, told apart by those who do not see red or green.
STYLES = {
    "plain": ("black", "s", "--"),
    "torchscript": ("#E69F00", "o", "-"),
    "aoti": ("#56B4E9", "^", "-"),
    "aoti frozen": ("#CC79A7", "v", "-"),
    "builtin": ("#0072B2", "D", "-"),
    "products": ("#666666", None, ":"),
}
OTHER = ("#009E73", "X", "-")  # backends that only users' files have


def style_of(contender: str) -> tuple[str, str | None, str]:
    """Colour, marker and line."""
    return STYLES.get(contender, OTHER)


def room_for_note(height: float) -> Any:
    """A layout that leaves a line of text free, in a figure of so many inches."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    low = 0.24 / height
    return ConstrainedLayoutEngine(rect=(0, low, 1, 1 - low))


def plain_log(axes: Any, which: str, values: Iterable[float]) -> None:
    """A logarithmic axis with plain numbers at 1, 2 and 5, from one of them to another."""
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}lim")(*_ends(list(values)))
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The nearest of 1, 2 and 5 times powers of ten beyond all values, not just beside one."""
    low, high = min(values) / 1.05, max(values) * 1.05
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [one * 10.0**decade for decade in decades for one in (1, 2, 5)]
    return max(s for s in steps if s <= low), min(s for s in steps if s >= high)
