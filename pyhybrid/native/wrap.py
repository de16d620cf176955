# SPDX-License-Identifier: BSD-3-Clause
"""Makes the C and Fortran sources of the extension: f90wrap for kinds and shapes, then f2py.

    python wrap.py <folder> <module> <source>...

Used while building; the library does not import it.
"""

import subprocess
import sys
from pathlib import Path


def run(folder: Path, tool: str, *arguments: str) -> None:
    """A console script of f90wrap, whose many words are shown only if it fails."""
    program = f"from f90wrap.scripts.{tool} import main; import sys; sys.exit(main())"
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def main(folder: Path, module: str, sources: list[Path]) -> None:
    """Writes f90wrap_<source> for each source, and <module>module.c."""
    run(folder, "main", "-m", module.lstrip("_"), *map(str, sources))
    wrappers = [f"f90wrap_{source.name}" for source in sources]
    run(folder, "f2py_f90wrap", "-m", module, *wrappers, "--build-dir", ".", "--lower")


if __name__ == "__main__":
    folder, module, *sources = sys.argv[1:]
    main(Path(folder).resolve(), module, [Path(source).resolve() for source in sources])
