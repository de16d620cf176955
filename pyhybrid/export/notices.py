# SPDX-License-Identifier: BSD-3-Clause
"""Warnings of torch 2.13 that concern torch itself, not the user's module."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_NOTICES = (
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
    r"The tensor attributes? .*_flat_weights",  # how torch.nn.GRU and LSTM hold what they have
)
_SHAPES = "torch.fx.experimental.symbolic_shapes"  # tells of what is refused with a message


@contextmanager
def notices_accepted() -> Iterator[None]:
    """Accepts them while torch exports or loads a program."""
    with warnings.catch_warnings(), _quiet(logging.getLogger(_SHAPES)):
        for message in _NOTICES:
            warnings.filterwarnings("ignore", message=message)
        yield


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
