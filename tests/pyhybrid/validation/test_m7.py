# SPDX-License-Identifier: BSD-3-Clause
"""The shipped emulator of M7 beside native M7: scores, budgets of species, Jacobians."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip(
    "pyhybrid.native._fortran", reason="built without f90wrap", exc_type=ImportError
)
sys.path.insert(0, str(Path(__file__).parents[1]))

from m7_boxes import usual

from pyhybrid import Domain
from pyhybrid.cli import main
from pyhybrid.m7.layout import ENVIRONMENT, MASSES, NUMBERS, fields_of, m7_card
from pyhybrid.validation.native_m7 import aerosol_microphysics

EMULATOR = Path(__file__).parents[3] / "examples/aerosol_columns/emulators/m7.safetensors"
NCOL, NLEV = 60, 4
BUDGET = """\
[scheme.m7]
[[scheme.m7.constraint]]
kind = "budget"
name = "dust"
unit = "kg kg-1"
enforce = false
terms = [
""" + "".join(
    f'  {{ {side} = "{MASSES}", species = {species}, factor = {sign} }},\n'
    for side, sign in (("output", 1), ("input", -1))
    for species in range(16, 20)
) + "]\n"  # fmt: skip


def columns():
    """Boxes as columns, all with one time step."""
    x = usual(NCOL * NLEV)
    found = fields_of(x, np.zeros((len(x), 30)))["input"]
    fields = {name: one.reshape(NCOL, NLEV, -1) for name, one in found.items()}
    fields |= {name: fields[name][..., 0] for name in ENVIRONMENT}
    return fields | {"time_step": np.full(NCOL, 1800.0)}


@pytest.fixture
def recording(netcdf_plugin, builtin_plugin, tmp_path):
    path = tmp_path / "m7.nc"
    text = f"[scheme.m7]\nmode = 'record'\nrecord.path = '{path}'\n"
    fields = columns()
    after = aerosol_microphysics(fields)
    card = m7_card("m7")
    with Domain(text=text) as domain, domain.scheme("m7") as scheme:
        for one in {one.name: one for one in (*card.inputs, *card.outputs)}.values():
            scheme.field(one.name, one.unit, one.role, " ".join(one.dims) or None)
        domain.step(1, dt=1800.0)
        with scheme.open(NCOL) as call:
            for name, values in fields.items():
                call.put(name, np.array(1800.0) if name == "time_step" else values)
            call.run()
            for name, values in after.items():
                call.get(name, np.ascontiguousarray(values))
    return path


def test_native_m7_is_what_was_recorded_and_the_emulator_answers_as_it_does(recording, tmp_path):
    config = tmp_path / "hybrid.toml"
    config.write_text(BUDGET)
    native = "pyhybrid.validation.native_m7:aerosol_microphysics"
    result = CliRunner().invoke(main, [
        "validate", str(EMULATOR), str(recording), "--json", "-", "--native", native, "--config",
        str(config), "--sensitivity-samples", "8",
    ])  # fmt: skip
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["emulators"].values()
    jacobian = found["jacobian"]
    assert jacobian["native_function_misses"] < 1e-12  # the same routine, once more
    assert jacobian["correlation"] > 0.95 and jacobian["samples"] == 8 * NLEV
    assert found["field"][NUMBERS]["r2"] > 0.99 and found["field"][MASSES]["r2"] > 0.99
    assert found["budget"]["dust"]["relative"] < 1e-14  # the network conserves, native too
    assert found["budget"]["dust"]["native"]["relative"] < 1e-14
