# SPDX-License-Identifier: BSD-3-Clause
"""What the statistics of a run tell: all its ranks, and its restarts one after the other."""

from .runs import Run, read_run

__all__ = ["Run", "read_run"]
