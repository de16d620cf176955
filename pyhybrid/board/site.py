# SPDX-License-Identifier: BSD-3-Clause
"""A host of M7 in Fortran, in this process: a block of columns, natively or by the call site."""

from __future__ import annotations

import ctypes
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .._words import mismatch
from ..errors import ArgumentError, ShapeError
from ..m7.layout import NFEATURE, NOUTPUT
from ..m7.samples import Array
from .compiling import compiled_site

FLAGS = ("-O3", "-march=native")
_MESSAGE = 512  # bytes, as in m7_site.f90


class Site:
    """Native M7 and a call site on the same arrays, compiled now.

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
        self._library: Any = compiled_site(flags)
        self._library.m7_site_create.restype = ctypes.c_void_p
        self._shape = (0, 0)

    def fill(self, x: Array) -> None:
        """Makes (column, level, 32) the host's arrays.

        Raises
        ------
        ShapeError
            If they are something else, or none.
        """
        if x.ndim != 3 or x.shape[2] != NFEATURE or x.size == 0:
            wanted = f"(column, level, {NFEATURE})"
            raise ShapeError(mismatch("call site: arrays", wanted, x.shape))
        self._shape = x.shape[:2]
        self._library.m7_site_arrays(*self._shape, _address(np.asfortranarray(x, np.float64)))

    def native(self) -> float:
        """One step of native M7 from the arrays that were given: seconds."""
        return self._timed(self._library.m7_site_native)

    @property
    def results(self) -> Array:
        """Tracers and water after the last step (column, level, 30)."""
        y = np.zeros((*self._shape, NOUTPUT), order="F")
        self._library.m7_site_results(_address(y))
        return y

    @contextmanager
    def emulating(self, path: Path) -> Iterator[Any]:
        """Gives a function that steps by the emulator in a file and returns seconds.

        For blocks of the size of the arrays that the host has now.

        Raises
        ------
        ArgumentError
            If the library refuses the file; the function, if a step fails.
        """
        with tempfile.TemporaryDirectory(prefix="pyhybrid-site-") as folder:
            text = (ctypes.c_char * _MESSAGE)()
            handle = self._library.m7_site_create(_configuration(path, folder), text)
            if handle is None:
                raise ArgumentError(text.value.decode(errors="replace"))
            site = ctypes.c_void_p(handle)
            try:
                yield lambda: self._timed(self._library.m7_site_emulated, site)
            finally:
                self._library.m7_site_destroy(site)

    def _timed(self, step: Any, *of: Any) -> float:
        seconds, text = ctypes.c_double(), (ctypes.c_char * _MESSAGE)()
        if step(*of, ctypes.byref(seconds), text) != 0:
            raise ArgumentError(text.value.decode(errors="replace"))
        return seconds.value


def _configuration(path: Path, folder: str) -> bytes:
    """Text of a domain that emulates; JSON's strings are TOML's."""
    log, emulator = _quoted(f"{folder}/hybrid.log"), _quoted(str(path.resolve()))
    scheme = f'[scheme.aerosol_microphysics]\nmode = "emulate"\nemulator = {emulator}\n'
    return f"[domain]\nlog = {log}\n{scheme}".encode()


def _address(array: Array) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
