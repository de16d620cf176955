# SPDX-License-Identifier: BSD-3-Clause
"""How far an emulated run is from the native one, and whether that is accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from column_figures import MODES, SOLUBLE, SPECIES, Array, Output

TOLERANCE = 0.02  # of a burden, relative to native
ADJUSTMENT = 10  # days after which the error shall not grow
FEWEST = 5  # days from which a trend is told
YEAR = 365  # days
STUDENT = 4.303  # of the t distribution with two degrees of freedom 95 % are within

Measured = tuple[float, float] | None
Measure = Callable[[Array], Measured]


def burdens(output: Output) -> dict[str, Array]:
    """By time and column: species [mg m-2], numbers of modes [m-2], their water [mg m-2]."""
    species = {name: output.species(name) for name in SPECIES}
    numbers = {f"N_{mode}": output.burden[:, output.names.index(f"N_{mode}")] for mode in MODES}
    water = {f"water_{mode}": 1e6 * output.water[:, i] for i, mode in enumerate(SOLUBLE)}
    return species | numbers | water


def courses(output: Output) -> dict[str, Array]:
    """Mean burdens by time; keys and units as of `burdens`."""
    return {name: output.mean(values) for name, values in burdens(output).items()}


def errors(native: Output, other: Output) -> dict[str, Array]:
    """Signed errors of the mean burdens by time, relative to native; keys as of `courses`."""
    truth = courses(native)
    return {name: relative(truth[name], course) for name, course in courses(other).items()}


def relative(native: Array, other: Array) -> Array:
    """Other minus native over native, or a thousandth of its largest; 1 where nothing should be."""
    scale = np.maximum(native, native.max() / 1000)
    difference = other - native
    return np.divide(difference, scale, out=np.sign(difference), where=scale > 0)


def growth(error: Array) -> Measured:
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

    Notes
    -----
    It sees drifts, and no oscillation. Days of a smooth course are not independent; the usual
    remedy counts n (1 - r) / (1 + r) of n days, r being the correlation of neighbours about the
    line (Santer et al. 2000, https://doi.org/10.1029/1999JD901105). Here r is 0.5 to 0.9: of 20
    days 1 to 7 are left, and where fewer than 2 are, everything would be accepted. In synthetic
    courses with r = 0.8 and a scatter of 0.05 to 0.1 %, 3 to 15 % of steady ones are rejected; with
    the remedy 1 to 6 %, but of those that drift by 0.3 % in 20 days it misses 19 to 55 % in place
    of 4 to 31 %. It is the emulator that has to show that it is steady, so days count in full: a
    slow swing that would come back may be rejected, and a longer run tells.
    """
    late = error[ADJUSTMENT:]
    if late.size < FEWEST:
        return None
    gain, deviation, end = _line(late)
    return float(np.sign(end) * gain), 2 * deviation


def size_growth(error: Array) -> Measured:
    """By how much a straight line through the largest sizes of each quarter after day 10 rises.

    Sees oscillations with a growing amplitude, if half a period fits into a quarter.

    Returns
    -------
    growth, uncertainty : float
        As of `growth`, the latter with Student's t of the two degrees of freedom that four have.
    None
        Fewer than five days in a quarter.
    """
    late = np.abs(error[ADJUSTMENT:])
    if late.size < 4 * FEWEST:
        return None
    gain, deviation, _ = _line(np.array([part.max() for part in np.array_split(late, 4)]))
    return gain, STUDENT * deviation


def jump(error: Array) -> Measured:
    """The largest size in the later half of the days after day 10, less that in the first half.

    Sees what comes late and suddenly, on the last day too.

    Returns
    -------
    jump, uncertainty : float
        The latter three standard deviations of the days of the first half: days of nothing but
        noise exceed that once in a hundred runs of 30 days.
    None
        As of `size_growth`.
    """
    late = error[ADJUSTMENT:]
    if late.size < 4 * FEWEST:
        return None
    first, later = np.array_split(late, 2)
    return float(np.abs(later).max() - np.abs(first).max()), float(3 * first.std(ddof=1))


MEASURES = {"growth": growth, "size_growth": size_growth, "jump": jump}


def _line(values: Array) -> tuple[float, float, float]:
    """What a straight line gains in all, the standard error of that, and where it ends."""
    day = np.arange(values.size) - (values.size - 1) / 2
    slope = day @ values / (day @ day)
    line = values.mean() + slope * day
    scatter = np.sum((values - line) ** 2) / (values.size - 2) / (day @ day)
    return float(slope * values.size), float(np.sqrt(scatter) * values.size), float(line[-1])


def _sure(found: Measured) -> float:
    """What is left without the scatter of days."""
    return -np.inf if found is None else found[0] - found[1]


def growth_limit(measure: Measure, days: int, members: Sequence[Array]) -> float:
    """Growth that is accepted in a run of so many days.

    Either what would take more than a year to use up the tolerance, or what the model itself makes
    of a difference: the largest growth of a member, which was native all the time.
    """
    slow = TOLERANCE * (days - ADJUSTMENT) / YEAR
    return max([slow, *(_sure(measure(member)) for member in members)])


def row(error: Array, members: Sequence[Array]) -> dict[str, Any]:
    """What `summary.json` holds of a burden: errors of the emulated run and of native members.

    `reasons` are why it is not accepted: `largest` above the tolerance on any day, or one of the
    MEASURES that is surely above its limit.
    """
    spread = np.abs(members).max(axis=0) if len(members) else None
    reasons = _reasons(error, members)
    return {
        "largest": float(np.abs(error).max()),
        "last": float(error[-1]),
        "bias": float(error.mean()),
        **{k: v for name in MEASURES for k, v in _measured(name, error, members).items()},
        "tolerance": TOLERANCE,
        "accepted": not reasons,
        "reasons": reasons,
        "members_largest": None if spread is None else float(spread.max()),
        "by_day": error.tolist(),
        "members_by_day": None if spread is None else spread.tolist(),
    }


def _reasons(error: Array, members: Sequence[Array]) -> list[str]:
    grown = [
        name
        for name, measure in MEASURES.items()
        if _sure(measure(error)) > growth_limit(measure, error.size, members)
    ]
    return grown if np.abs(error).max() <= TOLERANCE else ["largest", *grown]


def _measured(name: str, error: Array, members: Sequence[Array]) -> dict[str, float | None]:
    measure = MEASURES[name]
    found, uncertainty = measure(error) or (None, None)
    limit = None if found is None else growth_limit(measure, error.size, members)
    return {name: found, f"{name}_uncertainty": uncertainty, f"{name}_limit": limit}


def rows(
    native: Output, emulated: Output, members: Sequence[Output] = ()
) -> dict[str, dict[str, Any]]:
    """A row for each burden."""
    spread = [errors(native, member) for member in members]
    return {
        name: row(error, [member[name] for member in spread])
        for name, error in errors(native, emulated).items()
    }
