# SPDX-License-Identifier: BSD-3-Clause
"""Files of results: whole ones at any time, though the run that writes them is killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .._whole_file import write_whole


def write_results(results: dict[str, Any], path: Path) -> None:
    """As JSON, in place of what was there.

    Raises
    ------
    OSError
        If it cannot be written; what was there stays.
    """
    write_whole(json.dumps(results, indent=1, allow_nan=False) + "\n", path)
