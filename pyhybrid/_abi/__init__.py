# SPDX-License-Identifier: BSD-3-Clause
"""libhybrid for Python: CFFI over the very ``hybrid.h`` that hosts compile against."""

from .header import enumeration, ffi, word_value
from .loading import call, library, text, version
from .view import Array, as_view

__all__ = [
    "Array",
    "as_view",
    "call",
    "enumeration",
    "ffi",
    "library",
    "text",
    "version",
    "word_value",
]
