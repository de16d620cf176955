# SPDX-License-Identifier: BSD-3-Clause
"""Whether a run may be one of the native ones: tests that keep their level with few members.

All assume that members are independent and that what is tested is normally distributed over them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grid import Array

LEAST = 3  # native members


@dataclass(frozen=True)
class Rounding:
    """How far apart in files may be what is the same.

    Attributes
    ----------
    single : ndarray (place,) or float
        Of real32 numbers.
    step : float
        Of packed files, in which the run or the natives may be.
    """

    single: Array | float = 0.0
    step: float = 0.0

    def times(self, factor: float) -> Rounding:
        """Of values in another unit."""
        return Rounding(self.single * factor, self.step * factor)

    def same(self, run: Any, natives: Array) -> Any:
        """Where natives are alike, since it is prescribed, and the run is as they are.

        Parameters
        ----------
        run, natives : ndarray (place,) or float, (native[, place])
        """
        mean = natives.mean(0)
        alike = np.abs(natives - mean).max(0) <= self.single
        return alike & (np.abs(run - mean) <= self.single + self.step)


EXACT = Rounding()


@dataclass
class Test:
    """One number, or one pattern, of a run beside the native ones.

    Attributes
    ----------
    what, kind, unit : str
        Variable or budget; one of `selection.TESTS`, of rain which; unit.
    run, native : float
        Of a number: the run's, and the natives' mean. Of a pattern: root mean square over the
        area of the run's distance from the natives' mean, and of a native from the others'.
    difference, deviation : float
        Run less native; standard deviation of the natives (of the pattern: of its score).
    p : float
        Two-sided.
    members : ndarray (native,)
        The natives' numbers, or distances.
    adjusted : float
        p by Holm, for all tests together.
    limit : float
        A difference beyond it would be found whatever the other tests say; NaN of a pattern.
    """

    what: str
    kind: str
    unit: str
    run: float
    native: float
    difference: float
    deviation: float
    p: float
    members: Array
    adjusted: float = field(default=1.0)
    limit: float = field(default=float("nan"))

    @property
    def wanted(self) -> str:
        """What would not be found, in words."""
        if self._is_pattern:
            return f"a distance such as natives have, {self.native:.3g} {self.unit}"
        if self.deviation == 0:
            return f"{self.native:.9g} {self.unit}, prescribed: the same in all native runs"
        return f"{self.native:.5g} +- {self.limit:.2g} {self.unit}"

    @property
    def found(self) -> str:
        """As many digits as it takes."""
        fixed = self.deviation == 0 and not self._is_pattern
        return f"{self.run:.9g}" if fixed else f"{self.run:.5g}"

    @property
    def _is_pattern(self) -> bool:
        return self.kind.startswith("zonal")


def number_test(
    what: str, kind: str, unit: str, run: float, natives: Array, rounding: Rounding = EXACT
) -> Test:
    """Student's prediction interval for one more member.

    Parameters
    ----------
    run : float
    natives : ndarray (native,)
        Finite.
    rounding : Rounding
        Differences within it are none.
    """
    mean, deviation = float(natives.mean()), float(natives.std(ddof=1))
    if rounding.same(run, natives):
        return Test(what, kind, unit, run, mean, run - mean, 0.0, 1.0, natives)
    p = _student(run - mean, deviation, len(natives))
    return Test(what, kind, unit, run, mean, run - mean, deviation, p, natives)


def _student(difference: float, deviation: float, count: int) -> float:
    from scipy import stats

    if not np.isfinite(difference):
        return 0.0
    if deviation == 0:
        return float(difference == 0)
    t = abs(difference) / (deviation * np.sqrt(1 + 1 / count))
    return float(2 * stats.t.sf(t, count - 1))


def pattern_test(
    what: str, kind: str, unit: str, run: Array, natives: Array, weight: Array,
    rounding: Rounding = EXACT,
) -> Test | None:  # fmt: skip
    """One test of a whole pattern: the least p of three tests, times three (Bonferroni).

    The pattern in which all runs, this one among them, differ most is their first principal
    component; the runs' scores on it are compared by Student's t. Since the component does not
    depend on which of the runs is tested, the level is exact for any covariance in space, though
    there are fewer members than places (Läuter 1996, Biometrics 52, 964-970,
    https://doi.org/10.2307/2533057). That holds as well for values in standard deviations over all
    runs, the run among them, where places with little spread count as others do. Both look at the
    largest pattern alone; the third looks at each place, whatever happens elsewhere.

    Parameters
    ----------
    run, natives : ndarray (place,), (native, place)
    weight : ndarray (place,)
    rounding : Rounding
        Differences of places within it are none.

    Returns
    -------
    Test or None
        None if no place has a value in all natives.
    """
    good = np.isfinite(natives).all(0)
    if not good.any():
        return None
    with np.errstate(invalid="ignore"):  # a run may have what is no number
        same = rounding.same(run, natives)
    run, natives = np.where(same, natives[0], run), np.where(same, natives[0], natives)
    root = np.sqrt(weight[good] / weight[good].sum())
    natives, run = natives[:, good] * root, run[good] * root
    mean = natives.mean(0)
    distances = np.linalg.norm(natives - mean, axis=1) * len(natives) / (len(natives) - 1)
    distance = float(np.linalg.norm(run - mean))
    if not np.isfinite(distance):
        return Test(what, kind, unit, distance, float(distances.mean()), distance, np.nan, 0.0,
                    distances)  # fmt: skip
    rows = np.vstack([run, natives])
    scores = _scores(rows)
    p = min(1.0, 3 * min(_p(scores), _p(_scores(_in_deviations(rows, root))), _p_of_places(rows)))
    deviation, native = float(scores[1:].std(ddof=1)), float(distances.mean())
    return Test(what, kind, unit, distance, native, distance - native, deviation, p, distances)


def _scores(rows: Array) -> Array:
    """Of each run on the first principal component of all."""
    deviations = rows - rows.mean(0)
    _, vectors = np.linalg.eigh(deviations @ deviations.T)
    return deviations @ (deviations.T @ vectors[:, -1])


def _in_deviations(rows: Array, root: Array) -> Array:
    """Each place by its deviation over all runs; the area still counts."""
    deviations = rows.std(0)
    return rows * np.where(deviations > 0, root / np.where(deviations > 0, deviations, 1.0), 0.0)


def _p(values: Array) -> float:
    """Of the first among the others."""
    natives = values[1:]
    difference = float(values[0] - natives.mean())
    return _student(difference, float(natives.std(ddof=1)), len(natives))


def _p_of_places(rows: Array) -> float:
    """The least one, times their number, which holds however places depend on each other."""
    return min(_p(values) for values in rows.T) * rows.shape[1]


def judge(tests: list[Test], alpha: float) -> None:
    """Adjusts the tests for their number by Holm (1979, Scandinavian Journal of Statistics 6, 65).

    A native run has any test below `alpha` in at most that part of all cases, however the tests
    depend on each other.
    """
    from scipy import stats

    adjusted = holm(np.array([one.p for one in tests]))
    for one, value in zip(tests, adjusted, strict=True):
        one.adjusted = float(value)
        if not one.kind.startswith("zonal"):
            count = len(one.members)
            t = stats.t.isf(alpha / len(tests) / 2, count - 1)
            one.limit = float(t * one.deviation * np.sqrt(1 + 1 / count))


def holm(p: NDArray[np.float64]) -> Array:
    """Adjusted p-values, in the order of those given."""
    order = np.argsort(p, kind="stable")
    factors = np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
