# SPDX-License-Identifier: BSD-3-Clause
"""What torch 2.13 prints of itself, not of the user's module."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

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
def torchscript_accepted() -> Iterator[None]:
    """Accepts that torch 2.13 deprecates TorchScript.

    It is still the only format that libtorch runs without a compiler or Python at hand.
    """
    message = r"`torch\.jit\.\w+` is deprecated"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=message, category=DeprecationWarning)
        yield


@contextmanager
def graph_withheld() -> Iterator[None]:
    """Where it fails, what was printed to standard error is dropped: torch prints half a graph."""
    printed = io.StringIO()
    with redirect_stderr(printed):
        yield
    sys.stderr.write(printed.getvalue())


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
