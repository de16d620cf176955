# SPDX-License-Identifier: BSD-3-Clause
"""What is found out about an emulator before it is used, as for every backend.

That it runs and returns what its card promises, and whether its results are reproducible and
independent of the batch that a sample is in.
"""

import numpy as np
from _hybrid_python import ffi, lib
from hybrid_failures import Failure


def values(emulator, nsample):
    """Between 0 and 1, [feature][sample]: fractional parts of the multiples of the golden ratio."""
    number = np.arange(emulator.nfeature * nsample) * 0.6180339887498949 % 1.0
    return number.astype(emulator.dtype).reshape(emulator.nfeature, nsample)


def result(emulator, x):
    x = np.ascontiguousarray(x)
    y = np.empty((emulator.noutput, x.shape[1]), emulator.dtype)
    memory = ffi.from_buffer(x), ffi.from_buffer(y)
    emulator.run(ffi.new("hyb_matrices *", (
        ffi.sizeof("hyb_matrices"), x.shape[1], x.shape[1], *memory)))
    return y


def same_bits(a, b):
    return a.tobytes() == b.tobytes()


def check_reproducible(emulator, x):
    if not same_bits(result(emulator, x), result(emulator, x)):
        raise Failure(lib.HYB_ERROR_BACKEND, "results of the emulator for the same input",
                      "the same bits twice", "others (random numbers, or a state that it keeps?)")


def check_independent(emulator, x):
    """Padding is part of every batch: what is in it must not matter."""
    half = x.shape[1] // 2
    other = x.copy()
    other[:, half:] = 1.0 - other[:, half:]
    if not same_bits(result(emulator, x)[:, :half], result(emulator, other)[:, :half]):
        raise Failure(lib.HYB_ERROR_BACKEND, "result of the emulator for one sample",
                      "it to be independent of the other samples", "it changed with them")


def same_at_other_places(emulator, x, y, nsample):
    """Whether smaller batches, from the start, middle and end, give the bits of the largest."""
    last = x.shape[1] - nsample
    for start in (0, last // 2, last):
        part = slice(start, start + nsample)
        if not same_bits(result(emulator, x[:, part]), y[:, part]):
            return False
    return same_bits(result(emulator, x[:, ::-1])[:, ::-1], y)


def warm_up(emulator, counts):
    """Return whether a sample's result has the same bits in every batch and at every place."""
    for nsample in counts:
        x = values(emulator, nsample)
        check_reproducible(emulator, x)
        check_independent(emulator, x)
    x = values(emulator, max(counts))
    y = result(emulator, x)
    return all(same_at_other_places(emulator, x, y, nsample) for nsample in counts)
