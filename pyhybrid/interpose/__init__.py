# SPDX-License-Identifier: BSD-3-Clause
"""Routines replaced at link time, without a change of the model's sources.

In a copy of the object that has a routine, the routine's symbol is made weak and its code gets a
second name, ``native_<routine>``. Glue that is linked with it defines the routine, and calls the
native one by its new name.
"""

from .glue import check_arguments, check_glue, not_known, write_glue
from .objects import ObjectFile, Symbol, read_object
from .weakening import Interposed, interpose

__all__ = [
    "Interposed",
    "ObjectFile",
    "Symbol",
    "check_arguments",
    "check_glue",
    "interpose",
    "not_known",
    "read_object",
    "write_glue",
]
