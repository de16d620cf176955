# SPDX-License-Identifier: BSD-3-Clause
"""Tells on the terminal how far a training is."""

from __future__ import annotations

import sys
from typing import Any, Self

import click


class Progress:
    """A bar for so many rounds, to be called as `pyhybrid.training.train` does."""

    def __init__(self, name: str, rounds: int) -> None:
        self._bar: Any = click.progressbar(length=rounds, label=name.ljust(16), file=sys.stderr)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)

    def __call__(self, number: int, loss: float, best: float) -> None:
        """A round is over."""
        self._bar.update(1)
