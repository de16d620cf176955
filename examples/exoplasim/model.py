# SPDX-License-Identifier: BSD-3-Clause
"""ExoPlaSim: fetched from the package registry, built as it is, its routines replaced at link time.

Not a line of the model is edited. In a copy of the object file that holds a routine, its code gets
a second name, ``native_<routine>`` (`pyhybrid.interpose`); our glue then defines the routine and
calls the native one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pyhybrid
from pyhybrid.interpose import interpose

RELEASE = "exoplasim==3.4.2"
SHA256 = "fae502a92f5997ffd18b0bb85b9f0f0677857c62c5d1293f605c9799026f64c2"
GLUE = Path(__file__).parent / "glue"
GLUE_SOURCES = ("plasim_climate", "plasim_host", "longwave", "shortwave", "convection")
REPLACED = {"radmod": ("lwr", "swr", "radstop"), "rainmod": ("kuo",)}
TRAPS = "-ffpe-trap=invalid,zero,overflow -ffpe-summary=none"


@dataclass(frozen=True)
class Variant:
    """One way to build the model.

    Attributes
    ----------
    name : str
        Of its folder.
    real64 : bool
        Whether the model's reals are real64, else real32.
    ranks : int
        MPI ranks, each with a band of latitudes; 1 is built without MPI.
    """

    name: str = "real64"
    real64: bool = True
    ranks: int = 1

    @property
    def compiler(self) -> str:
        return "mpif90" if self.ranks > 1 else "gfortran"

    @property
    def kind_flag(self) -> str:
        return "-fdefault-real-8" if self.real64 else ""

    def environment(self) -> dict[str, str]:
        """The variables that the model's own makefile reads."""
        parallel = self.ranks > 1
        return {
            "MOST_CC": "gcc",
            "MOST_CC_OPTS": "-O2",
            "MOST_F90": self.compiler,
            "MOST_PREC": self.kind_flag,
            # -g -fPIC: interpose asks for them. Callers in a routine's own file must not count on
            # the native code: on what registers, stack and memory it leaves alone.
            "MOST_F90_OPTS": f"-O2 -g -fPIC -cpp -ffixed-line-length-132 {TRAPS}",
            "MPIMOD": "mpimod" if parallel else "mpimod_stub",
            "UTILMOD": "utilities" if parallel else "utilities_stub",
            "GUIMOD": "guimod_stub",
            "PUMAX": "pumax_stub",
            "OCEANCOUP": "cpl_stub",
            "FFTMOD": "fftmod",
        }


SERIAL = Variant()
SINGLE_PRECISION = Variant("real32", real64=False)
TWO_RANKS = Variant("ranks2", ranks=2)


def fetch(root: Path) -> Path:
    """Download and unpack the model below `root`; return its folder `plasim`."""
    plasim = root / "exoplasim-3.4.2" / "exoplasim" / "plasim"
    if plasim.is_dir():
        return plasim
    root.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "exoplasim",  # ":all:" would build the tools that build it, too
        "--dest",
        str(root),
        RELEASE,
    ]
    subprocess.run(command, check=True)
    (archive,) = root.glob("exoplasim-3.4.2.tar.gz")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise RuntimeError(f"{archive}: expected sha256 {SHA256}, found {found}")
    with tarfile.open(archive) as tar:
        # Python before 3.11.4 has no filters; later ones warn without. The checksum is known.
        tar.extractall(root, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return plasim


def build(root: Path, variant: Variant = SERIAL, glue: Path = GLUE) -> Path:
    """Build the model and link it with the glue; return the executable.

    The unmodified model is `plasim_unmodified.x` beside it; with another glue, the executable lies
    beside that. What was built before is used.
    """
    root = root.absolute()
    folder = root / variant.name
    if not (folder / "plasim_unmodified.x").is_file():
        _build_unmodified(fetch(root), folder, variant)
    executable = (folder if glue == GLUE else glue) / "plasim_hybrid.x"
    newest = max(path.stat().st_mtime for path in [*glue.glob("*.f90"), pyhybrid.fortran_source()])
    if not executable.is_file() or executable.stat().st_mtime < newest:
        _link_glue(folder, executable, variant, glue)
    return executable


def _build_unmodified(plasim: Path, folder: Path, variant: Variant) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(plasim / "src", folder)
    (folder / "resmod.f90").write_text(
        "module resmod\n"
        f"integer, parameter :: NLAT_ATM=32, NLEV_ATM=10, NPRO_ATM={variant.ranks}\n"
        "end module resmod\n"
    )
    _run(["make", "-e", "-f", "make_plasim"], folder, variant.environment())
    (folder / "plasim.x").rename(folder / "plasim_unmodified.x")


def _link_glue(folder: Path, executable: Path, variant: Variant, glue: Path) -> None:
    linked = executable.parent / "linked"
    linked.mkdir(exist_ok=True)
    for module, routines in REPLACED.items():
        interpose(folder / f"{module}.o", routines, linked / f"{module}.o")
    objects = [str(path) for path in folder.glob("*.o") if path.stem not in REPLACED]
    objects += [str(linked / f"{module}.o") for module in REPLACED]
    library = pyhybrid.library_dir()
    flags = ["-O2", *TRAPS.split(), *variant.kind_flag.split()]
    sources = [
        str(pyhybrid.fortran_source()),
        *_sources(glue),
    ]
    _run(
        [
            variant.compiler,
            "-o",
            str(executable),
            *flags,
            f"-I{folder}",
            "-J.",
            *sources,
            *objects,
            f"-L{library}",
            "-lhybrid",
            f"-Wl,-rpath,{library}",
        ],
        linked,
    )


def _sources(glue: Path) -> list[str]:
    """In the order of their modules; what another glue has besides comes first."""
    own = [glue / f"{name}.f90" for name in GLUE_SOURCES]
    return [str(path) for path in (*sorted(set(glue.glob("*.f90")) - set(own)), *own)]


def _run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} in {folder} failed:\n{done.stdout}{done.stderr}")
