# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the coupled model: a folder each, with namelists, boundary data and `hybrid.toml`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMES = ("longwave", "shortwave", "convection")
STEPS_PER_DAY = 32

_NAMELISTS = {
    "plasim": """
 NOUTPUT = 0
 NSTPW = 32
 NGUI = 0
 N_START_YEAR = 1
 N_START_MONTH = 1
 N_DAYS_PER_YEAR = 360
 N_RUN_YEARS = 0
 N_RUN_MONTHS = 0
 N_RUN_DAYS = {days}
 KICK = 1
 SEED = 1,2,3,4,5,6,7,8
 MPSTEP = 45.0
 NVEG = 0
 L_AERO = 0""",
    "planet": " NFIXORB = 1\n OBLIQ = 23.4",  # the package's sample has OBLIQ = 0
    "radmod": " CO2 = 360.0",
    "oceanmod": " NOCEAN = 1\n NLSG = 0",
    "icemod": " NICE = 1",
    "carbonmod": " NCARBON = 0",
    **dict.fromkeys(
        (
            "aero",
            "fluxmod",
            "glacier",
            "hurricane",
            "landmod",
            "miscmod",
            "rainmod",
            "seamod",
            "surfmod",
            "vegmod",
        ),
        "",
    ),
}


def emulator_file(folder: Path, scheme: str) -> Path:
    """Return where the emulator of a scheme lies in a folder of them."""
    return folder / f"{scheme}.safetensors"


@dataclass
class Run:
    """One run of the model.

    Attributes
    ----------
    folder : Path
        Made anew by `start`.
    executable : Path
    days : int
    restart : Path or None
        What to start from (another run's `restart`), else from rest.
    schemes : dict
        Name of a scheme to its table in `hybrid.toml`; a scheme without one runs natively.
    noise_seed : int
        Seed of one step of +-1 K of noise on temperature; 0 for none.
    ranks : int
    domain : dict
        More keys of the table `[domain]`.
    """

    folder: Path
    executable: Path
    days: int
    restart_from: Path | None = None
    schemes: dict[str, dict[str, Any]] = field(default_factory=dict)
    noise_seed: int = 0
    ranks: int = 1
    domain: dict[str, Any] = field(default_factory=dict)

    @property
    def restart(self) -> Path:
        """The model's restart file, written at the end of the run."""
        return self.folder / "plasim_status"

    @property
    def statistics(self) -> dict[str, Any]:
        """The library's statistics of rank 0."""
        return json.loads((self.folder / "statistics.0.json").read_text())

    def prepare(self, boundary: Path) -> None:
        """Write the run's folder; `boundary` holds the model's surface files (.sra)."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for path in boundary.glob("N032_surf_*.sra"):
            shutil.copy(path, self.folder)
        for name, text in _NAMELISTS.items():
            body = text.format(days=self.days)
            (self.folder / f"{name}_namelist").write_text(f" &{name}_nl\n{body}\n /END\n")
        (self.folder / "noise_namelist").write_text(
            f" &noise_nl\n SEED = {self.noise_seed}\n /END\n"
        )
        (self.folder / "hybrid.toml").write_text(configuration(self.schemes, self.domain))
        if self.restart_from:
            shutil.copy(self.restart_from, self.folder / "plasim_restart")

    def start(self, boundary: Path) -> subprocess.Popen[bytes]:
        """Prepare and start the model; its output goes to `output.txt` in the folder."""
        self.prepare(boundary)
        command = [str(self.executable)]
        if self.ranks > 1:
            command = [
                "mpirun",
                "--allow-run-as-root",
                "--oversubscribe",
                "-n",
                str(self.ranks),
                *command,
            ]
        with open(self.folder / "output.txt", "wb") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=output,
                stderr=output,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )

    def check(self, process: subprocess.Popen[bytes]) -> None:
        """Raise RuntimeError with the end of the output unless the run finished well."""
        process.wait()
        if process.returncode != 0 or not self.restart.is_file():
            tail = (self.folder / "output.txt").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the run in {self.folder} ended with {process.returncode}:\n{tail}")

    def run(self, boundary: Path) -> Run:
        """Run to the end."""
        self.check(self.start(boundary))
        return self


def configuration(
    schemes: dict[str, dict[str, Any]], domain: dict[str, Any] | None = None
) -> str:
    """TOML text of `hybrid.toml`."""
    files = {"log": "hybrid.{rank}.log", "statistics": "statistics.{rank}.json"}
    lines = _table("domain", {**files, **(domain or {})})[1:]
    for name, table in schemes.items():
        lines += _table(f"scheme.{name}", table)
    return "\n".join(lines) + "\n"


def _table(name: str, table: dict[str, Any], header: str = "[{}]") -> list[str]:
    """A table; a list of tables is an array of them."""
    lines = ["", header.format(name)]
    for key, value in table.items():
        if not (isinstance(value, dict) or _is_tables(value)):
            # JSON's strings, numbers, booleans and lists of them are TOML's as well.
            lines.append(f"{key} = {json.dumps(value)}")
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _table(f"{name}.{key}", value)
        elif _is_tables(value):
            for one in value:
                lines += _table(f"{name}.{key}", one, "[[{}]]")
    return lines


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)
