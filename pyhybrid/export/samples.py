# SPDX-License-Identifier: BSD-3-Clause
"""What a module takes and returns by its card: one matrix, or an array for each field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..card import Card, Field

if TYPE_CHECKING:
    import torch

_SAMPLES = 16


def random_matrix(card: Card, nsample: int = _SAMPLES) -> torch.Tensor:
    """A matrix (sample, feature) of the card's kind, with numbers between 0 and 1.

    That is what the network takes, after the card's normalisation.
    """
    import torch

    generator = torch.Generator().manual_seed(0)
    return torch.rand(nsample, card.nfeature, generator=generator, dtype=dtype_of(card.kind))


def normalisation_of(
    fields: tuple[Field, ...], card: Card
) -> tuple[torch.Tensor, torch.Tensor]:
    """Offset and scale (value,) of a matrix of these fields, 0 and 1 where a card has none."""
    import torch

    offset, scale = (
        torch.cat([_numbers(field, card.sample, key) for field in fields])
        for key in ("offset", "scale")
    )
    return offset.to(dtype_of(card.kind)), scale.to(dtype_of(card.kind))


def _numbers(field: Field, sample: str, key: str) -> torch.Tensor:
    """One of the field's offsets or scales for each of its values (value,)."""
    import torch

    found = getattr(field.normalisation, key) if field.normalisation else (float(key == "scale"),)
    return torch.tensor(found, dtype=torch.float64).expand(math.prod(field.shape(sample)))


def dtype_of(kind: str) -> torch.dtype:
    """The torch type of a card's kind."""
    import torch

    return {"real32": torch.float32, "real64": torch.float64}[kind]


def arguments_of(card: Card, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What the network takes: the matrix, or one array for each field of the card."""
    import torch

    if card.arguments == "packed":
        return (x,)
    shapes = [field.shape(card.sample) for field in card.inputs]
    columns = torch.split(x, [math.prod(shape) for shape in shapes], dim=1)
    return tuple(_unpacked(one, shape) for one, shape in zip(columns, shapes, strict=True))


def _unpacked(x: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """(sample, feature), levels innermost, to (sample, level, species)."""
    if len(shape) < 2:
        return x.reshape(-1, *shape)
    return x.reshape(-1, *reversed(shape)).transpose(1, 2)


def packed(y: torch.Tensor) -> torch.Tensor:
    """A result as a matrix (sample, output); the inverse of what `arguments_of` does."""
    return (y.transpose(1, 2) if y.ndim == 3 else y).reshape(y.shape[0], -1)
