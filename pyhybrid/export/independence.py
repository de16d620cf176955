# SPDX-License-Identifier: BSD-3-Clause
"""Whether a module gives a sample the same result alone and among others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from .._words import mismatch
from ..card import Card
from ..errors import BackendError, ShapeError
from .checks import Check, largest_of, run
from .samples import dtype_of, random_matrix

if TYPE_CHECKING:
    import torch

_ROWS = 16
_WIDE = 3.0  # scales about the offset
_TOLERANCE = 1e-3  # of an output's largest number: products round otherwise in another batch


def require_independent(check: Check) -> None:
    """Tries samples of the check, and some that reach further than those of a usual input.

    Raises
    ------
    BackendError
        If a sample has another result among others.
    """
    _compare(check.module, check.card, check.x[:_ROWS])
    wide = _WIDE * (2 * random_matrix(check.card, _ROWS) - 1)
    with suppress(ShapeError):  # a module need not be able to run them
        _compare(check.module, check.card, wide)


def _compare(module: torch.nn.Module, card: Card, x: torch.Tensor) -> None:
    import torch

    together, alone = (
        torch.cat([run(module, card, one) for one in parts]) for parts in ([x], x.split(1))
    )
    moved = run(module, card, x * (1 + torch.finfo(dtype_of(card.kind)).eps))
    limit = _TOLERANCE * largest_of(together) + 4 * largest_of(moved - together)
    same = (together == alone) | (together.isnan() & alone.isnan())
    same |= (together - alone).abs() <= limit
    if not same.all():
        sample, output = (int(one) for one in same.logical_not().nonzero()[0])
        what = f"export: output {output + 1} of a sample among others"
        wanted = f"{float(alone[sample, output])!r}, as alone"
        raise BackendError(mismatch(what, wanted, float(together[sample, output])))
