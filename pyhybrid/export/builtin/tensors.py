# SPDX-License-Identifier: BSD-3-Clause
"""What a torch tensor is at export: numbers, or the rows of the network that it will be made of."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[Any]
Entries = NDArray[np.int64]

KINDS = {torch.float32: "real32", torch.float64: "real64"}
WHOLE = (torch.bool, torch.int32, torch.int64)
NUMPY: dict[str, Any] = {"real32": np.dtype(np.float32), "real64": np.dtype(np.float64)}


@dataclass(frozen=True)
class Batch:
    """Which axis of a tensor has the samples.

    Attributes
    ----------
    axis : int
    outer : int
        Where torch has merged the samples with other axes, (outer, samples, inner): the first
        extent. The tensor's array has the extent outer x inner there.
    """

    axis: int
    outer: int = 1


@dataclass(frozen=True)
class Tensor:
    """A tensor as it is for one sample; the samples' axis has the extent 1, or more if merged.

    Attributes
    ----------
    array : ndarray
        Where `fixed`: its numbers. Else its entries, numbered by `Network`: rows of values are not
        negative, constants are.
    dtype : torch.dtype
        As in torch; the kind of the rows that hold whole numbers is another matter.
    batch : Batch, optional
        None: it has no axis of samples.
    fixed : bool
        It does not depend on the network's input.
    name : str, optional
        Of a parameter or buffer, in the module.
    """

    array: Array
    dtype: torch.dtype
    batch: Batch | None
    fixed: bool
    name: str | None = None

    def with_array(self, array: Array) -> Tensor:
        """Others of its kind; it is no parameter of the module any more."""
        return dataclasses.replace(self, array=array, name=None)


def as_torch(tensor: Tensor) -> torch.Tensor:
    """The numbers of a fixed tensor."""
    return torch.from_numpy(np.array(tensor.array, order="C")).to(tensor.dtype)


def fixed(value: torch.Tensor, name: str | None = None, batch: Batch | None = None) -> Tensor:
    """A tensor of numbers; NumPy has no bfloat16, but all of its numbers."""
    known = value.float() if value.dtype == torch.bfloat16 else value
    return Tensor(known.detach().cpu().numpy(), value.dtype, batch, True, name)
