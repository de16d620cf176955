# SPDX-License-Identifier: BSD-3-Clause
"""Small NetCDF files of runs that differ by their seeds."""

import numpy as np
import pytest

xarray = pytest.importorskip("xarray")

NLAT, NLON = 12, 16
LAT = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(NLAT)[0]))
STANDARD = {
    "tas": ("air_temperature", "K"), "pr": ("precipitation_flux", "kg m-2 s-1"),
    "evap": ("water_evapotranspiration_flux", "kg m-2 s-1"),
    "prw": ("atmosphere_mass_content_of_water_vapor", "kg m-2"),
}  # fmt: skip


def fields(seed, times=20, levels=3):
    """By name (time[, level], latitude, longitude); members differ by smooth patterns too."""
    random = np.random.default_rng(seed)
    wave = np.cos(np.radians(LAT))[:, None] + np.zeros(NLON)
    member = random.normal(0, 0.2, (2, 1, 1, 1))
    noise = random.normal(0, 1.0, (times, NLAT, NLON))
    tas = 250 + 40 * wave + noise + member[0] + member[1] * np.sin(np.radians(LAT))[:, None]
    ta = tas[:, None] - 20 * np.arange(levels)[:, None, None]
    ta = ta + random.normal(0, 0.5, (times, levels, NLAT, NLON))
    rain = random.gamma(0.5, 6 / 86400 * wave, (times, NLAT, NLON))
    evaporation = 3 / 86400 * wave + random.normal(0, 1e-6, rain.shape)
    vapour = 25 * wave + random.normal(0, 0.1, rain.shape)
    return {"tas": tas, "ta": ta, "pr": rain, "evap": evaporation, "prw": vapour}


def dataset(values, calendar="360_day", start="2000-01-01", lat=LAT):
    """Of fields by name."""
    times = len(next(iter(values.values())))
    lon = np.arange(NLON) * 360 / NLON
    data = xarray.Dataset(coords={
        "time": ("time", np.arange(times), {"units": f"days since {start}", "calendar": calendar}),
        "lat": ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
    })  # fmt: skip
    for name, value in values.items():
        dims = ("time", "lev", "lat", "lon") if value.ndim == 4 else ("time", "lat", "lon")
        standard, unit = STANDARD.get(name, (name, "K"))
        data[name] = (dims, value, {"units": unit, "standard_name": standard})
    return data


def write(path, seed, change=lambda values: None, **options):
    """A run in one file; `change` is made in place before."""
    values = fields(seed)
    change(values)
    dataset(values, **options).to_netcdf(path)
    return str(path)
