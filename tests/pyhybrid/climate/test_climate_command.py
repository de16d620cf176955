# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid climate``: verdicts, files, and what it refuses."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray
from click.testing import CliRunner
from climate_runs import LAT, NLON, dataset, fields, write

from pyhybrid.cli import main
from pyhybrid.climate.selection import read_selection

PAGE = Path(__file__).parents[3] / "docs" / "climate.md"


def climate(run, natives, *more, page=False):
    words = [] if page else ["--no-html"]
    return CliRunner().invoke(main, ["climate", run, "--native", *natives, *map(str, more), *words])


def results(run, natives, *more):
    done = climate(run, natives, "--json", "-", *more)
    assert done.exit_code in (0, 3), done.output
    return json.loads(done.stdout), done.exit_code


def refused(done, *texts):
    assert done.exit_code == 1 and "Traceback" not in done.output, done.output
    for text in texts:
        assert text in done.stderr.replace("\n", " ")


# ---- Verdicts


def test_a_native_run_of_another_seed_is_accepted(natives, changed):
    found, code = results(changed(), natives)
    assert code == 0 and found["accepted"] and found["tests"] > 20
    assert found["area_weights"] == "Gaussian"
    assert set(found["budget"]) == {"water of the atmosphere"}


def warmer(values):
    values["tas"] += 3


def dipole(values):
    """No bias of the mean."""
    values["ta"] += 4 * np.sin(np.radians(LAT))[:, None]


def extremes(values):
    high = values["pr"] > np.quantile(values["pr"], 0.995)
    values["pr"][high] *= 6


def calmer(values):
    mean = values["tas"].mean(0)
    values["tas"][:] = mean + 0.5 * (values["tas"] - mean)


def drifting(values):
    values["prw"] += np.linspace(-1, 1, 20)[:, None, None]


def leaking(values):
    values["evap"] += 4e-6


@pytest.mark.parametrize(("change", "what", "kind"), [
    (warmer, "tas", "mean"), (dipole, "ta", "zonal mean"), (extremes, "pr", "rain P99.9"),
    (calmer, "tas", "variability"), (drifting, "prw", "drift"), (leaking, "evap", "mean"),
])  # fmt: skip
def test_what_is_planted_is_found_where_it_is(natives, changed, change, what, kind):
    found, code = results(changed(change), natives)
    assert code == 3 and not found["accepted"]
    assert found["variable"][what]["test"][kind]["adjusted"] < 0.05
    assert any(text.startswith(f"{what}: {kind}: expected ") for text in found["objections"])
    untouched = {"tas": "prw"}.get(what, "tas")
    assert all(test["adjusted"] > 0.05 for test in found["variable"][untouched]["test"].values())


def test_values_that_are_no_numbers_reject_the_run(natives, changed):
    def blown(values):
        values["tas"][-1, 0, 0] = np.nan

    found, code = results(changed(blown), natives)
    assert code == 3
    assert any("values that are not finite: expected at most 0" in x for x in found["objections"])


def test_a_run_of_nothing_but_nan_is_rejected_and_drawn(natives, changed, tmp_path):
    def nothing(values):
        values["tas"][:] = np.nan
        values["ta"][:] = np.inf

    file, page = tmp_path / "two.toml", tmp_path / "page.html"
    file.write_text('variables = ["tas", "ta"]\n[budget]\n')
    done = climate(changed(nothing), natives, "--variables", file, "--html", page, page=True)
    assert done.exit_code == 3 and "Traceback" not in done.output
    assert page.read_text().count("<figure>") == 7


def test_the_page_has_the_verdict_and_pictures(natives, changed, tmp_path):
    pytest.importorskip("matplotlib")
    file, page = tmp_path / "two.toml", tmp_path / "page.html"
    file.write_text('variables = ["tas", "pr"]\n[budget]\n')
    done = climate(changed(warmer), natives, "--variables", file, "--html", page, page=True)
    text = page.read_text()
    assert done.exit_code == 3 and "Differs: tas: mean: expected" in text
    assert len(re.findall("<h2>(.*?)</h2>", text)) == 3  # verdict and two variables
    assert "area and time exceeds" in text and 'src="http' not in text


