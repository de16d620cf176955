# SPDX-License-Identifier: BSD-3-Clause
"""A new scheme: its call site in Fortran, its table of the configuration, its card."""

from __future__ import annotations

from .declaration import Declared, check_scheme, declare, merge
from .fields_file import read_fields
from .files import card_of, config_with
from .fortran import fortran_site

__all__ = [
    "Declared",
    "card_of",
    "check_scheme",
    "config_with",
    "declare",
    "fortran_site",
    "merge",
    "read_fields",
]
