# SPDX-License-Identifier: BSD-3-Clause
"""NumPy arrays over the memory of the core, and what may be copied into them."""

import numpy as np
from _hybrid_python import ffi, lib
from hybrid_failures import Failure, described

DTYPES = {lib.HYB_REAL32: np.dtype(np.float32), lib.HYB_REAL64: np.dtype(np.float64)}


def matrix(pointer, nrow, matrices, dtype):
    """(row, sample) over [nrow][ld] elements at `pointer`, without a copy."""
    size = (nrow - 1) * matrices.ld + matrices.nsample
    return np.ndarray(
        (nrow, matrices.nsample), dtype, ffi.buffer(pointer, size * dtype.itemsize),
        strides=(matrices.ld * dtype.itemsize, dtype.itemsize))


class Slice:
    """One field: some rows of a matrix, shaped (sample[, level][, species])."""

    def __init__(self, given):
        self.name = ffi.string(given.name).decode()
        self.rows = slice(given.offset, given.offset + given.count)
        self.axes = [n for n in (given.nspecies, given.nlevel) if n > 0]  # slowest first

    def of(self, whole):
        return whole[self.rows].reshape(*self.axes, whole.shape[1]).T


def store(result, target, what):
    """Copy what the user's code returned into its place, if it is exactly what was promised: no
    masked array either, whose mask would be lost."""
    fits = (type(result) is np.ndarray and result.shape == target.shape
            and result.dtype == target.dtype)
    if not fits:
        raise Failure(lib.HYB_ERROR_BACKEND, what, described(target), described(result))
    target[...] = result
