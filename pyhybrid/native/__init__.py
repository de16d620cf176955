# SPDX-License-Identifier: BSD-3-Clause
"""The native schemes of ``fortran/physics``, called from Python.

For training data and for tests of emulators against what they replace.
"""

from __future__ import annotations

from .aerosol import (
    M7_PAIRS,
    M7_TRACERS,
    M7Particles,
    coagulation_kernel,
    condensation_coefficient,
    m7,
    nucleation_fit,
    nucleation_rate,
    number_equation,
)

__all__ = [
    "M7_PAIRS",
    "M7_TRACERS",
    "M7Particles",
    "coagulation_kernel",
    "condensation_coefficient",
    "m7",
    "nucleation_fit",
    "nucleation_rate",
    "number_equation",
]
