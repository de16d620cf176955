# SPDX-License-Identifier: BSD-3-Clause
"""What a user may choose."""

from __future__ import annotations

from dataclasses import dataclass

from ..card import Card


@dataclass(frozen=True)
class Options:
    """Of a baseline network and its training.

    Attributes
    ----------
    inputs, outputs, unused : tuple of str
        Recorded fields to read and to learn (none: all that fit), and those to leave out.
    card : Card, optional
        Says all of these instead.
    name : str
        Of the emulator; "": that of the recorded scheme.
    width, layers : int
        Of the network: how wide, and how many residual blocks.
    epochs : int
    seed : int
        Of weights, of the order of samples and of which ones are drawn.
    samples : int
        Columns to train on at most; a quarter of that ends the training, and is scored.
    held_out : float
        Part of the recorded times, the last ones, that is scored.
    split_date : str
        Or all from this date on.
    dt : float
        Time step [s], which bounds of a state need; 0: unknown.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    card: Card | None = None
    name: str = ""
    width: int = 128
    layers: int = 2
    epochs: int = 60
    seed: int = 1
    samples: int = 100_000
    held_out: float = 0.2
    split_date: str = ""
    dt: float = 0.0
