# SPDX-License-Identifier: BSD-3-Clause
"""numpy arrays as ``hyb_view``: an address and byte strides, never a copy."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, FieldError, ShapeError
from .header import ffi, word_value

Array = np.ndarray[Any, np.dtype[Any]]
_MAX_RANK = 4
_WORDS = {
    np.dtype(np.float32): "real32",
    np.dtype(np.float64): "real64",
    np.dtype(np.int32): "int32",
}


KINDS = tuple(_WORDS.values())


def as_view(
    array: Array,
    what: str,
    *,
    write: bool = False,
    logical: bool = False,
    kinds: tuple[str, ...] = KINDS,
) -> Any:
    """A ``hyb_view *`` of an array, borrowed: valid as long as the array lives.

    Parameters
    ----------
    array : ndarray of float32, float64 or int32
        Rank 0 to 4, any strides.
    what : str
        Where the array comes from, for messages.
    write : bool
        The library writes into it.
    logical : bool
        The int32 array holds truth values, 0 or 1.
    kinds : tuple of str
        That are taken here, of `KINDS`.

    Raises
    ------
    ArgumentError, FieldError, ShapeError
        If it is no array or read-only; of another dtype; of a higher rank.
    """
    require_array(array, what, write)
    if array.ndim > _MAX_RANK:
        raise ShapeError(mismatch(what, "an array of rank 0 to 4", f"rank {array.ndim}"))
    view = ffi().new("hyb_view *")
    view.size = ffi().sizeof("hyb_view")
    view.data = ffi().cast("void *", array.__array_interface__["data"][0])
    view.kind = _kind(array.dtype, what, ("int32",) if logical else kinds, logical)
    view.device = word_value("hyb_device", "cpu")
    view.rank, view.truth = array.ndim, 1
    view.extent[0 : array.ndim] = array.shape
    view.stride[0 : array.ndim] = array.strides
    return view


def require_array(array: object, what: str, write: bool = False) -> None:
    """Refuses what is no plain array, or none to write into."""
    if not isinstance(array, np.ndarray):
        raise ArgumentError(mismatch(what, "a numpy array", type(array).__name__))
    if isinstance(array, np.ma.MaskedArray):
        raise ArgumentError(mismatch(what, "an array without a mask", "a masked array"))
    if write and not array.flags.writeable:
        raise ArgumentError(mismatch(what, "an array to write into", "a read-only one"))


def _kind(dtype: np.dtype[Any], what: str, expected: tuple[str, ...], logical: bool) -> int:
    """The ``hyb_kind`` of a dtype."""
    if dtype == np.bool_ and "int32" in expected:
        advice = "bool (1 byte); convert it with .astype(numpy.int32) and pass logical=True"
        raise FieldError(mismatch(what, "int32 for truth values", advice))
    word = _WORDS.get(dtype)
    if word not in expected:
        dtypes = " or ".join(str(one) for one, name in _WORDS.items() if name in expected)
        raise FieldError(mismatch(what, f"dtype {dtypes}", _spelled(dtype)))
    return word_value("hyb_kind", "logical32" if logical else word)


def _spelled(dtype: np.dtype[Any]) -> str:
    return str(dtype) if dtype.isnative else f"{dtype} of foreign byte order"
