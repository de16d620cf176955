# SPDX-License-Identifier: BSD-3-Clause
import numpy as np

import pyhybrid

t = np.asfortranarray(230.0 + 5.0 * np.arange(12).reshape(3, 4).T)  # (column, level)
dtdt = np.zeros_like(t)

with pyhybrid.Domain("hybrid.toml") as domain, domain.scheme("cooling") as cooling:
    with cooling.open(ncol=4) as call:
        call.put("air_temperature", t)
        call.run()
        if call.native_wanted():
            dtdt[:] = 0.0  # here a model calls its own routine
        call.get("tendency_of_air_temperature", dtdt)

for level in range(3):
    print(f"{dtdt[0, level]:.6e} {dtdt[3, level]:.6e}")
