# SPDX-License-Identifier: BSD-3-Clause
"""The tensors of the file, each once."""

from __future__ import annotations

from itertools import count

import numpy as np

from .tensors import Array


class Weights:
    """Tensors by name; equal ones have one name.

    Attributes
    ----------
    tensors : dict of str to ndarray
        Of float32, float64 or int32, in C order.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Array] = {}
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def add(self, array: Array, wish: str) -> str:
        """Keeps the array, under the name `wish` if that is free; returns its name."""
        array = np.ascontiguousarray(array)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            self._names[key] = self._free(wish)
            self.tensors[self._names[key]] = array
        return self._names[key]

    def _free(self, wish: str) -> str:
        names = (f"{wish}.{number}" if number else wish for number in count())
        return next(name for name in names if name not in self.tensors)
