# SPDX-License-Identifier: BSD-3-Clause
"""Constants of M7 in micrometres, cm-3, kg kg-1: the ranges that real32 holds well.

The same as those of the native scheme, whose modules cite their sources.
"""

from __future__ import annotations

from math import exp, log, pi

from .layout import MODES

#: [kg m-3]
DENSITY = {"SO4": 1841.0, "BC": 1800.0, "OC": 1300.0, "SS": 2165.0, "DU": 2650.0}
#: Hygroscopicity [1]
KAPPA = {"SO4": 0.60, "BC": 0.0, "OC": 0.06, "SS": 1.0, "DU": 0.0}
LN2_SIGMA = dict.fromkeys(MODES, log(1.59) ** 2) | dict.fromkeys(("CS", "CI"), log(2.0) ** 2)
#: Median dry radius from which a soluble mode begins [um]
LOWER_BOUND = {"NS": 0.5e-3, "KS": 5e-3, "AS": 5e-2, "CS": 5e-1}
#: What stands for the median radius of an empty mode [um]
EMPTY_RADIUS = LOWER_BOUND | {"KI": 5e-3, "AI": 5e-2, "CI": 5e-1}

GAS_CONSTANT_AIR = 287.05  # [J kg-1 K-1]
GAS_CONSTANT = 8.31446262  # [J mol-1 K-1]
MOLECULE = 98.0734 / 6.02214076e23  # of H2SO4 [g]
MOLECULES = 1e-3 / MOLECULE  # [cm-3] in 1 kg m-3
BOLTZMANN = 1.380649e-16  # [erg K-1]
MOLAR_MASS_WATER = 18.0153e-3  # [kg mol-1]
CROSS_SECTION = 2.39e-15  # of H2SO4 [cm2]
SMALLEST_NUMBER = 1e-10  # a mode with fewer particles [cm-3] takes part in nothing
SMALLEST_VOLUME = 1e-11  # nor one with smaller particles [um3]
HIGHEST_HUMIDITY = 0.95  # that counts for the water
SPHERE = 4.0 / 3.0 * pi


def mean_volume(radius: float, mode: str) -> float:
    """Of a particle [um3] of a mode of this median radius [um] (Hatch and Choate 1929)."""
    return SPHERE * radius**3 * exp(4.5 * LN2_SIGMA[mode])


def median_radius(mode: str) -> float:
    """Of a mode whose mean particle has the volume 1 um3 [um]."""
    return mean_volume(1.0, mode) ** (-1.0 / 3.0)
