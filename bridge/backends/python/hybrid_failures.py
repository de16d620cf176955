# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of exceptions: a status and a message."""

import sys
import traceback

import numpy as np
from _hybrid_python import ffi, lib


class Failure(Exception):
    """What goes wrong in a way that has a status of its own."""

    def __init__(self, status, what, expected, found):
        super().__init__(f"{what}: expected {expected}, found {found}")
        self.status = status


def described(value):
    if type(value) is np.ndarray:
        return f"{value.dtype} {value.shape}"
    if isinstance(value, dict):
        return f"a dict of {list(value)}"
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")


def cause(error):
    return "".join(traceback.format_exception_only(error)).strip()


def told(error):
    """The cause and the innermost frames, without those of this library."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if not frame.filename.startswith("<hybrid_")]
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


def guarded(message, work, *arguments, status=lib.HYB_ERROR_BACKEND):
    """Run `work`; an exception becomes a message and a status, by default the given one."""
    try:
        work(*arguments)
        return lib.HYB_OK
    except Failure as failure:
        write(message, str(failure))
        return failure.status
    except BaseException as error:  # SystemExit too: a module does not end the model
        write(message, told(error))
        return lib.HYB_ERROR_MEMORY if type(error) is MemoryError else status
    finally:
        flush()
