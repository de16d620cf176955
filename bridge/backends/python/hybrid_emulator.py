# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of the backend `python`: runs inside the interpreter, called through CFFI.

An emulator is a file with a module variable `card` (dict) and a function, by default `emulate`:

    emulate(x)              packed: x is (sample, feature); returns (sample, output)
    emulate(name=x, ...)    fields: one array per field; returns a dict or a tuple of arrays

The arrays are views of the library's batch, read only, borrowed until the function returns. What
it returns has the promised shape and kind: nothing is converted, reshaped or broadcast.
"""

import importlib.machinery
import importlib.util
import itertools
import json
import os
import sys
import traceback

import numpy as np
from _hybrid_python import ffi, lib
from hybrid_arrays import DTYPES, Failure, Slice, described, matrix, store
from hybrid_warm_up import warm_up

modules_loaded = itertools.count(1)
OWN_FILES = {__file__, warm_up.__code__.co_filename}
networks = {}  # handle -> Emulator: what the core holds is an address


def load(path):
    """The module in a file, under a name of its own: two files may have the same name."""
    name = f"hybrid_emulator_{next(modules_loaded)}"
    loader = importlib.machinery.SourceFileLoader(name, path)  # whatever the suffix
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    try:
        with open(path, "rb") as file:  # no compiled file: a cached one may be of another version
            code = loader.source_to_code(file.read(), path)
    except (OSError, SyntaxError, ValueError) as error:
        raise Failure(lib.HYB_ERROR_FILE, path, "a Python file", cause(error)) from None
    sys.modules[name] = module  # as pickle, dataclasses and typing expect
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def card_of(module, path):
    card = getattr(module, "card", None)
    if not isinstance(card, dict):
        found = "none" if card is None else described(card)
        raise Failure(lib.HYB_ERROR_CARD, path, "a card, a dict named card", found)
    try:
        return json.dumps(card, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Failure(lib.HYB_ERROR_CARD, f"{path}: card", "JSON values", str(error)) from None


def function_of(module, name, path):
    function = getattr(module, name, None)
    if not callable(function):
        raise Failure(lib.HYB_ERROR_CONFIG, path, f"a function {name!r}",
                      "none" if function is None else described(function))
    return function


class Emulator:
    """A loaded file. `functions` of hyb_backend work on it."""

    def __init__(self, path, function):
        module = load(path)
        self.module_name = module.__name__
        self.card = ffi.new("char[]", card_of(module, path).encode())
        self.function = function_of(module, function, path)
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
        found = f"a dict of {list(returned)}" if isinstance(returned, dict) else described(returned)
        raise Failure(lib.HYB_ERROR_BACKEND, "result of the emulator",
                      f"a dict of {names} or a tuple of {len(names)}", found)

    def close(self):
        sys.modules.pop(self.module_name, None)


# ---- Messages ------------------------------------------------------------------------------------


def cause(error):
    return "".join(traceback.format_exception_only(error)).strip()


def told(error):
    """The cause and the innermost frames, without those of this file."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename not in OWN_FILES]
    return cause(error)[:2000] + "\n" + "".join(traceback.format_list(frames[-8:])).rstrip()


def write(message, text):
    """Into the fixed room of a hyb_message: whole characters and the final zero."""
    room = ffi.sizeof(message.text) - 1
    data = text.encode(errors="replace")[:room].decode(errors="ignore").encode()
    ffi.memmove(message.text, data + b"\0", len(data) + 1)


def flush():
    """A process that never ends its interpreter would lose what was printed."""
    try:
        sys.stdout.flush()
    except Exception:  # no stdout, a full disk, a closed pipe: none of it is the model's trouble
        pass


def guarded(message, work, *arguments):
    try:
        work(*arguments)
        return lib.HYB_OK
    except Failure as failure:
        write(message, str(failure))
        return failure.status
    except BaseException as error:  # SystemExit too: a module does not end the model
        write(message, told(error))
        return lib.HYB_ERROR_MEMORY if type(error) is MemoryError else lib.HYB_ERROR_BACKEND
    finally:
        flush()


# ---- What the core calls -------------------------------------------------------------------------


def opened(path, options, network, card):
    emulator = Emulator(os.fsdecode(ffi.string(path)), ffi.string(options.function).decode())
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
