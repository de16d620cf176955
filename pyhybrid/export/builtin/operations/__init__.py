# SPDX-License-Identifier: BSD-3-Clause
"""The operations of torch that are converted; a module for each section of the file's page.

A converter takes the `Node` and torch's arguments by name; ``self`` and ``input`` are both ``x``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensors import Tensor
from . import (
    choices,
    convolution,
    creation,
    elementwise,
    indexing,
    kinds,
    normalisation,
    over_axes,
    products,
    recurrent,
    views,
)

Converter = Callable[..., Tensor | tuple[Tensor, ...]]

OPERATIONS: dict[str, Converter] = {
    **choices.OPERATIONS,
    **convolution.OPERATIONS,
    **creation.OPERATIONS,
    **elementwise.OPERATIONS,
    **indexing.OPERATIONS,
    **kinds.OPERATIONS,
    **normalisation.OPERATIONS,
    **over_axes.OPERATIONS,
    **products.OPERATIONS,
    **recurrent.OPERATIONS,
    **views.OPERATIONS,
}


def converter_of(target: Any) -> Converter | None:
    """That of an operation of torch; the table has it by name, or by name and overload."""
    name = target.overloadpacket.__name__
    return OPERATIONS.get(f"{name}.{target._overloadname}") or OPERATIONS.get(name)


def argument_of(name: str) -> str:
    """As the converters call an argument of torch."""
    return "x" if name in ("self", "input") else name


def takes_extents(target: Any) -> bool:
    """Whether the number of samples may be among the arguments of an operation of torch."""
    name = target.overloadpacket.__name__
    return name in views.WITH_EXTENTS or name in creation.OPERATIONS


def is_elementwise(target: Any) -> bool:
    """Whether an operation of torch treats every number alike."""
    tables = (elementwise.OPERATIONS, choices.OPERATIONS)
    return any(converter_of(target) is one for table in tables for one in table.values())
