# SPDX-License-Identifier: BSD-3-Clause
"""The roofline: what one core can do, and how near the backends come."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator
from typing import Any

from .drawing import STYLES, plain_log, room_for_note, style_of
from .jobs import Json
from .tables import label

_MARKERS = {"mlp": "o", "m7": "s", "gru": "^", "conv": "D"}
_OTHER_MARKERS = ("P", "X", "*", "v", "<", ">", "p", "h")  # users' files


def roofline(section: Json) -> Any:
    """The picture; there is a rate of products and a network that tells its FLOP."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8.6, 5.2), layout=room_for_note(5.2))
    best = best_rates(section)
    intensities = {name: _intensity(section["networks"][name]) for _, name in best}
    markers = dict(zip(intensities, _markers(intensities), strict=True))
    _ceilings(axes, section, intensities.values(), best.values())
    for (contender, name), rate in best.items():
        hollow = contender == "plain"
        colour, place = style_of(contender)[0], _beside(contender)
        style: dict[str, Any] = {"markersize": 9, "mfc": "none" if hollow else colour}
        axes.plot(place * intensities[name], rate, markers[name], color=colour, **style)
    axes.set_xlabel("arithmetic intensity [FLOP per byte of the host's real64 arrays]")
    axes.set_ylabel("matrix products [GFLOP/s]")
    axes.set_title(_roofline_title(section, intensities), fontsize=10)
    _legends_beside(figure, best, markers)
    return figure


def _roofline_title(section: Json, shown: Container[str]) -> str:
    title = "What one core can do, and each backend at its best block (set side by side)"
    measured = dict.fromkeys(row["network"] for row in section["rows"] if "seconds" in row)
    without = ", ".join(name for name in measured if name not in shown)
    return f"{title}\nwithout {without}: number of operations unknown" if without else title


def _beside(contender: str) -> float:
    """Backends of a network stand side by side: some are as fast as others."""
    places = list(STYLES)
    place = places.index(contender) if contender in places else len(places)
    return float(1.035 ** (place - 2))


def best_rates(section: Json) -> dict[tuple[str, str], float]:
    """[GFLOP s-1] by contender and network, at the best block; of networks that tell their FLOP."""
    best: dict[tuple[str, str], float] = {}
    for row in section["rows"]:
        flops = section["networks"][row["network"]]["flops"]
        if flops and "seconds" in row and row["contender"] != "products":
            key = row["contender"], row["network"]
            best[key] = max(1e-9 * flops * row["block"] / row["seconds"], best.get(key, 0))
    return best


def _intensity(network: Json) -> float:
    """FLOP of the products over the bytes that the host's real64 arrays have [FLOP bytes-1]."""
    return float(network["flops"] / (8 * network["values"]))


def _markers(names: Iterable[str]) -> Iterator[str]:
    """The built-in networks have theirs in every picture."""
    others = itertools.cycle(_OTHER_MARKERS)
    for name in names:
        yield _MARKERS.get(name) or next(others)


def _ceilings(axes: Any, section: Json, x: Iterable[float], y: Iterable[float]) -> None:
    rates, library = section["roofline"], section["library"]["name"]
    peak, copy = rates["products"] / 1e9, rates["copy"] / 1e9
    corner = peak / copy
    plain_log(axes, "x", [corner / 3, 3 * corner, *x])
    plain_log(axes, "y", [peak / 5, 1.2 * peak, *y])
    low, high = axes.get_xlim()
    axes.plot([low, corner, high], [low * copy, peak, peak], color="black", linewidth=1.5)
    style = {"textcoords": "offset points", "fontsize": 9}
    told = f"matrix products, {library}: {peak:.0f} GFLOP/s"
    axes.annotate(told, (high, peak), (-4, 5), ha="right", **style)
    axes.annotate(f"copy: {copy:.0f} GB/s", (corner / 2, peak / 2), (8, -8), **style)
    axes.grid(True, which="major", color="0.93", linewidth=0.6)
    axes.set_axisbelow(True)


def _legends_beside(figure: Any, best: Iterable[tuple[str, str]], markers: dict[str, str]) -> None:
    """Backends by colour, networks by marker, where nothing is covered."""
    backends = dict.fromkeys(contender for contender, _ in best)
    colours = [
        _sample(label(one, {}), "s", style_of(one)[0], one == "plain")
        for one in backends
    ]
    shapes = [_sample(name, marker, "0.4") for name, marker in markers.items()]
    style = {"fontsize": 9, "alignment": "left"}
    figure.legend(handles=colours, loc="outside right upper", title="backend", **style)
    figure.legend(handles=shapes, loc="outside right lower", title="network", **style)


def _sample(text: str, marker: str, colour: str, hollow: bool = False) -> Any:
    from matplotlib.lines import Line2D

    style: dict[str, Any] = {"linestyle": "", "markersize": 8, "color": colour, "label": text}
    return Line2D([], [], marker=marker, mfc="none" if hollow else colour, **style)
