# SPDX-License-Identifier: BSD-3-Clause
"""What was built and installed."""

import os
from pathlib import Path

from pyhybrid._abi.loading import library_path


def plugin_exists(name):
    folders = [*os.environ.get("HYBRID_PLUGIN_PATH", "").split(":"), str(library_path().parent)]
    return any((Path(folder) / f"libhybrid_{name}.so").is_file() for folder in folders if folder)
