# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the model: a folder each, with a namelist and `hybrid.toml`."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

MTU = 432000.0  # a model time unit [s]
STEPS_PER_MTU = 200
SCHEME = "subgrid"
NAMELIST = "lorenz96.nml"
DOMAIN = '[domain]\nlog = "hybrid.{rank}.log"\nstatistics = "statistics.{rank}.json"\n'

Value = int | float | bool | str | Path


@dataclass
class LorenzRun:
    """One run of the model.

    Attributes
    ----------
    folder : Path
        Made anew; one that is there has to be of such a run.
    executable : Path
    options : dict
        Keys of the namelist (`host/host_settings.f90` lists them) and their values.
    hybrid : str
        TOML text of the scheme, after the table `[domain]`; empty for a native run.
    threads, ranks : int
    """

    folder: Path
    executable: Path
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
        """X along the run."""
        return self.folder / "output.nc"

    def run(self) -> str:
        """Run to the end; return what was printed, or raise RuntimeError with it.

        Raises FileExistsError where the folder is no run's, or holds the restart to start from.
        """
        self._make_folder()
        (self.folder / NAMELIST).write_text(namelist(self.options))
        (self.folder / "hybrid.toml").write_text(DOMAIN + self.hybrid)
        return self.start_again()

    def _make_folder(self) -> None:
        found = sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []
        if found and NAMELIST not in found:
            raise FileExistsError(
                f"{self.folder}: expected an empty folder or one of a run, found {found[0]} in it"
            )
        restart = Path(str(self.options.get("restart_in", "/"))).resolve()
        if self.folder.resolve() in restart.parents:
            raise FileExistsError(f"{self.folder}: expected another folder than the restart's")
        if found:
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)

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


def namelist(options: dict[str, Value]) -> str:
    """The Fortran namelist of these options."""
    lines = [f"  {name} = {_literal(value)}" for name, value in options.items()]
    return "\n".join(["&lorenz96", *lines, "/", ""])


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return f".{str(value).lower()}."
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def table(mode: str, emulator: Path | None = None, *lines: str) -> str:
    """The scheme's table of a configuration."""
    first = [f"[scheme.{SCHEME}]", f'mode = "{mode}"']
    if emulator:
        first.append(f'emulator = "{emulator.resolve()}"')
    return "\n".join([*first, *lines, ""])
