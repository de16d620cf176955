# SPDX-License-Identifier: BSD-3-Clause
"""The native scheme as a host would build it, to measure against: gfortran -O3 -march=native."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import PluginError, ShapeError
from ..m7.layout import FIRST_TRACER, NOUTPUT, NTRACER
from ..m7.samples import Array
from ..paths import fortran_source

FLAGS = ("-O3", "-march=native")
_MODULES = (
    "kinds", "constants", "tracers", "options", "functions", "transfer", "water", "zsr",
    "properties", "condensation", "nucleation", "coagulation", "ageing", "merging", "checks",
    "step", "driver",
)  # fmt: skip
_SHIM = Path(__file__).with_name("m7_block.f90")


class NativeBlock:
    """M7 for blocks of columns, compiled now.

    Parameters
    ----------
    flags : of the compiler

    Raises
    ------
    PluginError
        If there is no gfortran, or it fails.
    """

    def __init__(self, flags: tuple[str, ...] = FLAGS) -> None:
        self.flags = flags
        with tempfile.TemporaryDirectory(prefix="pyhybrid-m7-") as folder:
            library = _compiled(Path(folder), flags)
            self._step = ctypes.CDLL(str(library)).m7_block

    def __call__(self, x: Array, levels: int = 1) -> Array:
        """What M7 makes of boxes (box, 32): (box, 30), a block of so many levels."""
        return self.prepared(x, levels)()

    def prepared(self, x: Array, levels: int) -> Any:
        """A function without arguments that runs the block once; data are copied before."""
        columns = len(x) // levels
        if columns * levels != len(x):
            raise ShapeError(mismatch("native M7", f"a multiple of {levels} boxes", len(x)))
        fields = [np.ascontiguousarray(x[:, i]) for i in (1, 0, 2, 3, 4)]
        out = np.zeros((len(x), NOUTPUT), order="F")
        stat = ctypes.c_int(0)
        sizes = (columns, levels, ctypes.c_double(float(x[0, 5])))
        data = [_address(one) for one in (*fields, out, out[:, NTRACER:])]
        before = np.asfortranarray(x[:, FIRST_TRACER:])

        def run() -> Array:
            out[:, :NTRACER] = before
            self._step(*sizes, *data, ctypes.byref(stat))
            return out

        run.fields = fields  # they have to live as long as it
        return run


def _address(array: Array) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def _compiled(folder: Path, flags: tuple[str, ...]) -> Path:
    compiler = shutil.which("gfortran")
    if compiler is None:
        raise PluginError(mismatch("native M7", "gfortran", "none"))
    library = folder / "libm7.so"
    sources = [_source(name) for name in _MODULES]
    command = [compiler, *flags, "-fPIC", "-shared", "-J", str(folder), "-o", str(library)]
    done = subprocess.run([*command, *sources, str(_SHIM)], capture_output=True, text=True)
    if done.returncode != 0:
        raise PluginError(mismatch("native M7", "sources that compile", done.stderr[-1000:]))
    return library


def _source(name: str) -> str:
    folder = fortran_source().parent / "m7"
    (found, *_) = [*folder.glob(f"m7_{name}.?90"), folder / f"m7_{name}.f90"]
    return str(found)
