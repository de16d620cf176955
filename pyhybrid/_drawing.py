# SPDX-License-Identifier: BSD-3-Clause
"""What pictures of pages have in common."""

from __future__ import annotations

import io
from typing import Any

# Okabe and Ito's colours, told apart by those who do not see red or green.
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#BBBBBB",
)  # fmt: skip
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY)
_DPI = 110
_WIDTH = 8.0  # inches
# Of labels; the exponent of an axis has that of its numbers.
_SIZES: Any = {"axes.labelsize": 8, "xtick.labelsize": 7, "ytick.labelsize": 7}


def png(figure: Any) -> bytes:
    """The picture; the figure is gone."""
    from matplotlib import pyplot

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DPI)
    pyplot.close(figure)
    return file.getvalue()


def page_figure(rows: int, columns: int, height: float, **options: Any) -> tuple[Any, Any]:
    """A figure as wide as a page, and its axes (row, column)."""
    from matplotlib import pyplot

    with pyplot.rc_context(_SIZES):
        return pyplot.subplots(
            rows, columns, figsize=(_WIDTH, height), layout="constrained", squeeze=False, **options
        )


def colour_bar(figure: Any, image: Any, axes: Any, label: str = "", **options: Any) -> None:
    """Says what the colours of an image mean, in the sizes that its axes have."""
    from matplotlib import pyplot

    with pyplot.rc_context(_SIZES):
        figure.colorbar(image, ax=axes, label=label, **options)
