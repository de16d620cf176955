# SPDX-License-Identifier: BSD-3-Clause
"""A picture of what `online` measured: what a block takes beyond its emulator."""

from __future__ import annotations

from typing import Any

from .drawing import room_for_note
from .goals import ratio
from .jobs import Json
from .online import NOTHING

_COLOURS = ("#0072B2", "#E69F00", "#009E73")  # of networks
_WIDTH, _BAR = 7.2, 0.8  # inches; of a group of bars


def shares(section: Json) -> dict[str, dict[str, float]]:
    """Per cent of the time without anything, by contender and network."""
    rows = [row for row in section["rows"] if row.get("contest") == "block" and "seconds" in row]
    alone = {row["network"]: row for row in rows if row["contender"] == NOTHING}
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        over = ratio(row, alone.get(row["network"]))
        if row["contender"] != NOTHING and not isinstance(over, str):
            found.setdefault(row["contender"], {})[row["network"]] = 100 * (over - 1)
    return found


def online(section: Json) -> Any:
    """Bars by contender, one for each network, and the goal of 5 %."""
    from matplotlib import pyplot

    found = shares(section)
    names = list(dict.fromkeys(name for by_network in found.values() for name in by_network))
    height = 0.5 * len(found) + 1.6
    figure, axes = pyplot.subplots(figsize=(_WIDTH, height), layout=room_for_note(height))
    for place, name in enumerate(names):
        offset, width = _BAR * ((place + 0.5) / len(names) - 0.5), _BAR / len(names)
        values = [by_network.get(name, 0.0) for by_network in found.values()]
        where = [row + offset for row in range(len(values))]
        colour = _COLOURS[place % len(_COLOURS)]
        bars = axes.barh(where, values, width, color=colour, label=name)
        axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=7)
    axes.axvline(5, color="black", linewidth=0.8, linestyle="--", label="goal of both together")
    axes.set_yticks(range(len(found)), found, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel("beyond the emulator alone [%], blocks of 64 columns x 60 levels", fontsize=9)
    figure.legend(loc="outside upper center", ncols=4, fontsize=9)
    return figure