def test_the_page_shows_all_columns_and_what_they_mean(natives, changed, tmp_path):
    """In a window of 1000 pixels."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        pytest.skip("no chromium on the path: what is cut off in a browser is not tested")
    page = tmp_path / "page.html"
    assert climate(changed(warmer), natives, "--html", page, page=True).exit_code == 3
    text = page.read_text()
    assert "<p>standard error by the run itself" in text
    assert "<span>K</span> <span>per</span> <span>day</span>" in text
    script = """<script>addEventListener('load', () => {
      const all = [...document.querySelectorAll('.wide')];
      const cut = all.filter(one => one.scrollWidth > one.clientWidth);
      document.title = `${all.length} tables, ${cut.length} cut`;
    })</script>"""
    page.write_text(text.replace("</body>", f"{script}</body>"))
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom",
               "--window-size=1000,900", f"--user-data-dir={tmp_path / 'profile'}",
               f"file://{page}"]  # fmt: skip
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "<title>2 tables, 0 cut</title>" in found.stdout


def test_budgets_of_a_file(natives, changed, tmp_path):
    file = tmp_path / "climate.toml"
    file.write_text(
        'variables = ["tas"]\ntests = ["mean", "budget"]\n'
        '[budget.water]\nunit = "kg m-2 s-1"\n'
        "terms = { evap = 1, precipitation_flux = -1 }\nstores = { prw = 1 }\n"
    )
    found, _ = results(changed(), natives, "--variables", file)
    values, weight = fields(77), np.polynomial.legendre.leggauss(len(LAT))[1] / 2
    mean = {key: (values[key].mean((0, 2)) * weight).sum() for key in ("evap", "pr")}
    ends = (values["prw"][[0, -1]].mean(2) * weight).sum(1)
    left = mean["evap"] - mean["pr"] - (ends[1] - ends[0]) / (19 * 86400)
    assert found["budget"]["water"]["left"]["run"] == pytest.approx(left, rel=1e-6)
    assert found["tests"] == 2 and "zonal mean" not in found["variable"]["tas"]["test"]


@pytest.mark.parametrize(("unit", "factor"), [
    ("g m-2", "0.001"), ("g m-2", "-0.001"), ("kg m**-2", "1"), ("kg/m2", "1"), ("kg/m^2", "1"),
])  # fmt: skip
def test_stores_in_another_unit_or_spelling(natives, changed, tmp_path, unit, factor):
    """The water's budget is what it is in kg m-2."""

    def left(natives, run, factor):
        file = tmp_path / "climate.toml"
        file.write_text(
            'variables = ["tas"]\n[budget.water]\nunit = "kg m-2 s-1"\n'
            f"terms = {{ evap = 1, pr = -1 }}\nstores = {{ prw = {factor} }}\n"
        )
        return results(run, natives, "--variables", file)[0]["budget"]["water"]["left"]["native"]

    def stored(path):
        with xarray.open_dataset(path, decode_times=False) as data:
            data = data.load()
        data["prw"] = data["prw"] / abs(float(factor))
        data["prw"].attrs["units"] = unit
        data.to_netcdf(tmp_path / Path(path).name)
        return str(tmp_path / Path(path).name)

    run, natives = changed(), natives[:3]
    usual = left(natives, run, np.copysign(1, float(factor)))
    assert left([stored(one) for one in natives], stored(run), factor) == pytest.approx(usual)


