# SPDX-License-Identifier: BSD-3-Clause
"""Grids, weights, means, trends and rain against what is known."""

import numpy as np
import pytest
from climate_runs import LAT, NLON, dataset, fields, write

from pyhybrid.climate import open_run
from pyhybrid.climate.grid import area_mean, grid_of
from pyhybrid.climate.measures import measure, trend
from pyhybrid.climate.rain import factor_of, rain_quantiles, wet_part
from pyhybrid.climate.units import times_second
from pyhybrid.errors import HybridError

LON = np.arange(8) * 45.0


def test_gaussian_latitudes_have_gaussian_weights():
    """Which are exact for polynomials; bands are nearly so."""
    nodes, weights = np.polynomial.legendre.leggauss(32)
    grid = grid_of("x", np.degrees(np.arcsin(nodes)).round(4), LON, None)
    assert grid.kind == "Gaussian" and np.allclose(grid.weight, weights / 2, rtol=1e-12)
    assert area_mean(nodes**2, grid.weight) == pytest.approx(1 / 3, rel=1e-6)


@pytest.mark.parametrize("lat", [np.linspace(-90, 90, 37), np.linspace(-87.5, 87.5, 36)])
def test_regular_latitudes_have_the_area_of_bands(lat):
    """Poles have some: the cosine would give them none."""
    grid = grid_of("x", lat, LON, None)
    assert grid.kind == "bands" and grid.weight.min() > 0
    assert area_mean(np.sin(np.radians(lat)) ** 2, grid.weight) == pytest.approx(1 / 3, rel=4e-3)
    cosine = np.cos(np.radians(lat[20])) * np.radians(5) / 2
    assert grid.weight[20] == pytest.approx(cosine, rel=1e-3)


def test_bands_reach_as_far_beyond_the_outermost_latitudes_as_towards_the_next():
    """Of a region; those of the whole Earth end at the poles."""
    region = grid_of("x", np.array([10.0, 20.0, 30.0]), LON, None)
    area = np.diff(np.sin(np.radians([5.0, 15.0, 25.0, 35.0])))
    assert region.weight == pytest.approx(area / area.sum())
    earth = grid_of("x", np.linspace(-87.5, 87.5, 36), LON, None)
    assert earth.weight[0] == pytest.approx((1 - np.sin(np.radians(85))) / 2)


@pytest.mark.parametrize(("lat", "lon", "text"), [
    (np.array([0.0, 100.0]), LON, "latitudes: expected two or more of -90 to 90"),
    (np.array([0.0, 0.0, 10.0]), LON, "each once"),
    (LAT, np.append(LON, 360.0), "longitudes: expected each meridian once"),
    (LAT, np.array([0.0, 10.0, 30.0]), "evenly spaced"),
])  # fmt: skip
def test_grids_that_are_none(lat, lon, text):
    with pytest.raises(HybridError, match=text):
        grid_of("x", lat, lon, None)


