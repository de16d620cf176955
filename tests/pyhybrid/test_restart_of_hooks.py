# SPDX-License-Identifier: BSD-3-Clause
"""A run with audit, guards and hooks that learn, stopped after any step and started again in other
blocks: every value has the bits of the run that was never stopped."""

import numpy as np
import pytest

from pyhybrid import Domain

NCOL, NLEV, NSTEP = 24, 4, 7
DT = 3600.0
HOOKS = """
guard.finite = "native"
audit = {{ {audit}, alarm = {{ learn = 2, threshold = 0.5 }} }}
[[scheme.radiation.hook]]
kind = "running_mean"
fields = ["heating"]
learn = "audit"
region = "column"
bins_per_day = 2
time_of_day = "utc"
least_samples = 1
time_scale = "4 hours"
cadence = 2
ramp = "10 hours"
[[scheme.radiation.hook]]
kind = "ridge"
fields = ["heating"]
learn = "audit"
predictors = ["air_temperature"]
least_samples = 5
[[scheme.radiation.hook]]
kind = "kalman"
fields = ["flux"]
learn = "observe"
initial = "100 W m-2"
drift = "10 W m-2"
"""


class Run:
    """A model of NCOL columns, whose native routine is the emulator with an error of its own."""

    def __init__(self, text, ncol_of_block):
        angle = np.linspace(0.0, 80.0, NCOL)
        self.domain = Domain(text=text, column=np.arange(NCOL, 0, -1), lat=angle, lon=angle)
        self.scheme = self.domain.scheme("radiation")
        self.block = ncol_of_block

    def step(self, step):
        """One step; what the host got of all columns."""
        self.domain.step(step, f"2001-01-01T{step:02}:30:00", dt=DT)
        random = np.random.default_rng(step)
        temperature = random.uniform(200, 300, (NCOL, NLEV))
        pressure = random.uniform(9e4, 1e5, NCOL)
        if step == 3:
            temperature[0, 0] = np.nan
        heating, flux = np.empty((NCOL, NLEV)), np.empty(NCOL)
        for first in range(0, NCOL, self.block):
            columns = slice(first, first + self.block)
            arrays = [array[columns] for array in (temperature, pressure, heating, flux)]
            self._block(step, first, *arrays)
        return heating.tobytes() + flux.tobytes()

    def _block(self, step, first, temperature, pressure, heating, flux):
        with self.scheme.open(pressure.size, first + 1) as call:
            call.put("air_temperature", temperature)
            call.put("surface_air_pressure", pressure)
            call.run()
            if call.native_wanted():
                heating[:] = np.nan_to_num(temperature) / 3.1 + pressure[:, None] + step
                flux[:] = 7.01 * pressure
            call.get("heating", heating)
            call.get("flux", flux)
        self.scheme.observe("flux", 0.01 * pressure, first=first + 1)


@pytest.fixture(params=["steps = 1.0", "steps = 0.5", "tiles = 0.5, tile_columns = 4"])
def text(request, plain):
    head = f"[scheme.radiation]\nmode = 'emulate'\nemulator = '{plain}'\n"
    return head + HOOKS.format(audit=request.param)


def run(text, ncol_of_block=NCOL, first=1, last=NSTEP, load=None):
    """A run from step `first` to step `last`, and what the host got in each of them."""
    model = Run(text, ncol_of_block)
    if load:
        load(model.domain)
    return model, [model.step(step) for step in range(first, last + 1)]


def test_hooks_change_what_the_host_gets(text):
    _, with_hooks = run(text)
    _, without = run(text.split("[[")[0])
    assert with_hooks[0] == without[0] and with_hooks[-1] != without[-1]


def test_without_a_restart_a_run_goes_on_differently(text):
    _, expected = run(text)
    _, ended = run(text, first=4)
    assert ended[-1] != expected[-1]


@pytest.mark.parametrize("stop", [1, 2, 3, 6])
@pytest.mark.parametrize("blocks", [(NCOL, 7), (1, NCOL)])
def test_file_after_any_step(text, stop, blocks, tmp_path, netcdf_plugin):
    _, expected = run(text)
    model, begun = run(text, blocks[0], last=stop)
    model.domain.save(tmp_path / "restart.nc")
    path = tmp_path / "restart.nc"
    _, ended = run(text, blocks[1], stop + 1, load=lambda domain: domain.load(path))
    assert begun + ended == expected


@pytest.mark.parametrize("stop", [2, 5])
def test_arrays_after_any_step(text, stop):
    _, expected = run(text)
    model, begun = run(text, 5, last=stop)
    shared, columns = model.domain.get_state()
    _, ended = run(text, 24, stop + 1, load=lambda domain: domain.set_state(shared, columns))
    assert begun + ended == expected
    assert columns.shape[1] == NCOL


def test_saving_changes_nothing(text):
    _, expected = run(text)
    model = Run(text, NCOL)
    found = []
    for step in range(1, NSTEP + 1):
        found.append(model.step(step))
        model.domain.get_state()
    assert found == expected


def test_a_run_may_go_back(text):
    """Loading while the model runs forgets what it has learned since."""
    _, expected = run(text)
    model, _ = run(text, last=3)
    state = model.domain.get_state()
    for step in range(4, 7):
        model.step(step)
    model.domain.set_state(*state)
    assert [model.step(step) for step in range(4, NSTEP + 1)] == expected[3:]
