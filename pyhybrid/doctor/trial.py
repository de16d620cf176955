# SPDX-License-Identifier: BSD-3-Clause
"""One backend, or recordings, really run.

`main` runs in a process of its own, since a broken plug-in may end it. Prints JSON: what was
found, or the kind of failure and its message.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from .._words import mismatch
from ..emulator import Emulator
from ..errors import BackendError, HybridError, RecordingError
from ..host import Domain
from .tiny import INPUT, TOLERANCE, expected, write_tiny

_RECORD = '[scheme.tiny]\nmode = "record"\nrecord = {{ path = {path} }}\n'
_HDF5 = b"\x89HDF\r\n\x1a\n"


def try_backend(name: str, device: str, folder: Path) -> str:
    """Runs a tiny emulator, and returns what the backend says of itself.

    Raises
    ------
    ImportError
        If torch is needed and is not there.
    HybridError
        If it cannot be opened or run, or gives other numbers than it should.
    """
    options = {} if device == "cpu" else {"device": device}
    with Emulator(write_tiny(name, folder), backend=name, **options) as emulator:
        heating = emulator.predict({"air_temperature": INPUT})["heating"]
        error = float(np.max(np.abs(heating - expected(name))))
        if not error <= TOLERANCE:
            wanted = f"results within {TOLERANCE} K"
            raise BackendError(mismatch(f"{name} on {device}", wanted, f"an error of {error:g} K"))
        return emulator.about


def try_recording(folder: Path) -> str:
    """Records a block, and reads it where the packages for that are there."""
    path = folder / "tiny.nc"
    with Domain(text=_RECORD.format(path=json.dumps(str(path)))) as domain:
        _record(domain)
    if path.read_bytes()[:8] != _HDF5:
        raise RecordingError(mismatch(str(path), "a NetCDF-4 file", "something else"))
    try:
        import netCDF4  # noqa: F401
        import xarray  # noqa: F401
    except ImportError as error:
        return f"written, not read: {error}"
    from ..recording import open_recording

    if not np.array_equal(open_recording(path)["input"]["air_temperature"].values, INPUT):
        raise RecordingError(mismatch(str(path), "the numbers that were put", "others"))
    return "written and read"


def _record(domain: Domain) -> None:
    domain.step(1, "2001-01-01T00:00:00", dt=1.0)
    with domain.scheme("tiny") as scheme:
        scheme.field("air_temperature", "K")
        scheme.field("heating", "K")
        with scheme.open(ncol=len(INPUT)) as call:
            call.put("air_temperature", INPUT)
            call.run()
            call.get("heating", np.zeros_like(INPUT))


def main(name: str, device: str) -> None:
    """Prints what was found."""
    print(json.dumps(_tried(name, device)))


def _tried(name: str, device: str) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        try:
            if name == "netcdf":
                return {"about": try_recording(Path(folder))}
            return {"about": try_backend(name, device, Path(folder))}
        except (HybridError, ImportError, OSError) as error:
            return {"failed": type(error).__name__, "about": str(error)}
