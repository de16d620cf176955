# SPDX-License-Identifier: BSD-3-Clause
"""The Fortran library of the native schemes, and what crosses the line to it."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .._words import mismatch
from ..errors import ArgumentError, FieldError, PluginError, ShapeError

Real = npt.NDArray[np.float64]
_AXES = ("box", "mode")
Range = tuple[float, float, str]  # lowest, highest, unit


def procedure(module: str, name: str) -> Callable[..., Any]:
    """A procedure of a Fortran module, as f90wrap names it."""
    try:
        from . import _fortran  # type: ignore[attr-defined]
    except ImportError as missing:
        found = f"none ({missing}); f90wrap and a Fortran compiler build it"
        raise PluginError(mismatch("native schemes", "their library", found)) from None
    return getattr(_fortran, f"f90wrap_{module}__{name}")  # type: ignore[no-any-return]


def check_array(what: str, array: object, shape: tuple[int, ...]) -> None:
    """Refuses what f2py would convert into a copy, or would not understand, without a word.

    Raises
    ------
    FieldError
        No NumPy array of kind float64 in the machine's byte order and aligned, or a masked one.
    ShapeError
        Another shape, or not contiguous in Fortran's order.
    """
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        raise FieldError(mismatch(what, "a NumPy array of float64", type(array).__name__))
    if array.dtype != np.float64 or not array.dtype.isnative:
        raise FieldError(mismatch(what, "kind float64", array.dtype))
    if array.shape != shape:
        raise ShapeError(mismatch(what, f"shape {shape}", array.shape))
    if not array.flags.f_contiguous:
        raise ShapeError(mismatch(what, "Fortran's order (numpy.asfortranarray)", layout(array)))
    if not array.flags.aligned:
        found = f"one at the address {array.ctypes.data}"
        raise FieldError(mismatch(what, f"an array at a multiple of {array.itemsize} bytes", found))


def check_arrays(shape: tuple[int, ...], **arrays: object) -> None:
    """`check_array` of each, by its name."""
    for what, array in arrays.items():
        check_array(what, array, shape)


def check_writable(what: str, array: Real) -> None:
    """Raises a `FieldError` where the array may not be written."""
    if not array.flags.writeable:
        raise FieldError(mismatch(what, "an array that may be written", "a read-only one"))


def check_apart(array: Real, **others: Real) -> None:
    """Raises a `FieldError` where one of the others lies in what is written to the array."""
    for what, other in others.items():
        if np.may_share_memory(array, other):  # exact: each is contiguous
            raise FieldError(mismatch(what, "memory of its own", "some that is to be written"))


def check_range(what: str, values: Real | float, within: Range) -> None:
    """Raises an `ArgumentError` for the first value, of a box or of a mode, that is outside."""
    lowest, highest, unit = within
    values = np.asarray(values)
    outside = np.argwhere(~((values >= lowest) & (values <= highest)))  # NaN too
    if len(outside) == 0:
        return
    place = ", ".join(f"{axis} {i + 1}" for axis, i in zip(_AXES, outside[0], strict=False))
    found = values[tuple(outside[0])]
    expected = f"{lowest:g} to {highest:g} {unit}"
    raise ArgumentError(mismatch(f"{what}({place})" if place else what, expected, found))


def check_number(what: str, value: object) -> float:
    """A number as Fortran takes it; an `ArgumentError` for anything else."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise ArgumentError(mismatch(what, "a number", repr(value)))
    try:
        return float(value)
    except OverflowError:
        raise ArgumentError(mismatch(what, "a number of float64", "a larger one")) from None


def layout(array: Real) -> str:
    """How an array lies in memory."""
    return "C order" if array.flags.c_contiguous else f"strides {array.strides}"


def extent(what: str, array: object, rank: int) -> tuple[int, ...]:
    """The shape of an array that others have to match.

    Raises
    ------
    FieldError
        No NumPy array.
    ShapeError
        Another rank.
    """
    if not isinstance(array, np.ndarray):
        raise FieldError(mismatch(what, "a NumPy array of float64", type(array).__name__))
    if array.ndim != rank:
        raise ShapeError(mismatch(what, f"rank {rank}", array.ndim))
    return array.shape


def empty(*shape: int) -> Real:
    """An array for results, in Fortran's order."""
    return np.zeros(shape, order="F")
