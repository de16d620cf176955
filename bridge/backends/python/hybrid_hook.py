# SPDX-License-Identifier: BSD-3-Clause
"""Hooks written in Python: the functions of hyb_hook, called through CFFI.

A hook is a class of a file, `Hook` unless the configuration says otherwise:

    inputs = ["air_temperature"]      the input fields that it reads
    def __init__(self, strength=1.0)  gets the other keys of its table by keyword
    def apply(self, block)            returns increments by output; in phase before a veto by column
    def collect(self, samples)        returns arrays to be summed over their first axis, the column
    def update(self, totals, clock)   gets the sums over the columns of all ranks
    state                             a dict of arrays: what a restart needs

All but `apply` may be left out. A function of a block is a hook too.
"""

import functools
import inspect
import json
import os
import sys

import numpy as np
from _hybrid_python import ffi, lib
from hybrid_arrays import store
from hybrid_failures import Failure, described, guarded
from hybrid_hook_arrays import addends, check_fits, checked, decoded, encoded, totals_of
from hybrid_hook_values import block_of, clock_of, field, samples_of, vector
from hybrid_modules import callable_of, load

hooks = {}  # handle -> Hook: what the core holds is an address


def options_of(setup):
    options = {}
    for option in ffi.unpack(setup.option, setup.noption) if setup.noption else ():
        options[ffi.string(option.name).decode()] = json.loads(ffi.string(option.json))
    for i in range(setup.noption):
        setup.option[i].known = 1  # whoever takes keywords refuses those that it does not have
    return options


def text_of(options, key, otherwise):
    value = options.pop(key, otherwise)
    if not isinstance(value, str):
        raise Failure(lib.HYB_ERROR_CONFIG, key, "a text", repr(value))
    return value


class Function:
    """A hook that is a function of the block, and of the module's `inputs`."""

    def __init__(self, module, function, options):
        inspect.signature(function).bind(None, **options)
        self.apply = functools.partial(function, **options)
        self.inputs = getattr(module, "inputs", [])


def made(module, path, options):
    """The user's object."""
    if "function" not in options:
        return callable_of(module, text_of(options, "class", "Hook"), path, "class")(**options)
    if "class" in options:
        raise Failure(lib.HYB_ERROR_CONFIG, path, "a class or a function", "both")
    name = text_of(options, "function", "")
    return Function(module, callable_of(module, name, path, "function"), options)


def has(user, method):
    return getattr(user, method, None) is not None


def check_methods(user, path):
    """`apply` is needed, the others where they are."""
    for name in ("apply", "collect", "update"):
        if (has(user, name) or name == "apply") and not callable(getattr(user, name, None)):
            raise Failure(lib.HYB_ERROR_CONFIG, path, f"a method {name!r}",
                          described(getattr(user, name)) if has(user, name) else "none")
    if has(user, "collect") and not has(user, "update"):
        raise Failure(lib.HYB_ERROR_CONFIG, path, "a method 'update' beside 'collect'", "none")


def inputs_of(user, path):
    inputs = getattr(user, "inputs", [])
    if not isinstance(inputs, (list, tuple)) or not all(isinstance(one, str) for one in inputs):
        raise Failure(lib.HYB_ERROR_CONFIG, f"{path}: inputs", "a list of names", repr(inputs))
    return tuple(inputs)


