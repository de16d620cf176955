# SPDX-License-Identifier: BSD-3-Clause
"""Print the folder of the installed torch without importing it (seconds); fail if none."""

import importlib.util
import sys
from pathlib import Path

spec = importlib.util.find_spec("torch")
if spec is None or not (Path(spec.origin).parent / "lib" / "libtorch_cpu.so").exists():
    sys.exit("no torch with libtorch_cpu.so")
print(Path(spec.origin).parent)
