# SPDX-License-Identifier: BSD-3-Clause
"""What goes from where to where, in real64: no mass is lost and none becomes negative."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from .layout import NTRACER, members, place

# A move: which fraction, of which tracer, to which one (None: it is gone).
Move = tuple[int, int, int | None]


class Transfers(nn.Module):
    """Moves fractions of tracers to other tracers.

    A tracer gives what its fractions take and keeps the rest. Its fractions are real32 and add up
    to at most 1, so the rest is the difference of two real64 and not negative; what is taken is
    added elsewhere, so a sum over tracers changes by roundings of real64 alone.

    Parameters
    ----------
    moves : iterable of Move
    """

    def __init__(self, moves: Iterable[Move]) -> None:
        super().__init__()
        fractions, donors, takers = zip(*moves, strict=True)
        takers = [NTRACER if taker is None else taker for taker in takers]
        self.register_buffer("fraction", torch.tensor(fractions))
        self.register_buffer("donor", torch.tensor(donors))
        self.register_buffer("row", torch.tensor([*range(NTRACER), *takers, *donors]))

    def forward(self, state: Tensor, pool: Tensor, fractions: Tensor) -> Tensor:
        """The state after the moves (box, 26).

        Parameters
        ----------
        state : tensor (box, 26), real64
        pool : tensor (box, 26), real64
            What the fractions are of.
        fractions : tensor (box, fraction), real32 [1]
        """
        moved = fractions.double()[:, self.fraction] * pool[:, self.donor]
        rows = torch.zeros(state.shape[0], 27, dtype=state.dtype, device=state.device)
        return rows.index_add(1, self.row, torch.cat([state, moved, -moved], 1))[:, :26]


def of_mode(fraction: int, donor: str, taker: str) -> list[Move]:
    """A fraction of all masses of a mode."""
    return [(fraction, place(species, donor), place(species, taker)) for species in members(donor)]


def of_number(fraction: int, donor: str, taker: str | None) -> list[Move]:
    """A fraction of a mode's particles."""
    return [(fraction, place("N", donor), None if taker is None else place("N", taker))]
