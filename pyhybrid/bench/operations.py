# SPDX-License-Identifier: BSD-3-Clause
"""How many operations a user's network needs."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ..card import Card
from ..network_file import NetworkFile


def flops_of(path: Path, backend: str, card: Card) -> int | None:
    """Of the matrix products for one sample [FLOP]; None where the file does not tell them."""
    if backend == "builtin":
        return NetworkFile(path).flops(card.nfeature)
    return _counted(path, card) if backend == "torchscript" and card.sample == "column" else None


def _counted(path: Path, card: Card) -> int | None:
    """By torch, while it runs one sample."""
    try:
        import torch
        from torch.utils.flop_counter import FlopCounterMode

        from ..export.samples import arguments_of, random_matrix
    except ImportError:
        return None
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # that torch deprecates TorchScript
        module: Any = torch.jit.load(path)  # type: ignore[no-untyped-call]
        with FlopCounterMode(display=False) as counter:
            module(*arguments_of(card, random_matrix(card, 1)))
    return int(counter.get_total_flops())
