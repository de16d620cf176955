# SPDX-License-Identifier: BSD-3-Clause
"""Dates of models: those that the library takes (``hooks/calendar.cpp``), of any calendar."""

from __future__ import annotations

import re
from typing import NamedTuple

_DATE = re.compile(
    r"\s*([+-]?\d{1,7})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d+(?:\.\d*)?))?Z?)?",
    re.ASCII,
)
_MOST_YEARS = 1000000


class Date(NamedTuple):
    """In the order of time; `seconds` are those of the day."""

    year: int
    month: int
    day: int
    seconds: float


def parsed_date(text: str) -> Date | None:
    """From "2000-01-31" or "2000-01-31T06:00:00"; None if it is no date of any calendar."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hours, minutes = (int(one or 0) for one in found.groups()[:5])
    seconds = float(found[6] or 0)
    known = abs(year) <= _MOST_YEARS and 1 <= month <= 12 and 1 <= day <= 31
    if not known or hours > 24 or minutes > 59 or seconds >= 61:
        return None
    return Date(year, month, day, 3600.0 * hours + 60.0 * minutes + seconds)
