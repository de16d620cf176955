# SPDX-License-Identifier: BSD-3-Clause
"""A backend as a process that runs Python uses it, for tests: the table through CFFI."""

import os
import sys
from pathlib import Path

import numpy as np
from cffi import FFI

INCLUDE = Path(os.environ["HYBRID_INCLUDE"])
sys.path.insert(0, os.environ["BINDINGS"])
from make_bindings import declarations  # noqa: E402

ffi = FFI()
for header in ("hybrid.h", "hybrid_plugin.h"):
    ffi.cdef(declarations(INCLUDE / header))
ffi.cdef("const hyb_plugin_table *hyb_plugin(void);")
backend = ffi.cast("const hyb_backend *", ffi.dlopen(os.environ["BACKEND"]).hyb_plugin())


def text_of(message):
    return ffi.string(message.text).decode()


def opened(path, environment="", device="cpu", precision="float32"):
    """Return status, network and message."""
    texts = ("", device, precision, environment, "emulate")
    strings = [ffi.new("char[]", text.encode()) for text in texts]
    size = ffi.sizeof("hyb_backend_options")
    options = ffi.new("hyb_backend_options *", (size, *strings, 1, 0))
    network, card = ffi.new("void **"), ffi.new("const char **")
    message = ffi.new("hyb_message *")
    status = backend.open(str(path).encode(), options, network, card, message)
    return status, network[0], text_of(message)


def planned(network, nfeature=3, noutput=3, samples=(16,), tolerance=0.0):
    """Prepare a network in float32. Return status, plan and message."""
    counts = ffi.new("int64_t[]", list(samples))
    signature = ffi.new("hyb_signature *", {
        "size": ffi.sizeof("hyb_signature"), "kind": 1, "packed": 1, "nfeature": nfeature,
        "noutput": noutput, "samples": counts, "nsamples": len(samples), "tolerance": tolerance})
    plan = ffi.new("hyb_plan *", {"size": ffi.sizeof("hyb_plan")})
    message = ffi.new("hyb_message *")
    status = backend.prepare(network, signature, plan, message)
    return status, plan, text_of(message)


def prepared(path):
    """A network of 3 features and outputs in float32, closed with its owner."""
    status, network, text = opened(path)
    assert status == 0, text
    status, _, text = planned(network)
    assert status == 0, text
    return ffi.gc(network, backend.close)


def run(network, x):
    """x is (3, 16). Return status, y and message."""
    x = np.ascontiguousarray(x)
    y = np.full_like(x, -1)
    matrices = ffi.new("hyb_matrices *", (
        ffi.sizeof("hyb_matrices"), 16, 16, ffi.from_buffer(x), ffi.from_buffer(y)))
    message = ffi.new("hyb_message *")
    return backend.run(network, matrices, message), y, text_of(message)
