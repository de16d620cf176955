# SPDX-License-Identifier: BSD-3-Clause
"""Pages of what is rare: several emulators of other outputs, members, no places; and the docs."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from recorded_runs import card

from pyhybrid import Domain, Field
from pyhybrid.cli import main
from pyhybrid.validation.thresholds import beyond_limits, read_limits

DOCS = Path(__file__).parents[3] / "docs" / "validation.md"


def page_of(tmp_path, *arguments):
    page = tmp_path / "page.html"
    result = CliRunner().invoke(main, ["validate", *map(str, arguments), "--html", str(page)])
    assert result.exit_code == 0, result.output
    return page.read_text(), result.stdout


def captions(page):
    return re.findall("<figcaption>(.*?)</figcaption>", page)


def test_emulators_of_other_outputs_share_a_page(emulator, python_plugin, write_emulator, recording,
                                                 tmp_path):  # fmt: skip
    program = "def emulate(x):\n    return x[:, :1] * 1e-8\n"
    rain = write_emulator(card(outputs=card().outputs[1:2]), program, "rain.py")
    page, tables = page_of(tmp_path, emulator("all.py"), rain, recording)
    assert "<h2>drying</h2>" in page and "<h2>rain</h2>" in page
    assert len(re.findall("^  rain.py +rain ", tables, re.MULTILINE)) >= 1


def test_members_are_drawn(python_plugin, write_emulator, recording, tmp_path):
    pytest.importorskip("scoringrules")
    noise = Field("wave", "1", "noise", "real", ("column", "level"), 5)
    program = "import numpy as np\n\ndef emulate(x):\n"
    program += "    return np.concatenate([1e-9 * x[:, 10:15], x[:, 10:12]], axis=1)\n"
    path = write_emulator(card(inputs=(*card().inputs, noise)), program)
    page, tables = page_of(tmp_path, path, recording, "--members", 4)
    assert any("Ranks of the native value" in one for one in captions(page))
    assert "spread over error" in tables


def test_a_recording_without_places_has_no_maps(emulator, tmp_path, netcdf_plugin):
    path = tmp_path / "nowhere.nc"
    text = f"[scheme.convection]\nmode = 'record'\nrecord.path = '{path}'\n"
    with Domain(text=text) as domain, domain.scheme("convection") as scheme:
        for field in {one.name: one for one in (*card().inputs, *card().outputs)}.values():
            scheme.field(field.name, field.unit, field.role)
        domain.step(1, dt=1.0)
        random = np.random.default_rng(0)
        with scheme.open(50) as call:
            call.put("temperature", random.normal(270, 9, (50, 5)))
            call.put("drying", np.zeros((50, 5)))
            call.run()
            call.get("drying", random.normal(0, 1e-9, (50, 5)))
            call.get("rain", random.uniform(0, 1e-6, 50))
            call.get("deep", np.zeros(50, "i4"))
    page, tables = page_of(tmp_path, emulator(), path)
    assert "<h2>Where</h2>" not in page and "weighted with their areas" not in tables
    assert "<h2>rain</h2>" in page
    result = CliRunner().invoke(main, ["validate", str(emulator()), str(path), "--split", "region"])
    assert result.exit_code == 1 and "expected latitudes in the recording" in result.output


# ---- The documentation


def test_options_of_the_docs_exist():
    text = DOCS.read_text()
    said = set(re.findall(r"(--[a-z]+(?:-[a-z]+)*)", text))
    known = {
        option
        for command in ("validate", "replay")
        for parameter in main.commands[command].params
        for option in parameter.opts
    }
    assert said and said <= known
    validate = {option for one in main.commands["validate"].params for option in one.opts}
    assert {one for one in validate if one.startswith("--")} <= said  # each is told of


def test_limits_of_the_docs_are_read(tmp_path):
    (text,) = re.findall("```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    path = tmp_path / "limits.toml"
    path.write_text(text)
    limits = read_limits(path)
    field = {"r2": 0.9995, "bias": 0.0, "worst_r2": 0.995, "rows": {"rmse": [[3.0]] * 11}}
    measured = {
        "field": {"upwelling_longwave_flux_in_air": field},
        "budget": {"energy": {"relative": 0.0}},
        "outside": {"samples": 0.5},
        "split": {"tropics": {"field": {"upwelling_longwave_flux_in_air": {"r2": 1.0}}}},
    }
    beyond = beyond_limits(path, limits, {"a": measured})
    assert [one.split(": expected")[0] for one in beyond] == [
        "a: field / upwelling_longwave_flux_in_air / rows / rmse / 11 / 1",
        "a: outside / samples",
    ]
    assert tomllib.loads(text) == limits
