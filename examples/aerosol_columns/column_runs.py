# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the column model: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
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
        Made anew by `run`.
    executable : Path
    columns : Path
        What `columns.make_columns` wrote.
    options : dict
        Keys of the namelist (`host/host_settings.f90` lists them) and their values.
    hybrid : str
        TOML text of the scheme, after the table `[domain]`; empty for a native run.
    threads, ranks : int
    """

    folder: Path
    executable: Path
    columns: Path
    options: dict[str, Value] = field(default_factory=dict)
    hybrid: str = ""
    threads: int = 1
    ranks: int = 1

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

        Raises FileExistsError where making the folder anew would delete the restart that the run
        starts from, or what is no run.
        """
        self._clear()
        options = {"columns": self.columns.absolute(), **self.options}
        (self.folder / NAMELIST).write_text(namelist(options))
        (self.folder / "hybrid.toml").write_text(DOMAIN + self.hybrid)
        return self.start_again()

    def _clear(self) -> None:
        restart = self.options.get("restart_in")
        if restart and self.folder.resolve() in Path(str(restart)).resolve().parents:
            raise FileExistsError(
                f"{self.folder}: expected another folder than that of the restart, found {restart}"
            )
        if self.folder.is_dir():
            self._delete()
        self.folder.mkdir(parents=True)

    def _delete(self) -> None:
        found = sorted(path.name for path in self.folder.iterdir())
        if found and NAMELIST not in found:
            raise FileExistsError(
                f"{self.folder}: expected an empty folder or one of a run, found {found[0]} in it"
            )
        shutil.rmtree(self.folder)

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
            raise RuntimeError(f"the run in {self.folder} ended with {done.returncode}:\n{printed}")
        return printed

    def _launcher(self) -> list[str]:
        if self.ranks == 1:
            return []
        return ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(self.ranks)]


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
