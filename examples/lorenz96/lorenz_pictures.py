# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of climates: distribution of X, what it differs by, memory, X along time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from lorenz_climate import EDGES, LARGE, Climate, read_output


def _panels(columns: int) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot.subplots(1, columns, figsize=(5 * columns, 4), layout="constrained")


def _save(figure: Any, target: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(target, dpi=90)
    pyplot.close(figure)


def draw_climates(climates: dict[str, Climate], target: Path) -> None:
    """Distributions, their differences from the first one's, autocorrelations."""
    figure, (whole, gaps, memory) = _panels(3)
    middle = (EDGES[1:] + EDGES[:-1]) / 2
    truth = next(iter(climates.values()))
    for place, (name, climate) in enumerate(climates.items()):
        style = {"color": "k" if place == 0 else f"C{place}", "label": name}
        whole.plot(middle, climate.density, **style)
        gaps.plot(middle, climate.density - truth.density, **style)
        memory.plot(climate.lags, climate.autocorrelation, **style)
    seen = truth.density > 0
    whole.set(title="distribution of X", xlabel="X", xlim=(middle[seen][0], middle[seen][-1]))
    gaps.set(title="minus the first one's", xlabel="X", xlim=whole.get_xlim())
    memory.set(title="autocorrelation of X", xlabel="lag, MTU")
    whole.legend()
    _save(figure, target)


def draw_run(output: Path, target: Path) -> None:
    """X of the first member by place and time, and its distribution over all members."""
    times, x = read_output(output)
    figure, (field, whole) = _panels(2)
    shown = times <= times[0] + 10
    field.pcolormesh(times[shown], np.arange(1, LARGE + 1), x[shown, :LARGE].T, cmap="RdBu_r")
    field.set(title="X of the first member", xlabel="time, MTU", ylabel="place")
    whole.hist(x.ravel(), EDGES, density=True, color="k", histtype="step")
    whole.set(title="distribution of X", xlabel="X", xlim=(x.min(), x.max()))
    _save(figure, target)
