# SPDX-License-Identifier: BSD-3-Clause
"""What an emulator does on recorded samples, through the library's own code: before it runs."""

from __future__ import annotations

from .validating import Plan, Validation, validate

__all__ = ["Plan", "Validation", "validate"]
