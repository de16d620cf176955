# SPDX-License-Identifier: BSD-3-Clause
"""The board as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .._words import mismatch
from ..errors import ArgumentError, PluginError

# Okabe and Ito's colours, told apart by those who do not see red or green.
_SKILLS = {
    "r2_linear_mean": ("tendency", "#0072B2"),
    "r2_log_state_mean": ("ln state", "#E69F00"),
    "r2_signed_log_mean": ("signed ln tendency", "#009E73"),
}
_LOWEST = -0.2  # of the axis of R2
_DPI = 150
_NONE = "-"  # what has no number


def check_picture(path: Path) -> None:
    """Sees that there is what draws such a file.

    Raises
    ------
    PluginError
        If matplotlib is missing.
    ArgumentError
        If it does not know the suffix.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise PluginError("board: pictures: expected matplotlib, found none") from error
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in known:
        wanted = f"a suffix of {', '.join(known)}"
        raise ArgumentError(mismatch(f"board: picture {path}", wanted, suffix or "none"))


def draw(results: dict[str, Any], path: Path) -> Path:
    """Draws skill, conservation, positivity and time of all rows into a file.

    Raises
    ------
    PluginError, ArgumentError
        That of `check_picture`.
    """
    check_picture(path)
    from matplotlib import pyplot

    rows = results["rows"]
    figure, axes = pyplot.subplots(
        1, 4, figsize=(12, 0.55 * len(rows) + 1.6), width_ratios=(2.2, 1, 1, 1), sharey=True
    )
    _skill(axes[0], rows)
    _bars(axes[1], rows, "mass_error_max", "largest mass error", 1e-17)
    _bars(axes[2], rows, "negative_fraction", "negative values", 1e-7)
    _time(axes[3], rows, results["native"].get("us_per_box"))
    axes[0].set_yticks(range(len(rows)), [_label(row) for row in rows])
    axes[0].invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, dpi=_DPI)
    pyplot.close(figure)
    return path


def _label(row: dict[str, Any]) -> str:
    if row["error"]:
        return f"{row['name']} (failed)"
    return f"{row['name']} (ours)" if row["default"] else row["name"]


def _skill(axis: Any, rows: list[dict[str, Any]]) -> None:
    for place, (key, (label, colour)) in enumerate(_SKILLS.items()):
        at = [index + (place - 1) * 0.26 for index in range(len(rows))]
        values = [row.get(key) for row in rows]
        axis.barh(at, [max(v or 0.0, _LOWEST) for v in values], 0.24, label=label, color=colour)
        for y, value in zip(at, values, strict=True):
            axis.text(max(value or 0.0, 0.0) + 0.01, y, _skilled(value), va="center", fontsize=6)
    axis.set_xlim(_LOWEST, 1.2)
    axis.axvline(0.0, color="black", linewidth=0.5)
    axis.set_xlabel("mean R2 of")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=7, frameon=False)


def _skilled(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:.3f}" if value > _LOWEST else f"< {_LOWEST}: {value:.2g}"


def _bars(axis: Any, rows: list[dict[str, Any]], key: str, title: str, least: float) -> None:
    values = [row.get(key) for row in rows]
    sizes = [max(value or 0.0, least) for value in values]
    axis.barh(range(len(rows)), sizes, 0.6, color="#56B4E9")
    axis.set_xscale("log")
    largest = max(*sizes, 1.0)
    axis.set_xlim(least, largest * (largest / least) ** 0.35)  # and the text
    for y, (size, value) in enumerate(zip(sizes, values, strict=True)):
        axis.text(size * 1.5, y, _small(value), va="center", fontsize=7)
    axis.set_xlabel(title)


def _small(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:.0e}" if value else "0"


def _time(axis: Any, rows: list[dict[str, Any]], native: float | None) -> None:
    """At the call site; of packed arrays, paler, where a contender has no call site."""
    values = [row.get("us_per_box") or row.get("us_per_box_packed") for row in rows]
    for y, (row, value) in enumerate(zip(rows, values, strict=True)):
        alpha = 1.0 if row.get("us_per_box") else 0.4
        axis.barh(y, value or 0.0, 0.6, color="#CC79A7", alpha=alpha)
        text = _NONE if value is None else f"{value:.2f}"
        axis.text(value or 0.0, y, f" {text}", va="center", fontsize=7)
    if native is not None:
        axis.axvline(native, color="black", linestyle="--", linewidth=1, label="native M7")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=7, frameon=False)
    known = [value for value in (*values, native) if value]
    axis.set_xlim(0.0, 1.3 * max(known, default=1.0))
    axis.set_xlabel("time per box [us]")
