# SPDX-License-Identifier: BSD-3-Clause
"""Dicts of arrays as plain lists of numbers that say what they are: sums over ranks, and state."""

import json

import numpy as np
from _hybrid_python import lib
from hybrid_failures import Failure, described
from hybrid_hook_values import REAL64


def checked(arrays, what, status):
    """The dict with numbers as arrays, by name; all float64."""
    if not isinstance(arrays, dict) or not all(isinstance(name, str) for name in arrays):
        raise Failure(status, what, "a dict of arrays by name", described(arrays))
    for name, array in arrays.items():
        if not isinstance(array, float) and not (
                type(array) is np.ndarray and array.dtype == REAL64):
            raise Failure(status, f"{what} {name!r}", "a float64 array", described(array))
    return {name: np.asarray(arrays[name]) for name in sorted(arrays)}


def layout_of(arrays, first=0):
    """Names and shapes, without the first axes, as bytes."""
    return json.dumps([[name, array.shape[first:]] for name, array in arrays.items()]).encode()


def taken_apart(layout, values):
    """The arrays that a layout names, in new memory."""
    arrays, start = {}, 0
    for name, shape in json.loads(layout):
        size = int(np.prod(shape))
        arrays[name] = values[start:start + size].reshape(shape).copy()[()]
        start += size
    return arrays


# ---- Sums ----------------------------------------------------------------------------------------
#
# A rank that saw no column does not know what the others add up, so they say it, in sums of their
# own: 1, n and n squared, n values, and each byte of the layout with its square. Where every rank
# that gives anything gives the same, the sum of squares times the number of ranks is the square of
# the sum, and only there.


def rows_of(arrays, ncol):
    """[sum][column] of arrays (column, ...)."""
    for name, array in arrays.items():
        if array.shape[:1] != (ncol,):
            raise Failure(lib.HYB_ERROR_BACKEND, f"result {name!r} of collect",
                          f"float64 ({ncol}, ...)", described(array))
    return np.vstack([np.zeros((0, ncol)), *(a.reshape(ncol, -1).T for a in arrays.values())])


def with_squares(numbers):
    return np.column_stack([numbers, np.square(numbers)]).ravel()


def addends(arrays, ncol):
    """What is to be added up: a list of vectors, one for each sum."""
    rows = rows_of(arrays, ncol)
    layout = np.frombuffer(layout_of(arrays, 1), np.uint8).astype(REAL64)
    front = np.array([1.0, len(rows), len(rows) ** 2])
    return [*front[:, None], *rows, *with_squares(layout)[:, None]]


def check_same(count, totals):
    if (count * totals[1::2] != totals[::2] ** 2).any():
        raise Failure(lib.HYB_ERROR_BACKEND, "results of collect",
                      "the same names and shapes on every rank", "others")


def totals_of(total):
    """The dict of sums over all ranks, or None where no rank saw a column."""
    if total.size == 0 or total[0] == 0:
        return None
    count = total[0]
    check_same(count, total[1:3])
    end = 3 + int(total[1] / count)
    check_same(count, total[end:])
    layout = bytes((total[end::2] / count).astype(np.uint8))
    return taken_apart(layout, total[3:end])


# ---- State ---------------------------------------------------------------------------------------
#
# The number of bytes of the layout, the layout, one number for each byte, and the values.


def encoded(arrays):
    layout = layout_of(arrays)
    values = [array.ravel() for array in arrays.values()]
    return np.concatenate([[len(layout)], np.frombuffer(layout, np.uint8), *values]).astype(REAL64)


def decoded(numbers):
    """The dict of a state; fails if the numbers are none."""
    try:
        end = 1 + int(numbers[0])
        layout = bytes(map(int, numbers[1:end]))
        size = sum(int(np.prod(shape)) for _, shape in json.loads(layout))
        if end + size == numbers.size:
            return taken_apart(layout, numbers[end:])
    except (ArithmeticError, IndexError, TypeError, ValueError):
        pass
    raise Failure(lib.HYB_ERROR_STATE, "state of the hook", "arrays as a Python hook saves them",
                  f"{numbers.size} other numbers")


def check_fits(arrays, shapes):
    """The names that were there, and the shapes; what had size 0 takes any: it was not known."""
    if list(arrays) != list(shapes):
        raise Failure(lib.HYB_ERROR_STATE, "state of the hook", list(shapes), list(arrays))
    for name, shape in shapes.items():
        if 0 not in shape and np.shape(arrays[name]) != shape:
            raise Failure(lib.HYB_ERROR_STATE, f"shape of the state {name!r} of the hook", shape,
                          np.shape(arrays[name]))
