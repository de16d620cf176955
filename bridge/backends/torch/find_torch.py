# SPDX-License-Identifier: BSD-3-Clause
"""Print the folder of the installed torch without importing it (seconds); fail if none.

A second line says whether it lies beside what this Python installs: "beside" or "elsewhere".
"""

import importlib.util
import sys
import sysconfig
from pathlib import Path

spec = importlib.util.find_spec("torch")
if spec is None or not (Path(spec.origin).parent / "lib" / "libtorch_cpu.so").exists():
    sys.exit("no torch with libtorch_cpu.so")
folder = Path(spec.origin).parent
print(folder)
print("beside" if folder.parent == Path(sysconfig.get_path("platlib")) else "elsewhere")
