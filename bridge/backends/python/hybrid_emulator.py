# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of the backend `python`: runs inside the interpreter, called through CFFI.

An emulator is a file with a module variable `card` (dict) and a function, by default `emulate`:

    emulate(x)              packed: x is (sample, feature); returns (sample, output)
    emulate(name=x, ...)    fields: one array per field; returns a dict or a tuple of arrays

The arrays are views of the library's batch, read only, borrowed until the function returns. What
it returns has the promised shape and kind: nothing is converted, reshaped or broadcast.
"""

import json
import os
import sys

import numpy as np
from _hybrid_python import ffi, lib
from hybrid_arrays import DTYPES, Slice, matrix, store
from hybrid_failures import Failure, described, guarded
from hybrid_modules import callable_of, load
from hybrid_warm_up import warm_up

networks = {}  # handle -> Emulator: what the core holds is an address


def card_of(module, path):
    card = getattr(module, "card", None)
    if not isinstance(card, dict):
        found = "none" if card is None else described(card)
        raise Failure(lib.HYB_ERROR_CARD, path, "a card, a dict named card", found)
    try:
        return json.dumps(card, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Failure(lib.HYB_ERROR_CARD, f"{path}: card", "JSON values", str(error)) from None


class Emulator:
    """A loaded file. `functions` of hyb_backend work on it."""

    def __init__(self, path, contents, function):
        module = load(path, contents)
        self.module_name = module.__name__
        self.card = ffi.new("char[]", card_of(module, path).encode())
        self.function = callable_of(module, function, path, "function")
        self.dtype = None

    def prepare(self, signature):
        self.dtype = DTYPES[signature.kind]
        self.packed = bool(signature.packed)
        self.nfeature, self.noutput = signature.nfeature, signature.noutput
        self.inputs = [Slice(signature.input[i]) for i in range(signature.ninput)]
        self.results = [Slice(signature.result[i]) for i in range(signature.nresult)]

    def run(self, matrices):
        if self.dtype is None:
            raise Failure(lib.HYB_ERROR_PHASE, "run of an emulator", "prepare before it", "none")
        x = matrix(matrices.x, self.nfeature, matrices, self.dtype)
        x.flags.writeable = False
        y = matrix(matrices.y, self.noutput, matrices, self.dtype)
        if self.packed:
            store(self.function(x.T), y.T, "result of the emulator")
        else:
            self.store_fields(self.function(**{s.name: s.of(x) for s in self.inputs}), y)

    def store_fields(self, returned, y):
        for target, result in zip(self.results, self.in_order(returned), strict=True):
            store(result, target.of(y), f"result {target.name!r} of the emulator")

    def in_order(self, returned):
        """The returned arrays in the card's order."""
        names = [target.name for target in self.results]
        if isinstance(returned, dict) and returned.keys() == set(names):
            return [returned[name] for name in names]
        if isinstance(returned, tuple) and len(returned) == len(names):
            return returned
        if isinstance(returned, np.ndarray) and len(names) == 1:
            return [returned]
        raise Failure(lib.HYB_ERROR_BACKEND, "result of the emulator",
                      f"a dict of {names} or a tuple of {len(names)}", described(returned))

    def close(self):
        sys.modules.pop(self.module_name, None)


# ---- What the core calls -------------------------------------------------------------------------


def opened(path, options, network, card):
    file = os.fsdecode(ffi.string(path))
    sealed = options.contents != ffi.NULL
    contents = os.fsdecode(ffi.string(options.contents)) if sealed else file
    emulator = Emulator(file, contents, ffi.string(options.function).decode())
    handle = ffi.new_handle(emulator)
    networks[handle] = emulator
    network[0], card[0] = handle, emulator.card


def prepared(network, signature, plan):
    emulator = ffi.from_handle(network)
    emulator.prepare(signature)
    counts = [signature.samples[i] for i in range(signature.nsamples)]
    try:
        plan.batch_invariant = warm_up(emulator, counts)
    except Exception as error:
        error.add_note("(in the warm-up, with inputs between 0 and 1)")
        raise


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_open(path, options, network, card, message):
    return guarded(message, opened, path, options, network, card)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_prepare(network, signature, plan, message):
    return guarded(message, prepared, network, signature, plan)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_run(network, matrices, message):
    return guarded(message, ffi.from_handle(network).run, matrices)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_close(network):
    networks.pop(network).close()
    return lib.HYB_OK
