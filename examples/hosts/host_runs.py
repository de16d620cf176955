# SPDX-License-Identifier: BSD-3-Clause
"""Runs of a Fortran host: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import f90nml

DOMAIN = '[domain]\nlog = "hybrid.{rank}.log"\nstatistics = "statistics.{rank}.json"\n'

Value = int | float | bool | str | Path


@dataclass
class HostRun:
    """One run of a model.

    Attributes
    ----------
    folder : Path
        Of the run, once `run` has ended well; until then it is in `part`.
    executable : Path
    options : dict
        Keys of the namelist (`host/host_settings.f90` lists them) and their values; paths are made
        absolute.
    hybrid : str
        TOML text of the scheme, after the table `[domain]`; empty for a native run.
    threads, ranks : int
    domain : str
        TOML text of the table `[domain]`.
    """

    file: ClassVar[str]  # the namelist, which the model reads where it is started
    group: ClassVar[str]  # of the namelist

    folder: Path
    executable: Path
    options: dict[str, Value] = field(default_factory=dict)
    hybrid: str = ""
    threads: int = 1
    ranks: int = 1
    domain: str = DOMAIN

    @property
    def part(self) -> Path:
        """Where it runs, and where what has failed stays."""
        whole = self.folder.resolve()
        return whole.with_name(whole.name + ".part")

    @property
    def restart(self) -> Path:
        """The state at the end of the run."""
        return self.folder / "restart.nc"

    @property
    def output(self) -> Path:
        """What the model writes along the run."""
        return self.folder / "output.nc"

    def run(self) -> str:
        """Run to the end; return what was printed, or raise RuntimeError with it.

        Raises FileExistsError where that would delete the restart that the run starts from, or what
        is no run.
        """
        whole = self.folder.resolve()
        for place in (self.part, whole):
            self._check(place)
        self._make_part()
        printed = replace(self, folder=self.part).start_again()
        _delete(whole)
        self.part.rename(whole)
        return printed

    def _check(self, place: Path) -> None:
        restart = self.options.get("restart_in")
        if restart and place in Path(str(restart)).resolve().parents:
            raise FileExistsError(
                f"{place}: expected another folder than that of the restart, found {restart}"
            )
        found = sorted(path.name for path in place.iterdir()) if place.exists() else []
        if found and self.file not in found:
            raise FileExistsError(
                f"{place}: expected an empty folder or one of a run, found {found[0]} in it"
            )

    def _make_part(self) -> None:
        _delete(self.part)
        self.part.mkdir(parents=True)
        (self.part / self.file).write_text(self.namelist())
        (self.part / "hybrid.toml").write_text(self.domain + self.hybrid)

    def namelist(self) -> str:
        """The Fortran namelist of the options."""
        values = {
            name: str(value.absolute()) if isinstance(value, Path) else value
            for name, value in self.options.items()
        }
        return f"{f90nml.Namelist({self.group: values})}\n"

    def start_again(self) -> str:
        """Run in the folder as it is."""
        done = subprocess.run(
            [*self._launcher(), str(self.executable)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(self.threads)},
        )
        printed = done.stdout + done.stderr
        if done.returncode != 0:
            raise RuntimeError(
                f"the run in {self.folder} ended with {done.returncode}: {printed.strip()}"
            )
        return printed

    def _launcher(self) -> list[str]:
        if self.ranks == 1:
            return []
        return ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(self.ranks)]


def _delete(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
