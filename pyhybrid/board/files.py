# SPDX-License-Identifier: BSD-3-Clause
"""Contenders in files of the user's."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import ModuleType

from .._words import mismatch
from ..errors import ArgumentError
from .contenders import Contender, Predict
from .task import Lessons


def added(paths: Iterable[Path], known: Collection[str] = ()) -> dict[str, Contender]:
    """The contenders of files: their public functions, by name.

    Parameters
    ----------
    paths : of the files
    known : names that are taken

    Raises
    ------
    ArgumentError
        If a file is not there, does not run, or has none; or a name is taken.
    """
    out: dict[str, Contender] = {}
    owners = dict.fromkeys(known, "the board")
    for number, path in enumerate(paths):
        found = _contenders(path, number)
        for name in found:
            if name in owners:
                what = f"board: {path}: contender {name}"
                raise ArgumentError(mismatch(what, "a name of its own", f"that of {owners[name]}"))
        out |= found
        owners |= dict.fromkeys(found, str(path))
    return out


def _contenders(path: Path, number: int) -> dict[str, Contender]:
    folder = _Folder(path.resolve().parent)
    module = _run(path, f"_contender{number}_{path.stem}", folder)
    found = {
        name: folder.importable(one)
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and name[0] != "_"
    }
    if not found:
        wanted = "a function contender(task)"
        raise ArgumentError(mismatch(f"board: {path}", wanted, "no public function"))
    return found


def _run(path: Path, name: str, folder: _Folder) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ArgumentError(mismatch(f"board: {path}", "a .py file", "none"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    try:
        with folder.first():
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # of any kind: it is the user's
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"board: {path}", "Python that runs", found)) from error
    return module


@dataclass
class _Folder:
    """Modules beside a file: its own, though another folder has some of the same names."""

    path: Path
    modules: dict[str, ModuleType] = field(default_factory=dict)

    @contextmanager
    def first(self) -> Iterator[None]:
        """Imports look here first."""
        before = {name.partition(".")[0] for name in sys.modules}
        sys.path.insert(0, str(self.path))
        sys.modules.update(self.modules)
        try:
            yield
        finally:
            sys.path.remove(str(self.path))
            self.modules |= {name: sys.modules[name] for name in self._new(before)}
            for name in self.modules:
                sys.modules.pop(name, None)

    def importable(self, contender: Contender) -> Contender:
        """The contender, which may import from here while it learns."""

        @wraps(contender)
        def learn(task: Lessons) -> Predict:
            with self.first():
                return contender(task)

        return learn

    def _new(self, before: Collection[str]) -> list[str]:
        """Names of modules that were found here."""
        here = {top for top in set(sys.modules) - set(before) if self._has(sys.modules[top])}
        return [name for name in sys.modules if name.partition(".")[0] in here]

    def _has(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        places = [Path(file).parent] if file else map(Path, getattr(module, "__path__", ()))
        return any(place in (self.path, self.path / module.__name__) for place in places)
