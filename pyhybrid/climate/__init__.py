# SPDX-License-Identifier: BSD-3-Clause
"""What a coupled run does to the climate, against native runs that differ by their seeds."""

from __future__ import annotations

from .comparing import Comparison, compare
from .runs import open_run
from .selection import Selection, read_selection

__all__ = ["Comparison", "Selection", "compare", "open_run", "read_selection"]
