# SPDX-License-Identifier: BSD-3-Clause
"""What was built and installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyhybrid
from pyhybrid._abi.loading import library_path


def plugin_exists(name):
    folders = [*os.environ.get("HYBRID_PLUGIN_PATH", "").split(":"), str(library_path().parent)]
    return any((Path(folder) / f"libhybrid_{name}.so").is_file() for folder in folders if folder)


def run_with_library_alone(folder, *arguments, cwd=None):
    """Runs Python with a copy of libhybrid.so in `folder`, without any plug-in."""
    shutil.copy(library_path(), folder)
    removed = ("HYBRID_PLUGIN_PATH", "PYHYBRID_LIBRARY_DIR")
    environment = {key: value for key, value in os.environ.items() if key not in removed}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment | {"PYHYBRID_LIBRARY_DIR": str(folder)},
        cwd=cwd or Path(pyhybrid.__file__).parents[1],
        capture_output=True,
        text=True,
    )