def test_thresholds_count_too(natives, changed, tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text("[variable.tas.mean]\ndifference = { max = -100 }\n")
    found, code = results(changed(), natives, "--thresholds", file)
    assert code == 3 and found["accepted"] and "tas / mean / difference" in found["beyond"][0]


def test_scores_are_those_by_hand(natives, changed):
    found, _ = results(changed(), natives, "--verification", natives[0])
    mine, its = fields(77)["tas"], fields(0)["tas"]
    weight = (np.polynomial.legendre.leggauss(len(LAT))[1] / 2)[:, None] / NLON
    usual = its.mean(0)
    one, other = mine - usual, its - usual
    both, own, size = ((x * weight).sum((1, 2)) for x in (one * other, one**2, other**2))
    scores = found["verification"][found["run"]["name"]]["tas"]
    squared = (((mine - its) ** 2) * weight).sum((1, 2))
    assert scores["rmse"] == pytest.approx(np.sqrt(squared.mean()))
    assert scores["bias"] == pytest.approx(((mine - its) * weight).sum((1, 2)).mean())
    assert scores["acc"] == pytest.approx((both / np.sqrt(own * size)).mean())
    assert found["verification"][natives[0]]["tas"]["acc"] == pytest.approx(1)
    assert scores["times"] == 20


def test_a_climatology_by_month_makes_the_anomalies(natives, changed):
    run, truth = changed(), natives[0]
    with_month, _ = results(run, natives, "--verification", truth, "--climatology", natives[1])
    without, _ = results(run, natives, "--verification", truth)
    name = with_month["run"]["name"]
    one, other = (x["verification"][name]["tas"] for x in (with_month, without))
    assert one["acc"] != other["acc"] and one["rmse"] == other["rmse"]


def test_gaps_of_the_data_are_left_out_of_all_sums(natives, changed, tmp_path):
    """Else a mean over some places is divided by one over others: correlations above 1."""
    values = fields(77)["tas"]
    random = np.random.default_rng(3)
    values[random.random(values.shape) < np.linspace(0, 0.9, 20)[:, None, None]] = np.nan
    values[3] = np.nan
    dataset({"tas": values}).to_netcdf(tmp_path / "gaps.nc")
    usual = dataset({"tas": np.nanmean(values, 0, keepdims=True) + np.zeros_like(values)})
    usual.to_netcdf(tmp_path / "usual.nc")
    file = tmp_path / "tas.toml"
    file.write_text('variables = ["tas"]\n[budget]\n')
    found, _ = results(changed(lambda values: values["tas"].__iadd__(2)), natives, "--variables",
                       file, "--verification", tmp_path / "gaps.nc",
                       "--climatology", tmp_path / "usual.nc")  # fmt: skip
    scores = found["verification"][found["run"]["name"]]["tas"]
    assert scores["bias"] == scores["mae"] == scores["rmse"] == pytest.approx(2)
    weight = np.broadcast_to(np.polynomial.legendre.leggauss(len(LAT))[1][:, None], values.shape)
    good = np.isfinite(values)
    assert scores["scored"] == pytest.approx(weight[good].sum() / weight.sum())
    means = np.nanmean(values, 0)
    acc = []
    for time in [*range(3), *range(4, 20)]:
        w, its = weight[time][good[time]], (values[time] - means)[good[time]]
        mine = its + 2
        acc.append((w * mine * its).sum() / np.sqrt((w * mine**2).sum() * (w * its**2).sum()))
    assert scores["acc"] == pytest.approx(np.mean(acc)) and max(acc) <= 1


def test_every_value_scored_counts_alike_however_files_are_read(natives, changed, tmp_path,
                                                               monkeypatch):  # fmt: skip
    values = fields(0)["tas"]
    values[10:, :, 1:] = np.nan
    dataset({"tas": values}).to_netcdf(tmp_path / "gaps.nc")
    run, more = changed(), ("--verification", tmp_path / "gaps.nc")
    one, _ = results(run, natives, *more)
    monkeypatch.setattr("pyhybrid.climate.runs._PART", 12 * NLON * 8 * 3)
    other, _ = results(run, natives, *more)
    name = one["run"]["name"]
    assert other["verification"][name]["tas"] == pytest.approx(one["verification"][name]["tas"])


@pytest.mark.parametrize(("text", "early"), [
    ("[variable.tsa.mean]\ndifference = { max = 1 }", True),
    ("[verification.x]\nacc = { min = 1 }", True),
    ("[variable.tas.mean]\ndifferent = { max = 1 }", False),
])  # fmt: skip
def test_limits_of_nothing_lose_no_work(natives, changed, tmp_path, monkeypatch, text, early):
    file, numbers = tmp_path / "limits.toml", tmp_path / "numbers.json"
    file.write_text(text)
    if early:
        monkeypatch.setattr("pyhybrid.climate.comparing.measure", None)  # any work would fail
    refused(climate(changed(), natives, "--thresholds", file, "--json", numbers), "limits.toml: ")
    assert numbers.is_file() is not early
    assert early or json.loads(numbers.read_text())["failed"]


# ---- Refusals


@pytest.mark.parametrize("alpha", ["nan", "inf", "0", "1", "-1"])
def test_no_alpha_accepts_everything(natives, changed, alpha):
    done = climate(changed(), natives, "--alpha", alpha)
    assert done.exit_code == 2 and "--alpha" in done.stderr


def test_two_native_runs_are_too_few(natives, changed):
    refused(climate(changed(), natives[:2]), "native runs: expected 3 or more", "found 2")


def test_a_run_twice(natives, changed):
    refused(climate(changed(), [*natives, natives[0]]), "expected each once", "twice")
    refused(climate(natives[0], natives), "expected each once")


def test_a_run_twice_by_another_name(natives, changed, tmp_path):
    first = Path(natives[0])
    (tmp_path / "link.nc").symlink_to(first)
    for other in (f"{first.parent}/./../{first.parent.name}/{first.name}", f"{tmp_path}/link.nc"):
        refused(climate(changed(), [*natives, other]), "climate: runs: expected each once", other)


def test_another_grid(natives, tmp_path):
    shifted = write(tmp_path / "run.nc", 1, lat=LAT + 1)
    refused(climate(shifted, natives), "run.nc: latitude 1: expected -7", "degrees")
    values = {name: value[..., ::2, :] for name, value in fields(1).items()}
    dataset(values, lat=LAT[::2]).to_netcdf(tmp_path / "half.nc")
    refused(climate(str(tmp_path / "half.nc"), natives), "latitudes: expected 12, found 6")


def test_missing_variables_and_other_units(natives, changed, tmp_path):
    refused(climate(changed(lambda values: values.pop("tas")), natives),
            "run.nc: unknown variable 'tas'")  # fmt: skip
    data = dataset(fields(1))
    data["tas"].attrs["units"] = "degC"
    data.to_netcdf(tmp_path / "celsius.nc")
    refused(climate(str(tmp_path / "celsius.nc"), natives), "unit of tas: expected K, found degC")


def test_other_dates(natives, changed, tmp_path):
    refused(climate(changed(calendar="noleap"), natives),
            "calendar: expected '360_day', found 'noleap'")  # fmt: skip
    refused(climate(changed(start="2001-01-01"), natives), "time 1: expected 2000-01-01")
    dataset({name: value[:9] for name, value in fields(1).items()}).to_netcdf(tmp_path / "short.nc")
    refused(climate(str(tmp_path / "short.nc"), natives), "times: expected 20 as in", "found 9")
    found, _ = results(str(tmp_path / "short.nc"), natives, "--until", "2000-01-09")
    assert found["times"] == 9
    refused(climate(changed(), natives, "--from", "2030"), "expected some, found none")
    refused(climate(changed(), natives, "--from", "yesterday"), "expected dates such as")


def test_a_native_run_with_nan_is_no_measure(natives, changed, tmp_path):
    broken = write(tmp_path / "n.nc", 9, lambda values: values["tas"].fill(np.nan))
    refused(climate(changed(), [*natives, broken]), "n.nc: tas: mean: expected a number, found nan")


def test_files_that_are_none(natives, changed, tmp_path):
    refused(climate(str(tmp_path / "no.nc"), natives), "expected a NetCDF file", "found none")
    (tmp_path / "text.nc").write_text("no data")
    refused(climate(str(tmp_path / "text.nc"), natives), "text.nc: expected NetCDF files")
    (tmp_path / "empty").mkdir()
    refused(climate(str(tmp_path / "empty"), natives), "expected a NetCDF file, or a folder")


def test_other_grids_have_to_be_interpolated_first(natives, tmp_path):
    dataset(fields(1)).stack(cell=("lat", "lon")).reset_index("cell").to_netcdf(tmp_path / "c.nc")
    refused(climate(str(tmp_path / "c.nc"), natives), "expected a coordinate", "interpolated first")


def test_times_without_dates(natives, tmp_path):
    data = dataset(fields(1))
    data["time"].attrs.clear()
    data.to_netcdf(tmp_path / "t.nc")
    refused(climate(str(tmp_path / "t.nc"), natives), "time: expected units such as 'days since")


@pytest.mark.parametrize(("text", "message"), [
    ("variable = ['tas']", "unknown key 'variable'; did you mean 'variables'?"),
    ("variables = 'tas'", "variables: expected a list"),
    ("variables = ['tos']", "unknown variable 'tos'"),
    ("tests = ['means']", "unknown test 'means'; did you mean 'mean'?"),
    ("weights = 'gw'", "gw: expected a weight for each latitude"),
    ("precipitation = 'tas'", "unit of tas: expected one of"),
    ("[budget.x]\nunit = 'W m-2'\nterms = { rsdt = 1 }", "unknown variable 'rsdt'"),
    ("[budget.x]\nunit = 'W m-2'\nterms = { pr = 1 }", "unit of pr: expected W m-2, or a factor"),
    ("[budget.x]\nunit = 'g m-2 s-1'\nterms = { pr = 1e3 }\nstores = { prw = -1 }",
     "budget 'x': unit of prw: expected g m-2, or a factor, found kg m-2"),
    ("[budget.x]\nunit = 'W m-2'\nterms = { pr = 2.5e6 }\nstores = { prw = 1 }",
     "unit of prw: expected J m-2, or a factor, found kg m-2"),
    ("[budget.x]\nunit = 'W m-2'\nterms = { pr = nan }", "expected a factor, found nan"),
    ("[budget.x]\nunit = 'W m-2'", "expected a unit, and terms"),
    ("variables =", "expected TOML"),
])  # fmt: skip
def test_selections_that_are_none(natives, changed, tmp_path, text, message):
    file = tmp_path / "climate.toml"
    file.write_text(text)
    refused(climate(changed(), natives, "--variables", file), message)


@pytest.mark.parametrize(("text", "until", "message"), [
    ("variables = ['tas']\ntests = ['rain']", "2001",
     "test 'rain': expected a rate of precipitation among the variables, found none"),
    ("variables = ['tas']\ntests = ['mean', 'rain']", "2001", "test 'rain': expected"),
    ("tests = ['mean', 'budget']\n[budget]", "2001", "test 'budget': expected all variables"),
    ("tests = ['mean', 'drift']", "2000-01-02", "test 'drift': expected 3 times or more, found 2"),
    ("tests = ['zonal variability']", "2000-01-01", "expected 2 times or more, found 1"),
])  # fmt: skip
def test_a_test_that_cannot_be_made_is_no_pass(natives, changed, tmp_path, monkeypatch, text, until,
                                               message):  # fmt: skip
    """It is told before values are read."""
    file = tmp_path / "climate.toml"
    file.write_text(text)
    monkeypatch.setattr("pyhybrid.climate.comparing.measure", None)
    refused(climate(changed(warmer), natives, "--variables", file, "--until", until), message)


def test_tests_that_are_not_asked_for_may_be_impossible(natives, changed, tmp_path):
    file = tmp_path / "climate.toml"
    file.write_text("variables = ['tas']\n[budget]\n")
    found, _ = results(changed(), natives, "--variables", file, "--until", "2000-01-01")
    assert set(found["variable"]["tas"]["test"]) == {"mean", "zonal mean"}


@pytest.mark.parametrize(("unit", "rain"), [("mm per lustrum", False), ("mm/h", True)])
def test_a_unit_of_rain_is_asked_for_where_rain_is_tested(natives, changed, tmp_path, monkeypatch,
                                                          unit, rain):  # fmt: skip
    """Before values are read; a known one is measured anyway."""

    def stored(path):
        with xarray.open_dataset(path, decode_times=False) as data:
            data = data[["tas", "pr"]].load()
        data["pr"].attrs["units"] = unit
        data.to_netcdf(tmp_path / Path(path).name)
        return str(tmp_path / Path(path).name)

    run, others = stored(changed()), [stored(one) for one in natives[:3]]
    file = tmp_path / "climate.toml"
    for more in ("", "precipitation = 'pr'\n"):
        file.write_text(f"{more}tests = ['mean']\n")
        found, _ = results(run, others, "--variables", file)
        assert set(found["variable"]["pr"]["test"]) == {"mean"}
        assert ("rain_mm_per_day" in found["variable"]["pr"]) is rain
    if not rain:
        monkeypatch.setattr("pyhybrid.climate.comparing.measure", None)
        refused(climate(run, others), f"or `tests` without rain, found {unit}")


def test_data_to_verify_with_has_to_fit(natives, changed, tmp_path):
    dataset({"tos": fields(1)["tas"]}).to_netcdf(tmp_path / "v.nc")
    refused(climate(changed(), natives, "--verification", tmp_path / "v.nc"), "expected one of")
    late = write(tmp_path / "late.nc", 1, start="2010-01-01")
    refused(climate(changed(), natives, "--verification", late), "dates: expected some from")
    done = climate(changed(), natives, "--climatology", late)
    assert done.exit_code == 2 and "expected --verification" in done.stderr


def test_words_before_native_are_the_run(natives):
    done = CliRunner().invoke(main, ["climate", "--native", *natives, "--no-html"])
    assert done.exit_code == 2 and "Missing argument 'RUN'" in done.stderr


def test_what_cannot_be_written_is_told_first(natives, changed, tmp_path):
    refused(climate(changed(), natives, "--json", tmp_path), "expected a regular file")


def test_the_file_of_the_page_is_one(tmp_path):
    (text,) = re.findall("```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "climate.toml"
    path.write_text(text)
    selection = read_selection(path)
    assert selection.precipitation == "pr" and len(selection.tests) == 5
    water = selection.budgets["water"]
    assert water.terms == {"evspsbl": 1, "pr": -1} and water.stores == {"prw": 1}