def test_the_order_of_coordinates_does_not_matter(tmp_path):
    """From north to south, and from -180."""
    data = dataset(fields(1))
    data.to_netcdf(tmp_path / "a.nc")
    turned = data.isel(lat=slice(None, None, -1)).roll(lon=NLON // 2, roll_coords=True)
    west = np.where(turned.lon.values >= 180, turned.lon.values - 360, turned.lon.values)
    turned.assign_coords(lon=("lon", west, data.lon.attrs)).to_netcdf(tmp_path / "b.nc")
    one, other = (measure(open_run(str(tmp_path / f"{x}.nc")), "tas") for x in "ab")
    assert np.array_equal(one.zonal, other.zonal) and one.mean == other.mean


def test_parts_do_not_matter(tmp_path, monkeypatch):
    run = open_run(write(tmp_path / "a.nc", 1))
    whole = measure(run, "pr", 86400.0)
    monkeypatch.setattr("pyhybrid.climate.runs._PART", 12 * NLON * 8 * 3)
    split = measure(run, "pr", 86400.0)
    assert np.allclose(whole.zonal, split.zonal) and np.array_equal(whole.series, split.series)
    assert split.variability == pytest.approx(whole.variability, rel=1e-12)
    assert np.allclose(whole.rain.sums, split.rain.sums)


def test_files_of_a_folder_are_one_run(tmp_path):
    data = dataset(fields(1))
    (tmp_path / "run").mkdir()
    data[["tas"]].isel(time=slice(12, None)).to_netcdf(tmp_path / "run" / "a.nc")
    data[["tas"]].isel(time=slice(0, 12)).to_netcdf(tmp_path / "run" / "b.nc")
    data.to_netcdf(tmp_path / "whole.nc")
    one, other = (open_run(str(tmp_path / name)) for name in ("run", "whole.nc"))
    assert one.days.tolist() == list(range(20)) == other.days.tolist()
    assert measure(one, "tas").mean == measure(other, "tas").mean


def test_numbers_are_those_of_numpy(tmp_path):
    values = fields(3)["ta"]
    found = measure(open_run(write(tmp_path / "a.nc", 3)), "ta")
    weight = np.polynomial.legendre.leggauss(len(LAT))[1] / 2
    assert np.allclose(found.series, (values.mean((1, 3)) * weight).sum(1))
    assert np.allclose(found.zonal, values.mean((0, 3)))
    assert np.allclose(found.deviation, np.sqrt(values.var(0).mean(2)))
    variance = (values.var(0).mean((0, 2)) * weight).sum()
    assert found.variability == pytest.approx(np.sqrt(variance)) and found.missing == 0


def test_a_mask_is_left_out(tmp_path):
    def sea(values):
        values["tas"][:, :, :4] = np.nan

    found = measure(open_run(write(tmp_path / "a.nc", 3, sea)), "tas")
    assert found.missing == 0.25
    assert np.allclose(found.zonal[0], fields(3)["tas"][:, :, 4:].mean((0, 2)))


def test_rain_quantiles_count_areas(tmp_path):
    """Half of the area, which is not half of the latitudes, has 8 mm per day."""

    def rain(values):
        values["pr"][:] = np.where(np.abs(LAT) < 30, 8 / 86400, 0.5 / 86400)[:, None]

    found = measure(open_run(write(tmp_path / "a.nc", 3, rain)), "pr", 86400.0)
    weight = np.polynomial.legendre.leggauss(len(LAT))[1] / 2
    wet = weight[np.abs(LAT) < 30].sum()
    assert wet != pytest.approx((np.abs(LAT) < 30).mean(), abs=0.01)
    assert wet_part(found.rain) == pytest.approx(wet)
    assert rain_quantiles([found])["P99.9"][0] == pytest.approx(8, rel=1 / 128)
    low, high = found.rain.quantiles(np.array([1 - wet - 0.01, 1 - wet + 0.01]))
    assert low == pytest.approx(0.5, rel=0.01) and high == pytest.approx(8, rel=0.01)


@pytest.mark.parametrize(("unit", "a_day"), [
    ("kg m-2 s-1", 86400), ("mm s-1", 86400), ("mm day-1", 1), ("m s-1", 86400e3), ("m/s", 86400e3),
    ("m day-1", 1e3), ("kg/m2/s", 86400), ("mm/day", 1), ("kg m**-2 s**-1", 86400),
    ("m s**-1", 86400e3), ("mm h-1", 24), ("mm/h", 24), ("mm hr-1", 24), ("mm/hour", 24),
    ("mm d-1", 1), ("kg m-2 day-1", 1), ("kg m^-2 s^-1", 86400), ("kg / m^2 / s", 86400),
])  # fmt: skip
def test_eight_millimetres_a_day_are_so_in_any_unit(tmp_path, unit, a_day):
    data = dataset({"pr": np.full((2, len(LAT), NLON), 8.0 / a_day)})
    data["pr"].attrs["units"] = unit
    data.to_netcdf(tmp_path / "a.nc")
    run = open_run(str(tmp_path / "a.nc"))
    found = measure(run, "pr", factor_of(run, "pr"))
    assert rain_quantiles([found])["P90"][0] == pytest.approx(8, rel=1 / 128)


@pytest.mark.parametrize(("unit", "stored"), [
    ("kg/m2/s", "kg m-2"), ("W m**-2", "J m-2"), ("mm day-1", "mm day-1 s"), ("K", "K s"),
])  # fmt: skip
def test_what_a_rate_adds_up_to(unit, stored):
    assert times_second(unit) == stored


@pytest.mark.parametrize("unit", ["mm/3h", "m", "mm", "m2 s-1", "kg s-1", "mm/-1", "", "/"])
def test_units_that_are_no_rate_of_rain(tmp_path, unit):
    data = dataset({"pr": np.zeros((2, len(LAT), NLON))})
    data["pr"].attrs["units"] = unit
    data.to_netcdf(tmp_path / "a.nc")
    with pytest.raises(HybridError, match="unit of pr: expected one of kg m-2, mm, m per s, h, "):
        factor_of(open_run(str(tmp_path / "a.nc")), "pr")


def test_a_series_of_fewer_than_two_independent_times_has_a_trend_of_any_error():
    found = trend(np.cos(np.linspace(0, 2 * np.pi, 20)), np.arange(20.0))
    assert found.slope == pytest.approx(0, abs=1e-12) and found.error == np.inf


def test_the_error_of_a_trend_allows_for_persistence():
    """Of series without a trend, two standard errors hold about 95 %, also where days are alike."""
    random, days, hits, plain = np.random.default_rng(0), np.arange(200.0), 0, 0
    for _ in range(300):
        noise = random.normal(size=300)
        for place in range(1, 300):
            noise[place] += 0.7 * noise[place - 1]
        found = trend(noise[100:], days)
        hits += abs(found.slope) < 2 * found.error
        off = days - days.mean()
        plain += abs(found.slope) < 2 * noise[100:].std() / np.sqrt(off @ off)
    assert hits / 300 > 0.88 > plain / 300  # 4 deviations below 0.94; without it, 70 % at most


def test_a_trend_is_found_and_none_is_made_of_two_times():
    days = np.arange(50.0)
    found = trend(3 + 0.2 * days + np.random.default_rng(1).normal(0, 0.1, 50), days)
    assert abs(found.slope - 0.2) < 4 * found.error < 0.01
    assert np.isnan(trend(days[:2], days[:2]).slope)
