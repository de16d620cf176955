# SPDX-License-Identifier: BSD-3-Clause
"""How far an emulated run is from the native one, and whether that is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from column_figures import MODES, SOLUBLE, SPECIES, Array, Output

TOLERANCE = 0.02  # of a burden, relative to native
ADJUSTMENT = 10  # days after which the error shall not grow
FEWEST = 5  # days from which a trend is told
YEAR = 365  # days


def courses(output: Output) -> dict[str, Array]:
    """Mean burdens by time: species [mg m-2], numbers of modes [m-2], their water [mg m-2]."""
    species = {name: output.mean(output.species(name)) for name in SPECIES}
    numbers = {
        f"N_{mode}": output.mean(output.burden[:, output.names.index(f"N_{mode}")])
        for mode in MODES
    }
    water = {
        f"water_{mode}": 1e6 * output.mean(output.water[:, i]) for i, mode in enumerate(SOLUBLE)
    }
    return species | numbers | water


def errors(native: Output, other: Output) -> dict[str, Array]:
    """Signed errors of the mean burdens by time, relative to native; keys as of `courses`."""
    truth = courses(native)
    return {name: relative(truth[name], course) for name, course in courses(other).items()}


def relative(native: Array, other: Array) -> Array:
    """Other minus native over native, or a thousandth of its largest; 1 where nothing should be."""
    scale = np.maximum(native, native.max() / 1000)
    difference = other - native
    return np.divide(difference, scale, out=np.sign(difference), where=scale > 0)


def growth(error: Array) -> tuple[float, float] | None:
    """By how much a straight line through the errors after day 10 leads away from zero.

    Parameters
    ----------
    error : (day,)
        Signed, so that one which passes through zero is not taken for steady.

    Returns
    -------
    growth, uncertainty : float
        Slope times the number of days, negative where the error shrinks; two standard errors of
        it, from the scatter of days about the line as if they were independent.
    None
        Fewer than five days.
    """
    late = error[ADJUSTMENT:]
    if late.size < FEWEST:
        return None
    day = np.arange(late.size) - (late.size - 1) / 2
    slope = day @ late / (day @ day)
    line = late.mean() + slope * day
    scatter = np.sum((late - line) ** 2) / (late.size - 2)
    uncertainty = 2 * np.sqrt(scatter / (day @ day))
    return float(np.sign(line[-1]) * slope * late.size), float(uncertainty * late.size)


def sure_growth(error: Array) -> float | None:
    """Growth less its uncertainty: what is not the scatter of days."""
    found = growth(error)
    return None if found is None else found[0] - found[1]


def growth_limit(days: int, members: Sequence[Array]) -> float:
    """Growth that is accepted in a run of so many days.

    Either what would take more than a year to use up the tolerance, or what the model itself makes
    of a difference: the largest growth of a member, which was native all the time.
    """
    slow = TOLERANCE * (days - ADJUSTMENT) / YEAR
    return max([slow, *(sure_growth(member) or 0.0 for member in members)])


def row(error: Array, members: Sequence[Array]) -> dict[str, Any]:
    """What `summary.json` holds of a burden: errors of the emulated run and of native members.

    Accepted are errors up to the tolerance on each day that do not surely grow above the limit.
    """
    spread = np.abs(members).max(axis=0) if len(members) else None
    return {
        "largest": float(np.abs(error).max()),
        "last": float(error[-1]),
        "bias": float(error.mean()),
        **_growth_of(error, members),
        "tolerance": TOLERANCE,
        "accepted": _accepted(error, members),
        "members_largest": None if spread is None else float(spread.max()),
        "by_day": error.tolist(),
        "members_by_day": None if spread is None else spread.tolist(),
    }


def _accepted(error: Array, members: Sequence[Array]) -> bool:
    sure = sure_growth(error)
    small = bool(np.abs(error).max() <= TOLERANCE)
    return small and (sure is None or sure <= growth_limit(error.size, members))


def _growth_of(error: Array, members: Sequence[Array]) -> dict[str, float | None]:
    found, uncertainty = growth(error) or (None, None)
    limit = None if found is None else growth_limit(error.size, members)
    return {"growth": found, "growth_uncertainty": uncertainty, "growth_limit": limit}


def rows(
    native: Output, emulated: Output, members: Sequence[Output] = ()
) -> dict[str, dict[str, Any]]:
    """A row for each burden."""
    spread = [errors(native, member) for member in members]
    return {
        name: row(error, [member[name] for member in spread])
        for name, error in errors(native, emulated).items()
    }
