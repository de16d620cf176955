# SPDX-License-Identifier: BSD-3-Clause
"""What was found of one part of an installation."""

from __future__ import annotations

from dataclasses import dataclass

WORKS, MISSING, FAILS = "works", "missing", "fails"


@dataclass(frozen=True)
class Finding:
    """One part of an installation.

    Attributes
    ----------
    part : str
        The group it belongs to: "library", "backends", ...
    name : str
    state : {"works", "missing", "fails"}
        Fails: it is there, and does not what it should.
    about : str
        Its version, or what is wrong.
    mend : str
        What to do, a command where there is one; "" for nothing.
    required : bool
        Whether nothing goes without it.
    """

    part: str
    name: str
    state: str
    about: str
    mend: str = ""
    required: bool = False

    @property
    def bad(self) -> bool:
        """Whether somebody has to mend it: what fails, and what is required and missing."""
        return self.state == FAILS or (self.state == MISSING and self.required)
