# SPDX-License-Identifier: BSD-3-Clause
"""What a run made: burdens, their course, and pictures of both."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

SPECIES = ("SO4", "BC", "OC", "SS", "DU")
MODES = ("NS", "KS", "AS", "CS", "KI", "AI", "CI")
SOLUBLE = MODES[:4]
Array = NDArray[np.float64]


class Output:
    """The output file of a run.

    Attributes
    ----------
    days : (time,)
        Since the start of the first run.
    burden : (time, tracer, column)
        [kg m-2], of numbers [m-2].
    surface : (time, tracer, column)
        Of the lowest level [kg kg-1], of numbers [kg-1].
    air : (time, column)
        Density of that level's air [kg m-3].
    water : (time, soluble mode, column)
        Burden of aerosol water [kg m-2].
    lat : (column,), lon : (time, column)
        [degrees] of what the columns are above.
    area : (column,)
        [m2]

    Raises
    ------
    ValueError
        The file is another.
    """

    def __init__(self, path: Path) -> None:
        with netCDF4.Dataset(path) as file:
            file.set_auto_mask(False)
            if missing := {"step", "burden", "water_burden", "surface"} - set(file.variables):
                raise ValueError(f"{path}: expected the output of a run, found no {min(missing)}")
            self.names = [
                str(name).strip() for name in netCDF4.chartostring(file["tracer_name"][:])
            ]
            self.days = file["step"][:] * file.time_step / 86400.0
            self.burden: Array = file["burden"][:]
            self.water: Array = file["water_burden"][:]
            self.surface: Array = file["surface"][:]
            self.air: Array = file["surface_air_density"][:]
            self.lat: Array = file["lat"][:]
            self.lon: Array = file["lon"][:]
            self.area: Array = file["area"][:]

    def species(self, name: str) -> Array:
        """Burden of a species (time, column) [mg m-2]: all tracers that begin with its name."""
        return 1e6 * self.burden[:, [n.startswith(name + "_") for n in self.names]].sum(axis=1)

    def concentration(self, mode: str) -> Array:
        """Particles of a mode in the lowest level (time, column) [cm-3]."""
        return 1e-6 * self.surface[:, self.names.index(f"N_{mode}")] * self.air

    def mean(self, values: Array) -> Array:
        """The mean over the globe of (time, column)."""
        return values @ (self.area / self.area.sum())


def burdens(path: Path) -> dict[str, Array]:
    """Mean over the globe of each species [mg m-2] and mode (lowest level, cm-3] by time."""
    output = Output(path)
    table = {name: output.mean(output.species(name)) for name in SPECIES}
    return table | {f"N_{mode}": output.mean(output.concentration(mode)) for mode in MODES}


def draw(run_output: Path, target: Path) -> None:
    """Maps of burdens at the end of a run, and how they came about."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    output = Output(run_output)
    figure, panels = pyplot.subplots(3, 2, figsize=(11, 10), layout="constrained")
    maps = {
        "sulfate, mg m$^{-2}$": output.species("SO4"),
        "organic carbon, mg m$^{-2}$": output.species("OC"),
        "sea salt, mg m$^{-2}$": output.species("SS"),
        "dust, mg m$^{-2}$": output.species("DU"),
        "accumulation mode near the surface, cm$^{-3}$": output.concentration("AS"),
    }
    for panel, (title, values) in zip(panels.flat, maps.items(), strict=False):
        _map(panel, output, values[-1])
        panel.set_title(title, fontsize=10)
    _course(panels.flat[-1], output)
    figure.savefig(target, dpi=90)
    pyplot.close(figure)


def _map(panel, output: Output, values: Array) -> None:  # noqa: ANN001
    from matplotlib.colors import LogNorm

    lat = np.unique(output.lat)
    order = np.lexsort((output.lon[-1], output.lat))
    lon = output.lon[-1][order].reshape(lat.size, -1)[0]
    field = values[order].reshape(lat.size, -1)
    top = np.quantile(field, 0.995)
    mesh = panel.pcolormesh(lon, lat, field, norm=LogNorm(top / 300, top), cmap="viridis")
    panel.set_facecolor(mesh.cmap(0))  # a circle without any has no logarithm
    panel.figure.colorbar(mesh, ax=panel)
    panel.set(xlabel="longitude", ylabel="latitude", xlim=(0, 360), ylim=(-90, 90))


def _course(panel, output: Output) -> None:  # noqa: ANN001
    for name in SPECIES:
        panel.plot(output.days, output.mean(output.species(name)), label=name)
    panel.set(xlabel="day", yscale="log", title="mean burden, mg m$^{-2}$")
    panel.legend(fontsize=8)
