# SPDX-License-Identifier: BSD-3-Clause
"""What M7 obeys, as constraints of the library: no species is made or lost, nothing is negative."""

from __future__ import annotations

from column_runs import SCHEME
from numpy.typing import ArrayLike, NDArray

from pyhybrid.m7.layout import AEROSOL_WATER, MASSES, NMASS, NUMBERS, SPECIES

AIR_MASS = "atmosphere_mass_per_unit_area"
PRODUCTION = "tendency_of_mass_fraction_of_sulfuric_acid_in_air_due_to_gas_production"
TIME_STEP = 1800  # s
Levels = tuple[int, int]  # the first and the last
#: M7 keeps the mass of each box; a scheme has at most 16 budgets. Above 525 hPa, to 787.5, below.
LAYERS: tuple[Levels, ...] = ((1, 22), (23, 28), (29, 37))

_HEAD = f"[[scheme.{SCHEME}.constraint]]\nkind = "


def bounds() -> str:
    """TOML: masses, numbers and water are not negative."""
    fields = (MASSES, NUMBERS, AEROSOL_WATER)
    return "".join(f'{_HEAD}"bounds"\noutput = "{name}"\nminimum = 0.0\n' for name in fields)


def budgets(errors: ArrayLike, layers: tuple[Levels, ...]) -> str:
    """TOML: the mass of each species in each of these layers is what it was, and what is produced.

    Parameters
    ----------
    errors : (19,) or more
        Mean squared errors of the masses: of an imbalance each takes its part, as in the most
        likely correction of independent errors.
    layers : of the host's levels
    """
    weights = _weights(errors)
    return "".join(
        f'{_HEAD}"budget"\nname = "{species}, levels {first} to {last}"\nunit = "kg m-2"\n'
        f"terms = [\n{_terms(species, weights, f'levels = [{first}, {last}]')}]\n"
        for species in SPECIES
        for first, last in layers
    )


def _weights(errors: ArrayLike) -> NDArray:
    """Within a species relative to the largest; 1 where no mass has any error."""
    import numpy as np

    weights = np.array(errors, dtype=np.float64)[:NMASS]
    for part in SPECIES.values():
        most = weights[part].max()
        weights[part] = weights[part] / most if most > 0 else 1.0
    return weights


def _terms(species: str, weights: NDArray, levels: str) -> str:
    """Masses after the step less those before it; of sulfate also the gas that was produced."""
    tracers = range(NMASS)[SPECIES[species]]
    shared = f'{levels}, measure = "{AIR_MASS}"'
    lines = [
        f'output = "{MASSES}", species = {i + 1}, {shared}, profile = "{MASSES}", '
        f"weight = {weights[i]:.6g}"
        for i in tracers
    ]
    lines += [f'input = "{MASSES}", species = {i + 1}, {shared}, factor = -1' for i in tracers]
    if species == "SO4":
        lines.append(f'input = "{PRODUCTION}", {shared}, factor = "-{TIME_STEP} s"')
    return "".join(f"  {{ {line} }},\n" for line in lines)
