# SPDX-License-Identifier: BSD-3-Clause
"""A coupled run beside native ones: what is measured, what is tested, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .._each_once import check_each_once
from .._words import mismatch, unknown
from ..errors import ArgumentError, FieldError
from .balances import balance, budgets_of
from .grid import Array
from .levels import check_levels
from .measures import Measured, measure, trend
from .rain import factor_of, rain_numbers, rain_variable
from .rounding import alike, balance_rounding, roundings, slope_error
from .runs import Run, check_times, few_open_files
from .selection import Budget, Selection
from .significance import LEAST, Rounding, Test, judge, number_test, pattern_test

_YEAR = 365.25  # days
Done = Callable[[int, int], None]
Check = Callable[[list[str], list[str]], None]


@dataclass
class Comparison:
    """What came of it.

    Attributes
    ----------
    runs : list of Run
        The coupled one first.
    measured : dict
        Variable to what was measured in each run.
    budgets : dict of Budget
        Terms by the names of variables.
    precipitation : str
        "": none.
    tests : list of Test
    same : list of str
        Tests that say nothing, as all runs are the same.
    missing : list of str
        Messages on values that only the coupled run lacks.
    repeated : list of str
        Native runs with the values of the coupled one.
    alpha : float
    """

    runs: list[Run]
    measured: dict[str, list[Measured]]
    budgets: dict[str, Budget]
    precipitation: str
    tests: list[Test]
    same: list[str]
    missing: list[str]
    repeated: list[str]
    alpha: float

    @property
    def objections(self) -> list[str]:
        """What speaks against the run; nothing if it may be a native one."""
        return self.missing + [
            mismatch(f"{one.what}: {one.kind}", one.wanted,
                     f"{one.found} (p = {one.adjusted:.2g} for all tests together)")
            for one in self.tests
            if one.adjusted < self.alpha
        ]  # fmt: skip


def compare(
    run: Run, natives: Sequence[Run], selection: Selection | None = None, alpha: float = 0.05,
    done: Done = lambda count, total: None, check: Check = lambda variables, budgets: None,
) -> Comparison:  # fmt: skip
    """Measures all runs and tests the first against the others.

    Parameters
    ----------
    run : Run
    natives : sequence of Run
        At least three.
    selection : Selection, optional
    alpha : float
        In what part of all cases a native run may be rejected.
    done : callable
        Gets how many values are read, and how many there are.
    check : callable
        Gets the names of variables and budgets before any value is read, and may raise.

    Raises
    ------
    ArgumentError
        If there are too few natives, or one is given twice.
    FieldError, ShapeError
        If runs differ in variables, units, grids or times; a native has no number to compare with;
        a test that is asked for cannot be made, or none can say anything; two natives have the
        same values.
    """
    selection = selection or Selection()
    runs = [run, *natives]
    _check(runs)
    names = _variables(runs, selection)
    budgets = budgets_of(natives[0], selection)
    precipitation = rain_variable(natives[0], selection, names)
    _check_possible(selection, len(natives[0].days), precipitation, budgets)
    needed = dict.fromkeys([*names, *(n for b in budgets.values() for n in (*b.terms, *b.stores))])
    for name in needed:
        _check_variable(runs, name)
    rain = {precipitation: factor_of(natives[0], precipitation)} if precipitation else {}
    check(list(needed), list(budgets))
    measured = _measure(runs, list(needed), rain, done)
    _check_members(runs, measured)
    tests, same = _tests(runs, measured, names, budgets, precipitation, selection)
    missing = [text for name in names for text in _missing(name, measured[name])]
    if not tests and not missing:
        found = f"none, and {len(same)} of what is the same in all runs"
        raise FieldError(mismatch("climate: tests", "some that can say something", found))
    judge(tests, alpha)
    repeated = [natives[native - 1].name for native in _repeated(runs, measured, 0)]
    return Comparison(runs, measured, budgets, precipitation, tests, same, missing, repeated, alpha)


def _check(runs: list[Run]) -> None:
    if len(runs) - 1 < LEAST:
        wanted = f"{LEAST} or more, as their spread is what the run is judged by"
        raise ArgumentError(mismatch("climate: native runs", wanted, len(runs) - 1))
    check_each_once((file for one in runs for file in one.files), "climate: runs")
    for other in [*runs[2:], runs[0]]:
        check_times(runs[1], other)
        runs[1].grid.check_same(other.grid, other.name)


def _variables(runs: list[Run], selection: Selection) -> list[str]:
    native = runs[1]
    if selection.variables:
        return list(dict.fromkeys(native.variable(name) for name in selection.variables))
    axes = {"time", "latitude", "longitude"}
    names = [
        str(name)
        for name, one in native.data.data_vars.items()
        if axes <= set(one.dims) and len(one.dims) <= 4 and one.dtype.kind == "f"
    ]
    if not names:
        raise FieldError(mismatch(f"{native.name}: variables", f"some over {sorted(axes)}", "none"))
    return names


def _check_possible(
    selection: Selection, times: int, precipitation: str, budgets: dict[str, Budget]
) -> None:
    """Of the tests that are asked for; a verdict without them would seem to hold for them too."""
    lacking: dict[str, tuple[str, object]] = {}
    if times < 2:
        lacking |= dict.fromkeys(("variability", "zonal variability"), ("2 times or more", times))
    if times < 3:
        lacking["drift"] = ("3 times or more", times)
    if not precipitation:
        lacking["rain"] = ("a rate of precipitation among the variables", "none")
    if not budgets:
        lacking["budget"] = ("all variables of one, in its units", "none")
    for kind in selection.tests:
        if kind in lacking:
            raise FieldError(mismatch(f"climate: test {kind!r}", *lacking[kind]))


def _check_variable(runs: list[Run], name: str) -> None:
    native = runs[1].field(name)
    for run in runs:
        if name not in run.data.data_vars:
            known = list(map(str, run.data.data_vars)) or ["nothing"]
            raise FieldError(f"{run.name}: {unknown('variable', name, known)}")
        if run.unit(name) != runs[1].unit(name):
            raise FieldError(
                mismatch(f"{run.name}: unit of {name}", runs[1].unit(name), run.unit(name))
            )
        level, found = native.dims[1], run.field(name).dims[1]
        if found != level:
            raise FieldError(mismatch(f"{run.name}: {name}: axis of levels", level, found))
        check_levels(runs[1], run, name, name)


def _measure(
    runs: list[Run], names: list[str], rain: dict[str, float], done: Done
) -> dict[str, list[Measured]]:
    """Of variables that are precipitation there is a factor."""
    total = sum(run.field(name).size for run in runs for name in names)
    count = 0

    def read(values: int) -> None:
        nonlocal count
        count += values
        done(count, total)

    done(0, total)
    with few_open_files():
        return {
            name: [measure(run, name, rain.get(name, 0.0), read) for run in runs] for name in names
        }


def _check_members(runs: list[Run], measured: dict[str, list[Measured]]) -> None:
    """A copy is no further member. Some variables may be prescribed, all of them are not."""
    for one in range(1, len(runs)):
        for other in _repeated(runs, measured, one):
            found = f"the same values of {', '.join(measured)} in both"
            what = f"climate: native runs {runs[one].name} and {runs[other].name}"
            raise FieldError(mismatch(what, "different ones", found))


def _repeated(runs: list[Run], measured: dict[str, list[Measured]], one: int) -> list[int]:
    """Later runs with the same values of all variables."""
    weight = runs[1].grid.weight
    return [
        other
        for other in range(one + 1, len(runs))
        if all(alike(found[one], found[other], weight) for found in measured.values())
    ]


def _missing(name: str, found: list[Measured]) -> list[str]:
    most = max(one.missing for one in found[1:])
    if found[0].missing <= most:
        return []
    wanted = f"at most {most:.3g} of all, as in native runs"
    return [mismatch(f"{name}: values that are not finite", wanted, f"{found[0].missing:.3g}")]


def _tests(
    runs: list[Run], measured: dict[str, list[Measured]], names: list[str],
    budgets: dict[str, Budget], precipitation: str, selection: Selection,
) -> tuple[list[Test], list[str]]:  # fmt: skip
    """Those that can say something, and the names of the others."""
    found = [one for name in names for one in _of_variable(runs, name, measured[name])]
    if precipitation:
        found += rain_numbers(precipitation, measured[precipitation])
    for name, budget in budgets.items():
        values = np.array([balance(budget, measured, place, runs[place].days)
                           for place in range(len(runs))])  # fmt: skip
        found.append(_number(runs, name, "budget", budget.unit, values,
                             balance_rounding(budget, measured, runs)))  # fmt: skip
    found = [one for one in found if selection.tested(_kind(one))]
    same = [one for one in found if one.p == 1 and one.deviation == 0]
    return [one for one in found if one not in same], [f"{o.what}: {o.kind}" for o in same]


def _kind(test: Test) -> str:
    return "rain" if test.kind.startswith("rain") else test.kind


def _of_variable(runs: list[Run], name: str, found: list[Measured]) -> list[Test]:
    unit, weight = found[0].unit, runs[1].grid.weight
    slopes = np.array([trend(one.series, run.days).slope for one, run in zip(found, runs,
                       strict=True)])  # fmt: skip
    places, number = roundings(found, weight)
    line = number.times(slope_error(runs[1].days) * _YEAR)
    tests = [_number(runs, name, "mean", unit, np.array([one.mean for one in found]), number)]
    tests += _pattern(name, "zonal mean", unit, [one.zonal for one in found], weight, places)
    if len(runs[1].days) > 1:
        values = np.array([one.variability for one in found])
        tests.append(_number(runs, name, "variability", unit, values, number))
        tests += _pattern(name, "zonal variability", unit, [one.deviation for one in found], weight,
                          places)  # fmt: skip
    if len(runs[1].days) > 2:
        tests.append(_number(runs, name, "drift", f"{unit} per year", slopes * _YEAR, line))
    return tests


def _number(
    runs: list[Run], what: str, kind: str, unit: str, values: Array, rounding: Rounding
) -> Test:
    for run, value in zip(runs[1:], values[1:], strict=True):
        if not np.isfinite(value):
            raise FieldError(mismatch(f"{run.name}: {what}: {kind}", "a number", value))
    return number_test(what, kind, unit, float(values[0]), values[1:], rounding)


def _pattern(
    what: str, kind: str, unit: str, values: list[Array], weight: Array, rounding: Rounding
) -> list[Test]:
    """(level, latitude): levels count alike."""
    places = np.stack([one.ravel() for one in values])
    weights = np.broadcast_to(weight, values[0].shape).ravel()
    test = pattern_test(what, kind, unit, places[0], places[1:], weights, rounding)
    return [test] if test else []