class Hook:
    """A loaded hook. The functions of hyb_hook work on it."""

    def __init__(self, setup):
        options = options_of(setup)
        path = text_of(options, "file", None)
        text_of(options, "environment", "")  # chosen when the interpreter was started
        self.before = bool(setup.before)
        self.outputs = [ffi.string(setup.output[i].name).decode() for i in range(setup.noutput)]
        self.targets = [ffi.string(setup.target[i].name).decode() for i in range(setup.ntarget)]
        module = load(os.path.abspath(path))
        self.module_name = module.__name__
        try:
            self.prepare(made(module, path, options), path)
        except BaseException:
            self.close()
            raise

    def prepare(self, user, path):
        self.user = user
        check_methods(user, path)
        self.inputs = inputs_of(user, path)
        self.texts = [ffi.new("char[]", name.encode()) for name in self.inputs]
        self.names = ffi.new("const char *[]", self.texts)
        self.has_state = hasattr(user, "state")
        arrays = self.arrays(lib.HYB_ERROR_CONFIG)
        self.shapes = {name: array.shape for name, array in arrays.items()}

    def apply(self, given):
        returned = self.user.apply(block_of(given, self.inputs, self.outputs))
        if self.before:
            store(returned, vector(given.veto, given.ncol, bool), "veto of the hook")
        else:
            self.store_increments(returned, given)

    def store_increments(self, returned, given):
        if not isinstance(returned, dict) or not returned.keys() <= set(self.targets):
            raise Failure(lib.HYB_ERROR_BACKEND, "increments of the hook",
                          f"a dict of {self.targets}", described(returned))
        for i, name in enumerate(self.targets):
            if name in returned:
                target = field(given.increment[i], given.ncol)
                store(returned[name], target, f"increment of {name!r}")

    def sums(self, given):
        self.addends = []
        if given.ncol > 0 and has(self.user, "collect"):
            returned = self.user.collect(samples_of(given, self.inputs))
            arrays = checked(returned, "result of collect", lib.HYB_ERROR_BACKEND)
            self.addends = addends(arrays, given.ncol)
        return len(self.addends)

    def collect(self, adder):
        for number, values in enumerate(self.addends):
            values = np.ascontiguousarray(values)
            memory = ffi.cast("const double *", ffi.from_buffer(values))
            adder.add(adder.owner, number, len(values), memory)
        self.addends = []

    def update(self, clock, total):
        totals = totals_of(total)
        if has(self.user, "collect") and totals is None:
            return  # no column was seen
        if has(self.user, "update"):
            self.user.update(totals or {}, clock)
            self.check_state(self.arrays())

    def arrays(self, status=lib.HYB_ERROR_STATE):
        state = self.user.state if self.has_state else {}
        return checked(state, "state of the hook", status)

    def check_state(self, arrays):
        """As it was, so that it can be loaded into a new hook."""
        check_fits(arrays, self.shapes)
        self.shapes = {name: np.shape(array) for name, array in arrays.items()}

    def state(self):
        self.kept = encoded(self.arrays())
        return self.kept

    def restore(self, numbers):
        state = decoded(numbers)
        self.check_state(state)
        if self.has_state:
            self.user.state = state

    def close(self):
        sys.modules.pop(self.module_name, None)


# ---- What the core calls -------------------------------------------------------------------------


def opened(setup, hook):
    loaded = Hook(setup)
    handle = ffi.new_handle(loaded)
    hooks[handle] = loaded
    hook[0] = handle


def named(hook, name, n):
    name[0], n[0] = hook.names, len(hook.inputs)


def counted(hook, samples, n):
    n[0] = hook.sums(samples)


def shown(hook, value, n):
    state = hook.state()
    value[0], n[0] = ffi.cast("const double *", ffi.from_buffer(state)), state.size


def numbers(pointer, n):
    return vector(pointer, n).copy() if n > 0 else np.zeros(0)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_open(setup, hook, message):
    return guarded(message, opened, setup, hook, status=lib.HYB_ERROR_CONFIG)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_close(hook):
    hooks.pop(hook).close()
    return lib.HYB_OK


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_fields(hook, name, n, message):
    return guarded(message, named, ffi.from_handle(hook), name, n)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_apply(hook, block, message):
    return guarded(message, ffi.from_handle(hook).apply, block)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_sums(hook, samples, n, message):
    return guarded(message, counted, ffi.from_handle(hook), samples, n)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_collect(hook, samples, adder, message):
    return guarded(message, ffi.from_handle(hook).collect, adder)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_update(hook, clock, total, n, message):
    return guarded(message, ffi.from_handle(hook).update, clock_of(clock), numbers(total, n))


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_state(hook, value, n, message):
    return guarded(message, shown, ffi.from_handle(hook), value, n)


@ffi.def_extern(error=lib.HYB_ERROR_INTERNAL)
def hyb_python_hook_restore(hook, value, n, message):
    return guarded(message, ffi.from_handle(hook).restore, numbers(value, n))
