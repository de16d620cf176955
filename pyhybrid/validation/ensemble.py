# SPDX-License-Identifier: BSD-3-Clause
"""Whether the members of a stochastic emulator spread as much as they err.

A native value should be like one more member. CRPS is the fair one (Ferro 2014,
https://doi.org/10.1002/qj.2270), computed by scoringrules; spread over error has the factor for few
members (Fortin et al. 2014, https://doi.org/10.1175/JHM-D-14-0008.1) and is 1 where it fits. In
the rank histogram (Hamill 2001, https://doi.org/10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2) a
native value that equals members counts in equal parts for the ranks that it may have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass
class Calibration:
    """Sums by row; values that are not finite count as none.

    Attributes
    ----------
    n, crps, size, variance, squared : ndarray, shape (row,)
        Values; sums of CRPS, of the mean size of the members' errors, of the members' variance, of
        the squared error of their mean.
    ranks : ndarray, shape (member + 1,)
        Over all rows.
    """

    n: Array
    crps: Array
    size: Array
    variance: Array
    squared: Array
    ranks: Array

    @classmethod
    def of(cls, native: Array, members: Array) -> Self:
        """Of values (sample, row) and members (member, sample, row), two at least."""
        from scoringrules import crps_ensemble

        good = np.isfinite(native) & np.isfinite(members).all(0)
        x, y = np.where(good, native, 0.0), np.where(good, members, 0.0)
        # m_axis=-1 sorts nothing that is not there: members last
        crps = np.asarray(crps_ensemble(x, np.moveaxis(y, 0, -1), estimator="fair"))
        beyond = y - y[0]  # all 0 where members are equal, whose plain mean may be off by rounding
        return cls(
            good.sum(0, dtype=np.float64),
            crps.sum(0),
            np.abs(y - x).mean(0).sum(0),
            beyond.var(0, ddof=1).sum(0),
            ((y[0] + beyond.mean(0) - x) ** 2).sum(0),
            _ranks(x[good], y[:, good]),
        )

    def merge(self, other: Self) -> Self:
        """Both together."""
        return type(self)(*(a + b for a, b in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[Array, ...]:
        return self.n, self.crps, self.size, self.variance, self.squared, self.ranks

    def scores(self, which: slice = slice(None)) -> dict[str, float | list[float] | None]:
        """Of some rows together; ranks are those of all."""
        n = float(self.n[which].sum())
        if not n:
            return {"n": 0.0}
        crps, size, variance, squared = (float(one[which].sum()) / n for one in self._all()[1:5])
        members = len(self.ranks) - 1
        spread, error = (variance * (members + 1) / members) ** 0.5, squared**0.5
        return {
            "n": n, "members": members, "crps": crps, "mae_of_members": size, "spread": spread,
            "rmse_of_mean": error, "spread_over_error": spread / error if error else None,
        }  # fmt: skip


def _ranks(native: Array, members: Array) -> Array:
    """How often each rank occurs, of values (value) among members (member, value)."""
    below, equal = (members < native).sum(0), (members == native).sum(0)
    ranks = np.zeros(len(members) + 1)
    for ties in np.unique(equal):
        first = below[equal == ties]
        counts = np.bincount(first, minlength=len(ranks)) / (ties + 1)
        for shift in range(int(ties) + 1):
            ranks[shift:] += counts[: len(ranks) - shift]
    return ranks
