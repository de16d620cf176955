# SPDX-License-Identifier: BSD-3-Clause
"""Files of statistics: found, read and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._words import mismatch
from ..errors import ArgumentError, PluginError
from .adding import COUNTS

Json = dict[str, Any]
FORMAT, VERSION = "pyhybrid statistics", 1
_SUFFIXES = (".json", ".nc")
_RECORD = ("step", "steps", "ranks")
_HEAD = 4096  # bytes in which a file of statistics says what it is


@dataclass(frozen=True)
class Statistics:
    """One file: what one process wrote."""

    path: Path
    contents: Json

    @property
    def rank(self) -> int:
        """Of the process."""
        return int(self.contents["rank"])

    @property
    def began(self) -> int | None:
        """The first step that the process opened, None if it opened none."""
        return _step(self.contents["began"])

    @property
    def restored(self) -> int | None:
        """The step of the restart that it loaded, None if it loaded none."""
        return _step(self.contents["restored"])


def _step(value: Any) -> int | None:
    return None if value is None else int(value)


def read_files(runs: Iterable[Path]) -> list[Statistics]:
    """All files of statistics that are given or lie in the folders that are given.

    Raises
    ------
    ArgumentError
        If there is none, or one is broken or of another version.
    PluginError
        If one is NetCDF and netCDF4 is missing.
    """
    paths = dict.fromkeys(path.resolve() for run in runs for path in _paths(run))
    return [Statistics(path, _checked(path, _read(path))) for path in paths]


def _paths(run: Path) -> Iterator[Path]:
    if run.is_file():
        yield run
        return
    if not run.is_dir():
        raise ArgumentError(mismatch(f"report: {run}", "a file or a folder", "none"))
    found = [path for path in sorted(run.iterdir()) if _is_statistics(path)]
    if not found:
        wanted = "statistics (key 'statistics' of [domain] in hybrid.toml)"
        raise ArgumentError(mismatch(f"report: folder {run}", wanted, "none"))
    yield from found


def _is_statistics(path: Path) -> bool:
    """Of the files in a folder; those that say so, whole or not."""
    if path.suffix not in _SUFFIXES or not path.is_file():
        return False
    if path.suffix == ".nc":
        return _title(path) == FORMAT
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return FORMAT.encode() in head or (b'"schemes"' in head and b'"rank"' in head)


def _title(path: Path) -> str | None:
    netcdf = _netcdf(path)
    try:
        with netcdf.Dataset(path) as dataset:
            return str(getattr(dataset, "title", ""))
    except OSError:
        return None


def _netcdf(path: Path) -> Any:
    try:
        import netCDF4
    except ImportError as error:
        raise PluginError(mismatch(f"report: {path}", "netCDF4 to read it", "none")) from error
    return netCDF4


def _read(path: Path) -> Any:
    text = _netcdf_text(path) if path.suffix == ".nc" else path.read_text(errors="replace")
    if not text.strip():
        raise ArgumentError(mismatch(f"report: {path}", "statistics", "an empty file"))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # too many digits, or brackets
        found = f"a part of one, or something else ({error})"
        raise ArgumentError(mismatch(f"report: {path}", "a whole file of JSON", found)) from error


def _netcdf_text(path: Path) -> str:
    try:
        with _netcdf(path).Dataset(path) as dataset:
            letters = dataset.variables["statistics"][:]
    except OSError as error:
        raise ArgumentError(mismatch(f"report: {path}", "a whole NetCDF file", error)) from error
    except KeyError as error:
        wanted = "NetCDF with a variable 'statistics'"
        raise ArgumentError(mismatch(f"report: {path}", wanted, "none")) from error
    return bytes(letters.filled(b"\0").tobytes()).rstrip(b"\0").decode(errors="replace")


def _checked(path: Path, contents: Any) -> Json:
    if not isinstance(contents, dict) or "schemes" not in contents:
        raise ArgumentError(mismatch(f"report: {path}", "statistics of a run", "other JSON"))
    found = contents.get("version", "none: an older pyhybrid wrote it")
    if contents.get("format", FORMAT) != FORMAT or found != VERSION:
        what = f"report: {path}: version of the statistics"
        raise ArgumentError(mismatch(what, VERSION, found))
    missing = {"rank", "ranks", "began", "restored", "step", "date", "history"} - set(contents)
    if missing:
        what = f"report: {path}: {', '.join(sorted(missing))}"
        raise ArgumentError(mismatch(what, "a value", "none"))
    for record in ({"schemes": contents["schemes"]}, *_list(path, contents["history"])):
        _check_schemes(path, record.get("schemes"))
    return contents


def _list(path: Path, history: Any) -> list[Json]:
    if not isinstance(history, list) or not all(isinstance(one, dict) for one in history):
        raise ArgumentError(mismatch(f"report: {path}: history", "a list of records", "else"))
    if any(not isinstance(one.get(key), int) for one in history for key in _RECORD):
        wanted = f"{', '.join(_RECORD)} in each record"
        raise ArgumentError(mismatch(f"report: {path}: history", wanted, "one without"))
    return history


def _check_schemes(path: Path, schemes: Any) -> None:
    """Whoever adds up counts on these."""
    for name, scheme in schemes.items() if isinstance(schemes, dict) else [("", None)]:
        found = scheme if isinstance(scheme, dict) else {}
        missing = [key for key in COUNTS if not isinstance(found.get(key), int)]
        if missing or not isinstance(found.get("seconds"), dict):
            what = f"report: {path}: scheme {name!r}"
            raise ArgumentError(mismatch(what, "counts and seconds", "something else"))
