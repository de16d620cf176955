# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the column model: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

STEPS_PER_DAY = 48
SCHEME = "aerosol_microphysics"
NAMELIST = "columns.nml"  # what the model reads where it is started
SCENARIOS = ("present", "preindustrial", "polluted", "held_out")
DOMAIN = '[domain]\nlog = "hybrid.{rank}.log"\nstatistics = "statistics.{rank}.json"\n'

Value = int | float | bool | str | Path


@dataclass
class ColumnRun:
    """One run of the model.

    Attributes
    ----------
    folder : Path
        Of the run, once `run` has ended well; until then it is in `part`.
    executable : Path
    columns : Path
        What `columns.make_columns` wrote.
    options : dict
        Keys of the namelist (`host/host_settings.f90` lists them) and their values.
    hybrid : str
        TOML text of the scheme, after the table `[domain]`; empty for a native run.
    threads, ranks : int
    domain : str
        TOML text of the table `[domain]`.
    """

    folder: Path
    executable: Path
    columns: Path
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
        """Burdens along the run."""
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
        if found and NAMELIST not in found:
            raise FileExistsError(
                f"{place}: expected an empty folder or one of a run, found {found[0]} in it"
            )

    def _make_part(self) -> None:
        _delete(self.part)
        self.part.mkdir(parents=True)
        options = {"columns": self.columns.absolute(), **self.options}
        (self.part / NAMELIST).write_text(namelist(options))
        (self.part / "hybrid.toml").write_text(self.domain + self.hybrid)

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


def emulator_calls(folder: Path) -> tuple[int, int]:
    """Calls of a run, and those in which the emulator failed and native M7 took its place."""
    calls = failed = 0
    for path in folder.glob("statistics.*.json"):
        counted = json.loads(path.read_text())["schemes"][SCHEME]
        calls, failed = calls + counted["calls"], failed + counted["failures"]
    return calls, failed


def namelist(options: dict[str, Value]) -> str:
    """The Fortran namelist of these options."""
    lines = [f"  {name} = {_literal(value)}" for name, value in options.items()]
    return "\n".join(["&aerosol_columns", *lines, "/", ""])


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return f".{str(value).lower()}."
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
