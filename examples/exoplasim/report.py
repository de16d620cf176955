# SPDX-License-Identifier: BSD-3-Clause
"""The demo's report: one HTML file with its pictures inside."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from climate import LEVEL_BIAS_K, OLR_BIAS_W_M2, RAIN_FRACTION, RMS_FACTOR, Climate
from jinja2 import Template
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SHOWN_R2 = 0.6  # profiles are drawn from here: levels where next to nothing happens fall below
TEMPLATE = Path(__file__).parent / "report.html.jinja"


def write_report(
    path: Path,
    summary: dict[str, Any],
    climates: dict[str, Climate],
    rejected: dict[str, list[str]],
) -> None:
    """Write the report of one demo."""
    pictures = {
        "temperature": temperature_picture(climates),
        "rain": zonal_picture(climates, "rain", "rain [mm day$^{-1}$]"),
        "outgoing": zonal_picture(climates, "outgoing", "outgoing long wave [W m$^{-2}$]"),
        "skill": skill_picture(summary),
        "time": time_picture(summary),
        "spread": spread_picture(summary),
    }
    text = Template(TEMPLATE.read_text(), autoescape=True).render(
        summary=summary,
        rejected=rejected,
        pictures={name: embedded(figure) for name, figure in pictures.items()},
        limits={
            "rms": RMS_FACTOR,
            "bias": LEVEL_BIAS_K,
            "olr": OLR_BIAS_W_M2,
            "rain": RAIN_FRACTION,
        },
    )
    path.write_text(text)


def embedded(figure: Figure) -> str:
    """The figure as a data URL; closes it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def latitude(climate: Climate) -> np.ndarray:
    """Degrees north."""
    return np.degrees(np.arcsin(climate.sine))


def native_members(climates: dict[str, Climate]) -> list[Climate]:
    """The native runs, the unperturbed one first."""
    return [climates[name] for name in sorted(climates) if name.startswith("native_")]


def temperature_picture(climates: dict[str, Climate]) -> Figure:
    """Zonal-mean temperature: native, and the differences of emulated and of perturbed native."""
    native = native_members(climates)
    panels = {
        "all three emulated - native": climates["all"].temperature - native[0].temperature,
        "perturbed native - native": native[1].temperature - native[0].temperature,
    }
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), sharey=True, layout="constrained")
    levels = np.arange(1, native[0].temperature.shape[1] + 1)
    lat = latitude(native[0])
    image = axes[0].contourf(lat, levels, native[0].temperature.T, 20, cmap="inferno")
    figure.colorbar(image, ax=axes[0], label="K")
    axes[0].set_title("native")
    for axis, (title, difference) in zip(axes[1:], panels.items(), strict=True):
        image = axis.pcolormesh(lat, levels, difference.T, cmap="RdBu_r", vmin=-2, vmax=2)
        axis.set_title(title)
    figure.colorbar(image, ax=axes[1:], label="K")
    axes[0].set_ylabel("level (1 is the top)")
    axes[0].invert_yaxis()
    for axis in axes:
        axis.set_xlabel("latitude [°N]")
    return figure


def zonal_picture(climates: dict[str, Climate], name: str, label: str) -> Figure:
    """A zonal mean by latitude: the range of native members, and the emulated runs."""
    native = native_members(climates)
    figure, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
    values = np.array([getattr(member, name) for member in native])
    lat = latitude(native[0])
    axis.fill_between(
        lat, values.min(0), values.max(0), color="0.75", label=f"{len(native)} native members"
    )
    for run, climate in climates.items():
        if not run.startswith("native_"):
            style = {"lw": 2.2, "color": "tab:red"} if run == "all" else {"lw": 1.1}
            axis.plot(lat, getattr(climate, name), label=f"{run} emulated", **style)
    axis.set(xlabel="latitude [°N]", ylabel=label, xlim=(-90, 90))
    axis.legend(frameon=False, fontsize=8)
    return figure


def skill_picture(summary: dict[str, Any]) -> Figure:
    """Profiles of R2 by level, offline (solid) and in shadow mode (dashed)."""
    schemes = [name for name in summary["schemes"] if name != "all"]
    figure, axes = plt.subplots(
        1, len(schemes), figsize=(13, 3.6), sharey=True, layout="constrained"
    )
    for axis, scheme in zip(axes, schemes, strict=True):
        lowest = draw_profiles(axis, summary["schemes"][scheme])
        axis.set(title=scheme, xlabel="R2", xlim=(max(lowest - 0.002, SHOWN_R2), None))
        axis.locator_params(axis="x", nbins=5)
        axis.legend(frameon=False, fontsize=7, loc="center left")
    axes[0].set_ylabel("level (1 is the top)")
    axes[0].invert_yaxis()
    return figure


def draw_profiles(axis: Axes, scores: dict[str, Any]) -> float:
    """Draw the profiles of one scheme; return their smallest value."""
    lowest = 1.0
    for colour, name in enumerate(scores["offline"]["r2_profile"]):
        for kind, style in (("offline", "-"), ("shadow", "--")):
            profile = np.array(scores[kind]["r2_profile"][name], dtype=float)
            levels = np.arange(1, len(profile) + 1)
            axis.plot(
                profile, levels, style, marker=".", color=f"C{colour}", label=f"{name}, {kind}"
            )
            lowest = min(lowest, float(np.nanmin(profile)))
    return lowest


def time_picture(summary: dict[str, Any]) -> Figure:
    """Time per call of each scheme, native and emulated."""
    schemes = [name for name in summary["schemes"] if name != "all"]
    figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
    places = np.arange(len(schemes))
    for shift, kind, colour in ((-0.2, "native", "0.5"), (0.2, "emulated", "tab:blue")):
        values = [1e3 * summary["schemes"][scheme]["seconds_per_call"][kind] for scheme in schemes]
        axis.bar(places + shift, values, 0.4, label=kind, color=colour)
    axis.set_xticks(places, schemes)
    axis.set_ylabel("ms per call (2048 columns)")
    axis.legend(frameon=False)
    return figure


def spread_picture(summary: dict[str, Any]) -> Figure:
    """Differences in temperature: pairs of native members, and each emulated run."""
    pairs = summary["native"]["rms_temperature_K"]["pairs"]
    figure, axis = plt.subplots(figsize=(7, 2.6), layout="constrained")
    axis.plot(pairs, np.zeros(len(pairs)), "o", color="0.5", label="pairs of native members")
    for place, (name, entry) in enumerate(summary["schemes"].items(), 1):
        axis.plot(entry["coupled"]["rms_temperature_K"], place, "s", label=f"{name} emulated")
    axis.axvline(RMS_FACTOR * max(pairs), color="tab:red", lw=1, label="limit")
    axis.set(xlabel="rms difference of zonal-mean temperature [K]", yticks=[], xlim=(0, None))
    axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
