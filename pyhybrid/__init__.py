# SPDX-License-Identifier: BSD-3-Clause
"""Neural-network emulators in place of the native routines of Fortran climate models.

The same nouns and verbs as in C and Fortran: a `Domain` has a `Scheme` for each replaceable
routine, and each block of columns goes through it as a `Call`. `Emulator` runs an emulator file
on arrays; `export` writes one from a ``torch.nn.Module`` and a `Card` of `Field` entries;
`open_recording` reads what a run recorded. `library_dir`, `include_dir` and `fortran_source` say
what a host is built with.
Failures are a `HybridError`; ``pyhybrid.errors`` has its kinds.
"""

from __future__ import annotations

from .card import Card, Field, Normalisation
from .emulator import Emulator
from .errors import HybridError
from .export import export
from .host import Call, Domain, Scheme
from .paths import fortran_source, include_dir, library_dir
from .recording import open_recording

__all__ = [
    "Call",
    "Card",
    "Domain",
    "Emulator",
    "Field",
    "HybridError",
    "Normalisation",
    "Scheme",
    "export",
    "fortran_source",
    "include_dir",
    "library_dir",
    "open_recording",
]
