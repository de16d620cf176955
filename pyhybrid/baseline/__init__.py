# SPDX-License-Identifier: BSD-3-Clause
"""One plain network for any recording: something to begin with, and to beat."""

from __future__ import annotations

from .options import Options
from .running import Outcome, make_emulator

__all__ = ["Options", "Outcome", "make_emulator"]
