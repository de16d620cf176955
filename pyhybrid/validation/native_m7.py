# SPDX-License-Identifier: BSD-3-Clause
"""Native M7 for ``pyhybrid validate --native pyhybrid.validation.native_m7:aerosol_microphysics``.

With the options and the fields of the recordings of ``examples/aerosol_columns``.
"""

from __future__ import annotations

import numpy as np

from ..m7.layout import AEROSOL_WATER, ENVIRONMENT, MASSES, NMASS, NUMBERS
from ..native import m7
from .samples import Fields


def aerosol_microphysics(fields: Fields) -> Fields:
    """One step of M7.

    Parameters
    ----------
    fields : dict of str to ndarray of float64, shape (sample, level[, species])
        The inputs of such a recording; ``time_step`` (sample).

    Returns
    -------
    dict of str to ndarray
        Masses and numbers after the step, and the water.
    """
    *names, _ = ENVIRONMENT
    layer = fields.get("atmosphere_boundary_layer_mask", np.zeros_like(fields[names[0]]))
    tracers = np.concatenate([fields[MASSES], fields[NUMBERS]], axis=2)
    water = np.empty((*tracers.shape[:2], 4))
    for dt in np.unique(fields["time_step"]):
        same = fields["time_step"] == dt
        temperature, pressure, humidity, cloud, production, mixed = (
            np.asfortranarray(one[same]) for one in (*(fields[name] for name in names), layer)
        )
        state = np.asfortranarray(tracers[same])
        particles = m7(
            float(dt), pressure, temperature, humidity, cloud, production, mixed, state
        )
        tracers[same], water[same] = state, particles.water
    return {MASSES: tracers[..., :NMASS], NUMBERS: tracers[..., NMASS:], AEROSOL_WATER: water}

