# SPDX-License-Identifier: BSD-3-Clause
"""A small model with audit, guards and hooks that learn."""

import numpy as np

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


def emulating(emulator, audit="steps = 1.0"):
    """A configuration with all of it."""
    head = f"[scheme.radiation]\nmode = 'emulate'\nemulator = '{emulator}'\n"
    return head + HOOKS.format(audit=audit)


def run(text, ncol_of_block=NCOL, first=1, last=NSTEP, load=None):
    """A run from step `first` to step `last`, and what the host got in each of them."""
    model = Run(text, ncol_of_block)
    if load:
        load(model.domain)
    return model, [model.step(step) for step in range(first, last + 1)]
