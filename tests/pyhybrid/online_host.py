# SPDX-License-Identifier: BSD-3-Clause
"""A host of a few columns whose native routine writes -9, for tests of what happens online."""

import numpy as np

from pyhybrid import Domain, Field

NCOL, NLEV = 8, 4
NATIVE = -9.0
LEVELS = ("column", "level")
TEMPERATURE = Field("air_temperature", "K", "state", "real", LEVELS, NLEV)
HEATING = Field("heating", "K s-1", "tendency", "real", LEVELS, NLEV)
AS_IT_IS = "def emulate(x):\n    return x\n"  # heating has the values of the temperature


def table(name, emulator, more="", mode="emulate"):
    """The table of a scheme; `more`: further lines, tables below it last."""
    return f"[scheme.{name}]\nmode = '{mode}'\nemulator = '{emulator}'\n{more}\n"


def hook(file, more=""):
    """A hook in Python on the heating of scheme 's'."""
    return f"[[scheme.s.hook]]\nkind = 'python'\nfile = '{file}'\nfields = ['heating']\n{more}\n"


class Host:
    """Domain and schemes; `log` is what was told at warning level or above."""

    def __init__(self, text, schemes=("s",), ncol=NCOL):
        self.log = []
        self.domain = Domain(text=text, column=np.arange(1, ncol + 1), log=self._told)
        self.schemes = {name: self.domain.scheme(name) for name in schemes}

    def _told(self, level, text):
        if level >= 30:
            self.log.append(text)

    def block(self, temperature, name="s", first=1, **puts):
        """What the host has after one call, and whether the native routine was wanted."""
        heating = np.zeros_like(temperature)
        with self.schemes[name].open(len(temperature), first) as call:
            call.put("air_temperature", temperature)
            for field, values in puts.items():
                call.put(field, values)
            call.run()
            wanted = call.native_wanted()
            if wanted:
                heating[:] = NATIVE
            call.get("heating", heating)
        return heating, wanted

    def statistics(self, name="s"):
        return self.domain.statistics()["schemes"][name]


def columns(ncol=NCOL, kind="f8", nan=()):
    """Temperatures that are all different; those of the columns `nan` are none."""
    values = 200 + np.arange(ncol * NLEV, dtype=kind).reshape(ncol, NLEV)
    values[list(nan)] = np.nan
    return values
