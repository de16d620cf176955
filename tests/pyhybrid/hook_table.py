# SPDX-License-Identifier: BSD-3-Clause
"""A hook through its table, as the library uses it, for tests of what the documentation shows."""

import json

import numpy as np
from cffi import FFI

import pyhybrid
from pyhybrid._abi.header import declarations

ffi = FFI()
for header in ("hybrid.h", "hybrid_plugin.h"):
    text = (pyhybrid.include_dir() / header).read_text()
    ffi.cdef(declarations(text))
REAL64 = np.dtype(np.float64)


def texts(*words):
    return [ffi.new("char[]", word.encode()) for word in words]


def memory(array):
    return ffi.cast("double *", ffi.from_buffer(array))


class Hook:
    """Opened with options; adds to one target of the same shape as its one input."""

    def __init__(self, library, target, **options):
        self.library = ffi.dlopen(str(library))
        self.table = ffi.cast("const hyb_hook *", self.library.hyb_hook_plugin())
        assert self.table.head.size == ffi.sizeof("hyb_hook")
        self.target = target
        self.kept = texts(target, "K s-1")
        self.handle = self.opened(options)

    def call(self, function, *arguments):
        message = ffi.new("hyb_message *")
        status = function(*arguments, message)
        if status != 0:
            raise RuntimeError(ffi.string(message.text).decode())

    def opened(self, options):
        rows = [(*texts(name, json.dumps(value)),
                 texts(value)[0] if isinstance(value, str) else ffi.NULL,
                 value if isinstance(value, float) else np.nan, 0)
                for name, value in options.items()]
        option, output = ffi.new("hyb_option[]", rows), ffi.new("hyb_output[]", [self.kept])
        setup = ffi.new("hyb_hook_setup *", (
            ffi.sizeof("hyb_hook_setup"), 0, len(rows), 1, 1, option, output, output))
        handle = ffi.new("void **")
        self.call(self.table.open, setup, handle)
        self.unknown = [name for name, one in zip(options, option, strict=True) if not one.known]
        return ffi.gc(handle[0], self.table.close)

    def fields(self):
        name, n = ffi.new("const char *const **"), ffi.new("int32_t *")
        self.call(self.table.fields, self.handle, name, n)
        return [ffi.string(name[0][i]).decode() for i in range(n[0])]

    def clock(self, dt=600.0):
        self.date = texts("2001-01-01T00:00:00")[0]
        return ffi.new("hyb_clock *", (1, self.date, dt, 0.0, 0.0))

    def apply(self, x):
        """The increments (column, level) for inputs and outputs `x` (column, level)."""
        x = np.ascontiguousarray(x.T)
        nlevel, ncol = x.shape
        y = np.zeros_like(x)
        column, rejected = np.arange(1, ncol + 1), np.zeros(ncol, np.uint8)
        clock = self.clock()
        block = ffi.new("hyb_block *", {
            "size": ffi.sizeof("hyb_block"), "clock": clock, "ncol": ncol, "first": 1,
            "column": ffi.cast("int64_t *", ffi.from_buffer(column)),
            "rejected": ffi.cast("uint8_t *", ffi.from_buffer(rejected))})
        values = ffi.new("hyb_values *", (memory(x), nlevel, 1, ncol))
        increment = ffi.new("hyb_increment *", (memory(y), nlevel, 1))
        block.input, block.output, block.increment = values, values, increment
        self.call(self.table.apply, self.handle, block)
        return y.T

    def learn(self, wanted, dt):
        """One step in which `wanted` (column, level) was seen."""
        wanted = np.ascontiguousarray(wanted.T)
        nlevel, ncol = wanted.shape
        clock, place = self.clock(dt), np.arange(ncol)
        where = ffi.cast("int64_t *", ffi.from_buffer(place))
        values = ffi.new("hyb_values *", (memory(wanted), nlevel, 1, ncol))
        samples = ffi.new("hyb_samples *", {
            "size": ffi.sizeof("hyb_samples"), "clock": clock, "ncol": ncol, "place": where,
            "column": where, "wanted": values[0], "input": values})
        total = self.added_up(samples)
        self.call(self.table.update, self.handle, clock, memory(total), total.size)

    def added_up(self, samples):
        n = ffi.new("int64_t *")
        self.call(self.table.sums, self.handle, samples, n)
        total = np.zeros(n[0])

        @ffi.callback("void(void *, int64_t, int64_t, const double *)")
        def add(_, number, count, values):
            total[number] += sum(ffi.unpack(values, count))

        self.call(self.table.collect, self.handle, samples,
                  ffi.new("hyb_adder *", (ffi.NULL, add)))
        return total

    def state(self):
        value, n = ffi.new("const double **"), ffi.new("int64_t *")
        self.call(self.table.state, self.handle, value, n)
        return np.array(ffi.unpack(value[0], n[0]))

    def restore(self, state):
        self.call(self.table.restore, self.handle, memory(state), state.size)
