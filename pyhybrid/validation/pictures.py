# SPDX-License-Identifier: BSD-3-Clause
"""A validation as pictures; `levels.py`, `maps.py` and `sensitivity_pictures.py` draw some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._drawing import COLOURS, GREY, colour_bar, page_figure, png
from .totals import CHANGE

Json = dict[str, Any]
_MOST = 8  # panels of a picture
_LINES = 6  # species that are drawn as lines; more are an image


def field_pictures(result: Json, name: str) -> Iterator[tuple[str, bytes]]:
    """Pairs of a title and a PNG, of one output of all emulators."""
    fields = {
        emulator: one["field"][name]
        for emulator, one in result["emulators"].items()
        if "rows" in one["field"].get(name, {})
    }
    makers = {
        "1 - R2, bias and RMSE by level (level 1 is the first of the host)": _profiles,
        "Quantiles of all values, emulated over native": _quantiles,
        "Mean error and RMSE by the size of the native value, in equal parts of all values": _parts,
        "Ranks of the native value among the members: flat where they spread as they err": _ranks,
    }
    for title, maker in makers.items():
        figure = maker(fields) if fields else None
        if figure is not None:
            yield title, png(figure)


def split_pictures(result: Json) -> Iterator[tuple[str, bytes]]:
    """R2 of each output in each part of the split."""
    for emulator, one in result["emulators"].items():
        parts = one["split"]
        names = [name for name, field in one["field"].items() if "r2" in field]
        if parts and names:
            yield f"{emulator}: 1 - R2 of each part (less is better)", png(_split(parts, names))


def _rows(field: Json, key: str) -> np.ndarray:
    """(level, species), NaN where there is none."""
    return np.array(field["rows"][key], dtype=float)


def _profiles(fields: dict[str, Json]) -> Any:
    one = next(iter(fields.values()))
    if one["levels"] == 1 and one["species"] == 1:
        return None
    if one["species"] > _LINES:
        return _images(fields)
    figure, axes = page_figure(1, 3, 3.6)
    for axis, (key, label) in zip(axes.flat, _labels(one).items(), strict=True):
        _lines(axis, fields, key)
        axis.set_xlabel(label, fontsize=8)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=8,
                      frameon=False)  # fmt: skip
    return figure


def _labels(field: Json) -> dict[str, str]:
    unit = field["unit"]
    return {"r2": "1 - R2 (less is better)", "bias": f"bias [{unit}]", "rmse": f"RMSE [{unit}]"}


def _lines(axis: Any, fields: dict[str, Json], key: str) -> None:
    number = 0
    for emulator, field in fields.items():
        rows = _lacking(_rows(field, key)) if key == "r2" else _rows(field, key)
        for species in range(rows.shape[1]):
            label = _line_name(emulator, species, len(fields), rows.shape[1])
            axis.plot(rows[:, species], np.arange(1, len(rows) + 1), ".-", markersize=4,
                      linewidth=1, color=COLOURS[number % len(COLOURS)], label=label)  # fmt: skip
            number += 1
    axis.set_ylim(len(rows) + 0.5, 0.5)
    axis.set_ylabel("level", fontsize=8)
    axis.tick_params(labelsize=8)
    if key == "r2" and any(line.get_xdata().count() for line in axis.lines):
        _in_decades(axis)
    else:
        axis.locator_params(axis="x", nbins=4)
    if key == "bias":
        axis.axvline(0, color=GREY, linewidth=0.8)


def _in_decades(axis: Any) -> None:
    """Whole ones, as labels within a part of one would lie on each other."""
    axis.set_xscale("log")
    low, high = np.log10(axis.get_xlim())
    axis.set_xlim(10 ** np.floor(low), 10 ** np.ceil(high))
    axis.xaxis.set_minor_formatter("")


def _line_name(emulator: str, species: int, emulators: int, count: int) -> str:
    names = [emulator] if emulators > 1 or count == 1 else []
    return ", ".join(names + ([f"species {species + 1}"] if count > 1 else []))


def _images(fields: dict[str, Json]) -> Any:
    """What an emulator lacks to R2 = 1, level over species."""
    from matplotlib.colors import LogNorm

    figure, axes = page_figure(len(fields), 1, 3.4 * len(fields))
    for axis, (emulator, field) in zip(axes.flat, fields.items(), strict=True):
        lacking = _lacking(_rows(field, "r2"))
        image = axis.pcolormesh(
            np.arange(lacking.shape[1] + 1) + 0.5, np.arange(len(lacking) + 1) + 0.5, lacking,
            norm=LogNorm(_least(lacking), 1), cmap="viridis_r",
        )  # fmt: skip
        axis.set_ylim(len(lacking) + 0.5, 0.5)
        axis.set_xticks(range(1, lacking.shape[1] + 1))
        axis.set_facecolor("#eeeeee")
        axis.set(xlabel="species", ylabel="level")
        axis.set_title(f"{emulator}: 1 - R2 (grey: native values do not vary)", fontsize=8)
        colour_bar(figure, image, axis, extend="both")
    return figure


def _lacking(r2: np.ndarray) -> Any:
    """1 - R2 within what a scale of powers can show, masked where there is none."""
    return np.ma.masked_invalid(np.clip(1 - r2, 1e-9, 1e9))


def _least(lacking: Any) -> float:
    """Where a scale of colours begins: a power of ten."""
    known = lacking.compressed()
    return float(10 ** np.floor(np.log10(np.quantile(known, 0.05)))) / 2 if len(known) else 0.1


def _grid(fields: dict[str, Json]) -> tuple[Any, list[tuple[Any, int]]]:
    """A panel for each of the first species."""
    count = min(_MOST, next(iter(fields.values()))["species"])
    columns = min(4, count)
    rows = -(-count // columns)
    figure, axes = page_figure(rows, columns, max(2.6, 2.1 * rows))
    for axis in axes.flat[count:]:
        axis.set_axis_off()
    for axis in axes.flat[:count]:
        axis.tick_params(labelsize=7)
    if count > 1:
        for number, axis in enumerate(axes.flat[:count], 1):
            axis.set_title(f"species {number}", fontsize=8)
    return figure, [(axis, number) for number, axis in enumerate(axes.flat[:count])]


def _quantiles(fields: dict[str, Json]) -> Any:
    figure, panels = _grid(fields)
    for axis, number in panels:
        for place, (emulator, field) in enumerate(fields.items()):
            quantiles = field["by_species"][number]["quantiles"]
            native, emulated = (
                np.array(quantiles[who], dtype=float) for who in ("native", "emulated")
            )
            axis.plot(native, emulated, "o", markersize=4, color=COLOURS[place], label=emulator)
        ends = [np.nanmin(native), np.nanmax(native)] if np.isfinite(native).any() else [0, 1]
        axis.plot(ends, ends, color=GREY, linewidth=0.8, zorder=0)
        _label(axis, f"native [{field['unit']}]", "emulated")
    _legend(figure, panels[0][0], fields)
    return figure


def _parts(fields: dict[str, Json]) -> Any:
    figure, panels = _grid(fields)
    for axis, number in panels:
        for place, (emulator, field) in enumerate(fields.items()):
            parts = field["by_species"][number]["by_native_value"]
            places = np.arange(1, len(parts) + 1)
            for key, style in (("rmse", "-"), ("bias", ":")):
                values = np.array([part[key] for part in parts], dtype=float)
                axis.plot(places, values, style, marker=".", linewidth=1, color=COLOURS[place],
                          label=f"{emulator}: {key}")  # fmt: skip
        axis.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        axis.xaxis.get_major_locator().set_params(integer=True)
        _label(axis, "part, smallest native values first", f"[{field['unit']}]")
    figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=4,
                  fontsize=8, frameon=False)  # fmt: skip
    return figure


def _label(axis: Any, x: str, y: str) -> None:
    axis.set_xlabel(x, fontsize=7)
    axis.set_ylabel(y, fontsize=7)


def _legend(figure: Any, axis: Any, fields: dict[str, Json]) -> None:
    if len(fields) > 1:
        figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=4,
                      fontsize=8, frameon=False)  # fmt: skip


def _ranks(fields: dict[str, Json]) -> Any:
    shown = {name: one for name, one in fields.items() if one.get("ensemble", {}).get("n")}
    if not shown:
        return None
    figure, axes = page_figure(1, len(shown), 2.4)
    for axis, (emulator, field) in zip(axes.flat, shown.items(), strict=True):
        ranks = np.array(field["ensemble"]["ranks"])
        share = ranks / ranks.sum() * len(ranks)
        axis.bar(np.arange(1, len(ranks) + 1), share, color=COLOURS[0], width=0.8)
        axis.axhline(1, color="black", linewidth=0.8, linestyle="--")
        axis.set_title(emulator, fontsize=8)
        _label(axis, "rank", "frequency, 1 where flat")
    return figure


def _split(parts: dict[str, Json], names: list[str]) -> Any:
    from matplotlib.colors import LogNorm

    values = [[parts[part]["field"][name]["r2"] for part in parts] for name in names]
    lacking = _lacking(np.array(values, dtype=float))
    figure, axes = page_figure(1, 1, 1.4 + 0.32 * len(names))
    image = axes[0, 0].imshow(lacking, aspect="auto", cmap="viridis_r",
                              norm=LogNorm(_least(lacking), 1))  # fmt: skip
    axes[0, 0].set_xticks(range(len(parts)), list(parts), fontsize=7, rotation=20)
    short = [_short(name) for name in names]
    axes[0, 0].set_yticks(range(len(names)), short, fontsize=7)
    for (row, column), value in np.ndenumerate(lacking.filled(np.nan)):
        if np.isfinite(value):
            axes[0, 0].text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=7,
                            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})
    colour_bar(figure, image, axes[0, 0], "1 - R2", extend="both")
    return figure


def _short(name: str) -> str:
    """Names of CF are long."""
    stem = name.removesuffix(CHANGE)
    end = CHANGE if stem != name else ""
    return (stem if len(stem) <= 44 else f"{stem[:25]}...{stem[-16:]}") + end
